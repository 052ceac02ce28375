import type { LayerKind } from '../contract.ts';

export const ACTIVATIONS = ['relu', 'tanh', 'silu', 'gelu'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** y = activation(x W + b), with W `[inputs, outputs]`; without an activation the layer is affine. */
export interface DenseLayer {
  kind: 'dense';
  inputs: number;
  outputs: number;
  activation?: Activation;
}

/** Parameters and initial values are those of PyTorch's `nn.Linear`: uniform in ±1/√inputs, weights and biases alike. */
export const dense: LayerKind<DenseLayer> = {
  input: ({ inputs }) => ({ columns: inputs }),
  output: ({ outputs }) => ({ columns: outputs }),
  parameters: ({ inputs, outputs }) => {
    const initial = { from: 'uniform', bound: 1 / Math.sqrt(inputs) } as const;
    return [
      { name: 'weight', shape: [outputs, inputs], transposed: true, initial },
      { name: 'bias', shape: [outputs], initial },
    ];
  },
};
