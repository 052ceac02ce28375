import { denseLayout, type DenseShape, type DenseSlice } from '../science/denseLayout.ts';
import type { Head } from '../terms/head.ts';

export const ACTIVATIONS = ['relu', 'tanh', 'silu', 'gelu'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** y = activation(x W + b), with W `[inputs, outputs]`; without an activation the layer is affine. */
export interface DenseLayer extends DenseShape {
  kind: 'dense';
  activation?: Activation;
}

/** What is trained, as data: nothing in it is code that only one executor understands. */
export interface Plan {
  layers: readonly DenseLayer[];
  head: Head;
  /** Keys of the live knobs that formulas and optimizer read, in the order of the knob vector `[K, H]`. */
  knobs: readonly string[];
  batchSize: number;
}

export const features = (plan: Plan): number => plan.layers[0]?.inputs ?? 0;
/** Units of the last layer: classes of a softmax head, pixels of a field head. */
export const classes = (plan: Plan): number => plan.layers.at(-1)?.outputs ?? 0;

/** A layer, and where it lies in the flat parameter vector of one member. */
export interface LayerSlice extends DenseSlice {
  layer: DenseLayer;
}

/** The layout of a member's flat parameters: {@link denseLayout} of its layers. */
export function parameterLayout(plan: Plan): { slices: LayerSlice[]; count: number } {
  const { slices, count } = denseLayout(plan.layers);
  return {
    slices: plan.layers.map((layer, l) => ({ layer, ...(slices[l] as DenseSlice) })),
    count,
  };
}
