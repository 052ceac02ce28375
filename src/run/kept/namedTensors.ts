import { chainOf, type PlacedParameter } from '../../layers/chain.ts';
import type { LayerSpec } from '../../layers/kinds.ts';

/** A tensor in double precision, row-major. */
export interface Named {
  shape: readonly number[];
  data: Float64Array;
}

/** Parameters of a network by their names: `layers.0.weight`, `layers.0.bias` …, as PyTorch has them. */
function namesOf(layers: readonly LayerSpec[]): { named: [string, PlacedParameter][]; count: number } {
  const chain = chainOf(layers);
  const named = chain.layers.flatMap(({ parameters }, l) =>
    parameters.map((parameter): [string, PlacedParameter] => [`layers.${l}.${parameter.name}`, parameter]),
  );
  return { named, count: chain.count };
}

/** Flat parameters, or moments in the same layout, as tensors with PyTorch's names and shapes. */
export function toNamed(layers: readonly LayerSpec[], flat: Float64Array, prefix = ''): [string, Named][] {
  return namesOf(layers).named.map(([name, { at, size, shape, stored, transposed }]) => {
    const data = flat.slice(at, at + size);
    return [`${prefix}${name}`, { shape, data: transposed ? transpose(data, stored) : data }];
  });
}

/**
 * The other way round.
 *
 * @param tensor gives the values of a name, in the shape that it must have
 */
export function fromNamed(
  layers: readonly LayerSpec[],
  tensor: (name: string, shape: readonly number[]) => Float64Array,
  prefix = '',
): Float64Array {
  const { named, count } = namesOf(layers);
  const flat = new Float64Array(count);
  for (const [name, { at, shape, transposed }] of named) {
    const data = tensor(`${prefix}${name}`, shape);
    flat.set(transposed ? transpose(data, shape) : data, at);
  }
  return flat;
}

/** A matrix of the given shape, transposed. */
function transpose(matrix: Float64Array, shape: readonly number[]): Float64Array {
  const [rows, columns] = shape as [number, number];
  const out = new Float64Array(matrix.length);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) out[j * rows + i] = matrix[i * columns + j] as number;
  return out;
}
