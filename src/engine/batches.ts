import { randomStream } from '../science/random.ts';

/**
 * Rows of the training data for steps `from` … `from + steps − 1`, `[steps, batch]`: drawn with replacement, each a
 * function of seed and step alone.
 */
export function drawBatches(
  seed: number,
  rows: number,
  batch: number,
  from: number,
  steps: number,
): Int32Array {
  const out = new Int32Array(steps * batch);
  randomStream(seed, 'batch').fillIntegers(out, rows, from * batch);
  return out;
}
