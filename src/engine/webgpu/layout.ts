import type { Activation, Plan } from '../plan.ts';
import { parameterLayout } from '../plan.ts';

/** Numbers of a vector: shaders read and write four at a time. */
export const QUAD = 4;
export const quads = (count: number): number => Math.ceil(count / QUAD);

/** A quarter of the rows that a feature has room for: rows are filled up so that neighbours go in fours. */
export const strideOf = (rows: number): number => QUAD * Math.ceil(rows / (QUAD * QUAD));

/**
 * A dense layer as shaders see it: widths are filled up to whole quads, and what fills them stays zero through all of
 * training. Positions in the parameters are in quads, those in the work space in features.
 */
export interface DenseBlock {
  inputs: number;
  outputs: number;
  /** The same in quads. */
  in4: number;
  out4: number;
  activation: Activation | undefined;
  /** Quad at which the weights `[4 in4, out4]` and the biases `[out4]` begin. */
  weights: number;
  biases: number;
  /** Feature at which its values, the sums before its activation, and the derivative by its values begin. */
  values: number;
  sums: number;
  adjoints: number;
  /** Position in the flat parameters of `parameterLayout`. */
  flat: { weights: number; biases: number };
}

/**
 * How a model lies in the buffers of the device. A feature of the work space has one number for each row of the batch,
 * side by side.
 */
export interface Layout {
  /** Features of the samples, and where they begin in the work space. */
  inputs: { count: number; in4: number; values: number };
  blocks: readonly DenseBlock[];
  /** Parameters of a member, in quads. */
  parameters4: number;
  /** Features that prediction needs, and those that training needs (with the derivatives). */
  forward: number;
  features: number;
}

/** Whether the slope of an activation is taken from the sums before it: of the others the value is enough. */
const needsSums = (activation: Activation | undefined): boolean =>
  activation === 'silu' || activation === 'gelu';

export function layoutOf(plan: Plan): Layout {
  const { slices } = parameterLayout(plan);
  let [quad, feature] = [0, 0];
  const take = (count: number): number => (feature += count) - count;
  const count = slices[0]?.layer.inputs ?? 0;
  const inputs = { count, in4: quads(count), values: take(QUAD * quads(count)) };
  const shapes = slices.map(({ layer, weights, biases }) => {
    const [in4, out4] = [quads(layer.inputs), quads(layer.outputs)];
    const at = quad;
    quad += (QUAD * in4 + 1) * out4;
    const values = take(QUAD * out4);
    return {
      inputs: layer.inputs,
      outputs: layer.outputs,
      in4,
      out4,
      activation: layer.activation,
      weights: at,
      biases: at + QUAD * in4 * out4,
      values,
      sums: needsSums(layer.activation) ? take(QUAD * out4) : values,
      flat: { weights, biases },
    };
  });
  const forward = feature;
  const blocks = shapes.map((shape) => ({ ...shape, adjoints: take(QUAD * shape.out4) }));
  return { inputs, blocks, parameters4: quad, forward, features: feature };
}

/**
 * Flat parameters of one member `[P]` to the device's order, or back. What fills up quads is left as it is.
 *
 * @param padded `[4 parameters4]`
 */
export function toDevice({ blocks }: Layout, flat: ArrayLike<number>, padded: Float32Array): void {
  forEachRun(blocks, (from, to, count) => {
    for (let i = 0; i < count; i++) padded[to + i] = flat[from + i] as number;
  });
}

/** @see toDevice */
export function fromDevice({ blocks }: Layout, padded: Float32Array, flat: Float64Array): void {
  forEachRun(blocks, (from, to, count) => {
    for (let i = 0; i < count; i++) flat[from + i] = padded[to + i] as number;
  });
}

/** Runs of numbers that lie side by side in both orders. */
function forEachRun(
  blocks: readonly DenseBlock[],
  run: (flat: number, padded: number, count: number) => void,
): void {
  for (const { inputs, outputs, out4, weights, biases, flat } of blocks) {
    for (let i = 0; i < inputs; i++) run(flat.weights + i * outputs, QUAD * (weights + i * out4), outputs);
    run(flat.biases, QUAD * biases, outputs);
  }
}
