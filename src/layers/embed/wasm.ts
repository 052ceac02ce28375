import type { WasmKind } from '../contract.ts';
import { lookupsOf, outputsOf, passedBy, type EmbedLayer } from './embed.ts';

/** The kernels of `assembly/`, as TypeScript sees them. Addresses and strides are bytes; numbers in arrays are f32. */
export interface EmbedKernels {
  copyColumn: (out: number, from: number, vectors: number) => void;
  gatherRows: (
    out: number,
    stride: number,
    table: number,
    width: number,
    index: number,
    count: number,
  ) => void;
  scatterRows: (
    gradient: number,
    width: number,
    index: number,
    d: number,
    stride: number,
    count: number,
  ) => void;
  zeros: (out: number, count: number) => void;
}

/** Lookup and concatenation with kernels. */
export const embedOnWasm: WasmKind<EmbedLayer, EmbedKernels> = {
  scratch: () => 0,
  build: (spec, at, { kernels, allocate, stride, room }) => {
    const { copyColumn, gatherRows, scatterRows, zeros, LANES } = kernels;
    const [passed, lookups] = [passedBy(spec), lookupsOf(spec)];
    const sizes = spec.tables.map(({ rows, width }) => rows * width);
    const values = allocate(outputsOf(spec) * room);
    const adjoints = allocate(outputsOf(spec) * stride);
    const tableAt = (base: number, table: number): number => base + 4 * (at[table] as number);
    return {
      values,
      adjoints,
      forward: (x, parameters, vectors, between) => {
        for (let i = 0; i < passed.length; i++)
          copyColumn(values + i * between, x.values + (passed[i] as number) * between, vectors);
        for (const { column, table, width, to } of lookups)
          gatherRows(
            ...([values + to * between, between, tableAt(parameters, table), width] as const),
            ...([x.values + column * between, vectors * LANES.value] as const),
          );
      },
      backward: (x, _, gradient, vectors, below) => {
        for (let table = 0; table < sizes.length; table++)
          zeros(tableAt(gradient, table), sizes[table] as number);
        for (const { column, table, width, to } of lookups)
          scatterRows(
            ...([tableAt(gradient, table), width, x.values + column * stride] as const),
            ...([adjoints + to * stride, stride, vectors * LANES.value] as const),
          );
        if (!below) return;
        for (const { column } of lookups) zeros(below.adjoints + column * stride, vectors * LANES.value);
        for (let i = 0; i < passed.length; i++)
          copyColumn(below.adjoints + (passed[i] as number) * stride, adjoints + i * stride, vectors);
        below.rectify?.();
      },
    };
  },
};
