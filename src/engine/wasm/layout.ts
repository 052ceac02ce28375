import { sizeOf } from '../../layers/contract.ts';
import { parameterLayout, type Plan } from '../plan.ts';

/** Sizes of the arrays of an executor. */
export interface Layout {
  /** Parameters of a member, and with what fills its last vector. */
  count: number;
  padded: number;
  /** Bytes from one column to the next, while a batch is trained. */
  stride: number;
}

/** Two vectors of four rows: what the kernels take at once. */
export const padRows = (rows: number): number => Math.ceil(rows / 8) * 8;

/** Rows that are predicted at once. */
export const PREDICT_ROWS = 256;
export const PREDICT_STRIDE = strideFor(PREDICT_ROWS);

export function layoutOf(plan: Plan): Layout {
  const { count } = parameterLayout(plan);
  return { count, padded: Math.ceil(count / 4) * 4, stride: strideFor(plan.batchSize) };
}

/** An odd number of cache lines: columns a power of two apart would fall on the same lines of the cache. */
function strideFor(rows: number): number {
  const lines = Math.ceil((4 * padRows(rows)) / 64);
  return 64 * (lines % 2 === 0 ? lines + 1 : lines);
}

/** Bytes that training K members takes, without the data sets: for each layer values, what slopes need, and adjoints. */
export function stateBytes(plan: Plan, members: number): number {
  const { padded, stride } = layoutOf(plan);
  const { layers } = parameterLayout(plan);
  const widths = layers.reduce(
    (sum, { output }) => sum + 3 * sizeOf(output),
    layers[0] ? sizeOf(layers[0].input) : 0,
  );
  return 4 * padded * (3 * members + 1) + Math.max(stride, PREDICT_STRIDE) * widths;
}
