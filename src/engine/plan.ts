import type { SoftmaxHead } from '../terms/softmaxHead.ts';

export const ACTIVATIONS = ['relu', 'tanh', 'silu', 'gelu'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** y = activation(x W + b), with W `[inputs, outputs]`; without an activation the layer is affine. */
export interface DenseLayer {
  kind: 'dense';
  inputs: number;
  outputs: number;
  activation?: Activation;
}

/** What is trained, as data: nothing in it is code that only one executor understands. */
export interface Plan {
  layers: readonly DenseLayer[];
  head: SoftmaxHead;
  /** Keys of the live knobs that formulas and optimizer read, in the order of the knob vector `[K, H]`. */
  knobs: readonly string[];
  batchSize: number;
}

export const features = (plan: Plan): number => plan.layers[0]?.inputs ?? 0;
export const classes = (plan: Plan): number => plan.layers.at(-1)?.outputs ?? 0;

/** Where a layer's weights and biases lie in the flat parameter vector of one member. */
export interface LayerSlice {
  layer: DenseLayer;
  /** First of `inputs × outputs` weights, row-major `[inputs, outputs]`. */
  weights: number;
  /** First of `outputs` biases. */
  biases: number;
}

/** The layout of a member's flat parameters: for each layer its weights, then its biases. */
export function parameterLayout(plan: Plan): { slices: LayerSlice[]; count: number } {
  let count = 0;
  const slices = plan.layers.map((layer) => {
    const weights = count;
    const biases = weights + layer.inputs * layer.outputs;
    count = biases + layer.outputs;
    return { layer, weights, biases };
  });
  return { slices, count };
}
