import type { Chunk } from '../../src/engine/executor.ts';
import { biasCorrections } from '../../src/engine/optimizers.ts';

/** Steps over the first rows of the data, at one learning rate, whatever came before. */
export function chunkFor(steps: number, batchSize: number, rows: number, after: number): Chunk {
  const corrections = Array.from({ length: steps }, (_, i) => biasCorrections(0.9, 0.999, after + i + 1));
  return {
    steps,
    batches: [Int32Array.from({ length: steps * batchSize }, (_, i) => (7 * i) % rows)],
    learningRate: new Float64Array(steps).fill(0.003),
    correction1: Float64Array.from(corrections, ({ correction1 }) => correction1),
    correction2: Float64Array.from(corrections, ({ correction2 }) => correction2),
  };
}
