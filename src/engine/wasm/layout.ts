import { parameterLayout, type LayerSlice, type Plan } from '../plan.ts';

/** What a layer's sums become: in the kernel that finishes them (`mode`), or by a pass of its own (`kind`). */
export const PLAIN = 0;
export const RELU = 1;
export const RELU_SLOPE = 2;
export const PASSES = { tanh: 1, silu: 2, gelu: 3 } as const;

/** Sizes of all arrays of an executor, in bytes. */
export interface Layout {
  slices: LayerSlice[];
  /** Parameters of a member, and with what fills its last vector. */
  count: number;
  padded: number;
  /** Bytes from one feature to the next, while a batch is trained. */
  stride: number;
}

/** Two vectors of four rows: what the kernels take at once. */
export const padRows = (rows: number): number => Math.ceil(rows / 8) * 8;

/** Rows that are predicted at once. */
export const PREDICT_ROWS = 256;
export const PREDICT_STRIDE = strideFor(PREDICT_ROWS);

export function layoutOf(plan: Plan): Layout {
  const { slices, count } = parameterLayout(plan);
  return {
    slices,
    count,
    padded: Math.ceil(count / 4) * 4,
    stride: strideFor(plan.batchSize),
  };
}

/** An odd number of cache lines: features a power of two apart would fall on the same lines of the cache. */
function strideFor(rows: number): number {
  const lines = Math.ceil((4 * padRows(rows)) / 64);
  return 64 * (lines % 2 === 0 ? lines + 1 : lines);
}

/** Bytes that training K members takes, without the data sets. */
export function stateBytes(plan: Plan, members: number): number {
  const { padded, stride, slices } = layoutOf(plan);
  const widths = slices.reduce((sum, { layer }) => sum + 3 * layer.outputs, slices[0]?.layer.inputs ?? 0);
  return 4 * padded * (3 * members + 1) + Math.max(stride, PREDICT_STRIDE) * widths;
}
