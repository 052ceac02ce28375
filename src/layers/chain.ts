import { randomStream } from '../science/random.ts';
import { sizeOf, type IndexColumn, type Parameter, type Shape } from './contract.ts';
import { kindOf, type LayerSpec } from './kinds.ts';

/** A parameter, and where it lies in the flat ones of one member. */
export interface PlacedParameter extends Parameter {
  at: number;
  size: number;
  /** Shape in which the flat parameters hold it. */
  stored: readonly number[];
}

/** A layer of a chain. */
export interface PlacedLayer {
  spec: LayerSpec;
  input: Shape;
  output: Shape;
  parameters: readonly PlacedParameter[];
}

/** A network as a chain of layers, with the one layout of its flat parameters: layer by layer, as each declares them. */
export interface Chain {
  layers: readonly PlacedLayer[];
  /** P: numbers of all parameters. */
  count: number;
}

/** @throws Error where a layer does not take what the one below gives */
export function chainOf(specs: readonly LayerSpec[]): Chain {
  let count = 0;
  let below: Shape | undefined;
  const layers = specs.map((spec, l): PlacedLayer => {
    const kind = kindOf(spec);
    const [input, output] = [kind.input(spec), kind.output(spec)];
    if (below && sizeOf(below) !== sizeOf(input))
      throw new Error(
        `Layer ${l} takes ${sizeOf(input)} columns, and the layer before it gives ${sizeOf(below)}.`,
      );
    below = output;
    const parameters = kind.parameters(spec).map((parameter): PlacedParameter => {
      const size = parameter.shape.reduce((product, n) => product * n, 1);
      const at = count;
      count += size;
      const stored = parameter.transposed ? [...parameter.shape].reverse() : parameter.shape;
      return { ...parameter, at, size, stored };
    });
    return { spec, input, output, parameters };
  });
  return { layers, count };
}

/**
 * Initial parameters of one member, flat `[P]`, as each layer declares them: number i of the stream `init` is that of
 * parameter i. Rounded to f32, so that every executor starts from the same numbers.
 */
export function initialValues({ layers, count }: Chain, seed: number): Float64Array {
  const stream = randomStream(seed, 'init');
  const values = new Float64Array(count);
  for (const { parameters } of layers)
    for (const { at, size, initial } of parameters)
      for (let i = at; i < at + size; i++)
        values[i] = Math.fround(
          initial.from === 'uniform' ? initial.bound * (2 * stream.uniform(i) - 1) : stream.normal(i),
        );
  return values;
}

/**
 * Checks data before anything is computed from them: an index names a row of its table.
 *
 * @param rows `[rows, columns]`, the network's input
 * @throws Error with a sentence that names column, row and value
 */
export function checkIndices({ layers }: Chain, rows: Float32Array): void {
  const columns = layers[0] ? sizeOf(layers[0].input) : 0;
  for (const { column, table, rows: size } of indexColumns(layers))
    for (let at = column; at < rows.length; at += columns) {
      const value = rows[at] as number;
      if (Number.isInteger(value) && value >= 0 && value < size) continue;
      const where = `Column ${column} of the data has ${value} in row ${Math.floor(at / columns)}`;
      throw new Error(
        `${where}; the table “${table}” has the rows 0 to ${size - 1}, and an index must be one of them.`,
      );
    }
}

/** Columns of the data that layers read as indices: only what arrives unchanged can be one. */
function indexColumns(layers: readonly PlacedLayer[]): IndexColumn[] {
  const found: IndexColumn[] = [];
  /** Column of the data that each column is a copy of. */
  let origin: readonly (number | undefined)[] | undefined;
  layers.forEach(({ spec, input, output }, l) => {
    const kind = kindOf(spec);
    const from = origin ?? Array.from({ length: sizeOf(input) }, (_, i) => i);
    for (const index of kind.indices?.(spec) ?? []) {
      const column = from[index.column];
      if (column === undefined)
        throw new Error(
          `Layer ${l} reads its column ${index.column} as an index, but a layer before it computes that column.`,
        );
      found.push({ ...index, column });
    }
    const passed = kind.passes?.(spec) ?? [];
    origin = Array.from({ length: sizeOf(output) }, (_, i) => {
      const column = passed[i];
      return column === undefined ? undefined : from[column];
    });
  });
  return found;
}
