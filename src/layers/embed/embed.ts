import type { LayerKind } from '../contract.ts';

/** A trained vector for each of so many rows, and the columns of the input that name a row. */
export interface Table {
  name: string;
  rows: number;
  /** Numbers of a vector. */
  width: number;
  /** Columns of the input that hold indices, in the order in which their vectors come out. */
  columns: readonly number[];
}

/**
 * Replaces index columns of the input by vectors of tables and passes the other columns on: first those columns, in their
 * order, then the vectors table by table, position by position.
 */
export interface EmbedLayer {
  kind: 'embed';
  inputs: number;
  tables: readonly Table[];
}

/** Columns of the input that no table reads. */
export const passedBy = ({ inputs, tables }: EmbedLayer): number[] => {
  const read = new Set(tables.flatMap(({ columns }) => columns));
  return Array.from({ length: inputs }, (_, i) => i).filter((i) => !read.has(i));
};

/** One lookup: a column of the input, its table, and the first column of the output that it fills. */
export interface Lookup {
  column: number;
  /** Which table. */
  table: number;
  width: number;
  to: number;
}

export function lookupsOf(spec: EmbedLayer): Lookup[] {
  let to = passedBy(spec).length;
  return spec.tables.flatMap(({ width, columns }, table) =>
    columns.map((column) => {
      const lookup = { column, table, width, to };
      to += width;
      return lookup;
    }),
  );
}

export const outputsOf = (spec: EmbedLayer): number =>
  lookupsOf(spec).reduce((sum, { width }) => sum + width, passedBy(spec).length);

/** Each table is an `nn.Embedding`: standard normal at first, rows that a batch does not name have gradient 0. */
export const embed: LayerKind<EmbedLayer> = {
  input: ({ inputs }) => ({ columns: inputs }),
  output: (spec) => ({ columns: outputsOf(spec) }),
  parameters: ({ tables }) =>
    tables.map(({ name, rows, width }) => ({
      name: `tables.${name}.weight`,
      shape: [rows, width],
      initial: { from: 'normal' },
    })),
  indices: ({ tables }) =>
    tables.flatMap(({ name, rows, columns }) => columns.map((column) => ({ column, table: name, rows }))),
  passes: passedBy,
};
