import { joinRows } from '../../src/engine/ensemble/shares.ts';
import { memberSetup } from '../../src/engine/ensemble/setup.ts';
import { drawBatches } from '../../src/engine/batches.ts';
import type { Chunk, Executor, ExecutorSetup } from '../../src/engine/executor.ts';
import { biasCorrections } from '../../src/engine/optimizers.ts';
import { knobVector, type Task } from '../../src/engine/task.ts';
import { runtimeOf } from '../../src/labs/runtimes.ts';
import type { KnobValues } from '../../src/terms/knob.ts';
import type { RunLog } from '../../src/engine/protocol.ts';

export interface Starting {
  seed: number;
  knobs: KnobValues;
}

/** K members of a log's task, with seeds and knobs of their own. */
export async function membersOf(
  log: RunLog,
  starts: readonly Starting[],
  read: (path: string) => Promise<unknown> = () => Promise.reject(new Error('This run reads no file.')),
): Promise<{ task: Task; setup: ExecutorSetup }> {
  const task = await runtimeOf(log.lab).then((runtime) => runtime.build(log, read));
  const members = starts.map(({ seed, knobs }) => ({
    seed,
    knobs: knobVector(task, { ...log.knobs, ...knobs }),
  }));
  return { task, setup: memberSetup(task.plan, task.data, members) };
}

/** Steps `from` … of members with constant rates. @param own whether each draws its own batches */
export function chunkOfMembers(
  { setup: { plan, data, members, knobs } }: { setup: ExecutorSetup },
  seeds: readonly number[],
  from: number,
  steps: number,
): Chunk {
  const at = (member: number, key: string): number =>
    knobs[member * plan.knobs.length + plan.knobs.indexOf(key)] as number;
  const fill = (value: (step: number, member: number) => number): Float64Array =>
    Float64Array.from({ length: steps * members }, (_, i) => value(Math.floor(i / members), i % members));
  const correction = (step: number, member: number) =>
    biasCorrections(at(member, 'training.beta1'), at(member, 'training.beta2'), from + step + 1);
  return {
    steps,
    batches: seeds.map((seed) => drawBatches(seed, data.train.rows, plan.batchSize, from, steps)),
    learningRate: fill((_, member) => at(member, 'training.learning_rate')),
    correction1: fill((step, member) => correction(step, member).correction1),
    correction2: fill((step, member) => correction(step, member).correction2),
  };
}

/** All numbers that a few chunks give, with predictions in between. */
export async function courseOf(
  executor: Executor,
  chunks: readonly Chunk[],
  between: (executor: Executor, chunk: number) => void | Promise<void> = () => undefined,
): Promise<Float64Array> {
  const told: Float64Array[] = [];
  for (const [i, chunk] of chunks.entries()) {
    const { loss, gradientNorm } = await executor.train(chunk);
    await between(executor, i);
    told.push(loss, gradientNorm, await executor.predict('validation'));
  }
  const { parameters, moments } = await executor.save();
  return joinRows([...told, parameters, moments, await executor.predict('stage')]);
}

/** Where two lists of numbers differ first, by their bits; -1 where they are the same. */
export function firstDifference(a: Float64Array, b: Float64Array): number {
  const [x, y] = [a, b].map((values) => new BigUint64Array(values.slice().buffer)) as [
    BigUint64Array,
    BigUint64Array,
  ];
  const at = x.findIndex((bits, i) => bits !== y[i]);
  return at < 0 && x.length !== y.length ? Math.min(x.length, y.length) : at;
}
