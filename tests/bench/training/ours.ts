import type { Executor, ExecutorSetup } from '../../../src/engine/executor.ts';
import { biasCorrections } from '../../../src/engine/optimizers.ts';
import type { Contender } from './contender.ts';
import { flopsOf, type Work } from './work.ts';

/**
 * An executor behind its own contract, as the session drives it: many steps in a call.
 *
 * @param before called before each call of the executor
 */
export async function ours(
  work: Work,
  create: (setup: ExecutorSetup) => Executor | Promise<Executor>,
  before: () => Promise<unknown> = () => Promise.resolve(),
): Promise<Contender> {
  const { setup, knob, learningRate } = work;
  const { plan, members } = setup;
  await before();
  const executor = await create(setup);
  const [beta1, beta2] = [knob('training.beta1'), knob('training.beta2')];
  let done = 0;
  /** Full batches are the same at every step. */
  let full: Int32Array = new Int32Array();
  const batches = (steps: number): Int32Array => {
    if (!work.fullBatch) return work.batches(done, steps);
    if (full.length !== steps * plan.batchSize) full = work.batches(0, steps);
    return full;
  };
  return {
    models: members,
    flops: members * flopsOf(plan),
    train: async (steps) => {
      await before();
      const size = steps * members;
      const correction1 = new Float64Array(size);
      const correction2 = new Float64Array(size);
      for (let step = 0; step < steps; step++) {
        const corrections = biasCorrections(beta1, beta2, done + step + 1);
        correction1.fill(corrections.correction1, step * members, (step + 1) * members);
        correction2.fill(corrections.correction2, step * members, (step + 1) * members);
      }
      await executor.train({
        steps,
        batches: [batches(steps)],
        learningRate: new Float64Array(size).fill(learningRate),
        correction1,
        correction2,
      });
      done += steps;
    },
    parameters: async () => (await executor.save()).parameters,
  };
}
