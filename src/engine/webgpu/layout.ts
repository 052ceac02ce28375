import { sizeOf, type WgslPlace } from '../../layers/contract.ts';
import { chainOf } from '../../layers/chain.ts';
import type { LayerSpec } from '../../layers/kinds.ts';
import { inWgsl } from '../../layers/wgsl.ts';
import type { Plan } from '../plan.ts';

/** Numbers of a vector: shaders read and write four at a time. */
export const QUAD = 4;
export const quads = (count: number): number => Math.ceil(count / QUAD);

/** A quarter of the rows that a column has room for: rows are filled up so that neighbours go in fours. */
export const strideOf = (rows: number): number => QUAD * Math.ceil(rows / (QUAD * QUAD));

/** A parameter of a layer: `rows` rows of `columns` numbers, one row for a vector. */
export interface DeviceParameter {
  rows: number;
  columns: number;
  /** The shape in which the flat parameters hold it, and where. */
  stored: readonly number[];
  flat: number;
  /** Quad at which it begins on the device. */
  at: number;
}

/** A layer, and where it lies on the device. */
export interface Block extends WgslPlace<LayerSpec> {
  inputs: number;
  outputs: number;
  arrays: readonly DeviceParameter[];
}

/**
 * How a model lies in the buffers of the device. A column of the work space has one number for each row of the batch,
 * side by side.
 */
export interface Layout {
  /** Columns of the samples, and where they begin in the work space. */
  inputs: { count: number; in4: number; values: number };
  blocks: readonly Block[];
  /** Parameters of a member, in quads. */
  parameters4: number;
  /** Columns that prediction needs, and those that training needs (with the derivatives). */
  forward: number;
  features: number;
}

export function layoutOf(plan: Plan): Layout {
  const { layers } = chainOf(plan.layers);
  let [quad, column] = [0, 0];
  const take = (count: number): number => (column += count) - count;
  const count = layers[0] ? sizeOf(layers[0].input) : 0;
  const inputs = { count, in4: quads(count), values: take(QUAD * quads(count)) };
  let input = inputs.values;
  const placed = layers.map((layer) => {
    const { spec } = layer;
    const [inputs, outputs] = [sizeOf(layer.input), sizeOf(layer.output)];
    const arrays = layer.parameters.map(({ stored, at: flat }): DeviceParameter => {
      const columns = stored.at(-1) as number;
      const rows = stored.slice(0, -1).reduce((product, n) => product * n, 1);
      const at = quad;
      quad += (stored.length > 1 ? QUAD * quads(rows) : 1) * quads(columns);
      return { rows, columns, stored, flat, at };
    });
    const values = take(QUAD * quads(outputs));
    const more = inWgsl(spec).extra?.(spec) ?? 0;
    const extra = more > 0 ? take(more) : values;
    const from = input;
    input = values;
    const parameters = arrays.map(({ at }) => at);
    const [in4, out4] = [quads(inputs), quads(outputs)];
    return { spec, inputs, outputs, in4, out4, input: from, values, extra, parameters, arrays };
  });
  const forward = column;
  const blocks = placed.map((block) => ({ ...block, adjoints: take(QUAD * block.out4) }));
  return { inputs, blocks, parameters4: quad, forward, features: column };
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
  blocks: readonly Block[],
  run: (flat: number, padded: number, count: number) => void,
): void {
  for (const { arrays } of blocks)
    for (const { rows, columns, flat, at } of arrays)
      for (let row = 0; row < rows; row++)
        run(flat + row * columns, QUAD * (at + row * quads(columns)), columns);
}
