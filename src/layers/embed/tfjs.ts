import type { GradSaveFunc, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import type { Tf } from '../../terms/language/tfjs.ts';
import type { TfjsKind } from '../contract.ts';
import { lookupsOf, passedBy, type EmbedLayer } from './embed.ts';

export const embedOnTfjs: TfjsKind<EmbedLayer> = (tf, spec, parameters, x) => {
  const columns = (from: number, count: number): Tensor2D => tf.slice(x, [0, from], [-1, count]);
  const parts = [
    ...runsOf(passedBy(spec)).map(([from, count]) => columns(from, count)),
    ...lookupsOf(spec).map(({ column, table }) => {
      const index = tf.cast<Tensor1D>(tf.reshape(columns(column, 1), [-1]), 'int32');
      return rowsAt(tf, parameters[table] as Tensor2D, index);
    }),
  ];
  return tf.concat(parts, 1);
};

/** Neighbouring columns as [first, count]. */
function runsOf(columns: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const column of columns) {
    const last = runs.at(-1);
    if (last && last[0] + last[1] === column) last[1]++;
    else runs.push([column, 1]);
  }
  return runs;
}

/**
 * Rows of a table. tfjs's own gradient of `gather` adds with atomics on the GPU, in an order that changes from run to
 * run; a product with one-hot rows always adds in the same one.
 */
function rowsAt(tf: Tf, table: Tensor2D, index: Tensor1D): Tensor2D {
  const lookup = tf.customGrad((rows, keep) => {
    (keep as GradSaveFunc)([index]);
    return {
      value: tf.gather(rows as Tensor2D, index),
      gradFunc: (by: Tensor2D, [kept]: Tensor[]) =>
        tf.matMul(tf.cast(tf.oneHot(kept as Tensor1D, table.shape[0]), 'float32'), by, true),
    };
  });
  return lookup(table);
}
