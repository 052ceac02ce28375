import { drawBatches } from '../../src/engine/batches.ts';
import type { Chunk, Executor, ExecutorSetup, ParameterState } from '../../src/engine/executor.ts';
import { initialParameters } from '../../src/engine/initialization.ts';
import { biasCorrections } from '../../src/engine/optimizers.ts';
import { parameterLayout } from '../../src/engine/plan.ts';
import type { Task } from '../../src/engine/task.ts';
import { runtimeOf } from '../../src/labs/runtimes.ts';
import type { KnobValues } from '../../src/terms/knob.ts';
import { readPublic, serviceMixLog, type RunOptions } from './runs.ts';

/** A run from which executors can be set up, and its knobs. */
export interface Trainable {
  task: Pick<Task, 'plan' | 'numeric'>;
  seed: number;
  knobs: KnobValues;
  setup: ExecutorSetup;
}

/** A small service-mix run. */
export interface Prepared extends Trainable {
  task: Task;
}

/** Any executor, by what makes it. */
export type Create = (setup: ExecutorSetup) => Executor | Promise<Executor>;

/** Of the size at which a comparison takes a moment. */
export const SMALL = {
  'data.points': 256,
  'data.validation': 32,
  'model.hidden': '12,12',
  'training.batch_size': 16,
} as const;

/** @param terms ids of the terms of the head; all of the lab without it */
export async function prepare(options: RunOptions, terms?: readonly string[]): Promise<Prepared> {
  const log = serviceMixLog({ ...options, knobs: { ...SMALL, ...options.knobs } });
  const task = await runtimeOf(log.lab).then((runtime) => runtime.build(log, readPublic));
  const plan = terms ? { ...task.plan, head: { ...task.plan.head, terms } } : task.plan;
  const { seed, knobs } = log;
  const setup: ExecutorSetup = {
    plan,
    members: 1,
    data: task.data,
    state: {
      parameters: initialParameters(plan, seed),
      moments: new Float64Array(2 * parameterLayout(plan).count),
    },
    knobs: numbersOf(task, knobs),
  };
  return { task, seed, knobs, setup };
}

/** The knob vector of a plan. */
export const numbersOf = (task: Trainable['task'], knobs: KnobValues): Float64Array =>
  Float64Array.from(task.plan.knobs, (key) => task.numeric(knobs, key));

/** Steps `from` … of a run with a constant rate, the same for all members. */
export function chunkOf(
  { task, seed, setup: { plan, data, members } }: Trainable,
  knobs: KnobValues,
  from: number,
  steps: number,
): Chunk {
  const number = (key: string): number => task.numeric(knobs, key);
  const corrections = Array.from({ length: steps * members }, (_, i) =>
    biasCorrections(number('training.beta1'), number('training.beta2'), from + Math.floor(i / members) + 1),
  );
  return {
    steps,
    batches: [drawBatches(seed, data.train.rows, plan.batchSize, from, steps)],
    learningRate: new Float64Array(steps * members).fill(number('training.learning_rate')),
    correction1: Float64Array.from(corrections, ({ correction1 }) => correction1),
    correction2: Float64Array.from(corrections, ({ correction2 }) => correction2),
  };
}

/** The state after some steps from the start. */
export async function trained(prepared: Trainable, create: Create, steps: number): Promise<ParameterState> {
  const executor = await create(prepared.setup);
  await executor.train(chunkOf(prepared, prepared.knobs, 0, steps));
  const state = await executor.save();
  executor.dispose();
  return state;
}

/** The gradient of a run's batch number `step` at a state: one step of plain SGD leaves it in the momentum buffer. */
export async function gradientAt(
  prepared: Trainable,
  create: Create,
  parameters: Float64Array,
  step: number,
): Promise<Float64Array> {
  const knobs = {
    ...prepared.knobs,
    'training.optimizer': 'sgd',
    'training.momentum': 0,
    'training.weight_decay': 0,
    'training.grad_clip': 0,
  };
  const executor = await create({
    ...prepared.setup,
    state: { parameters, moments: new Float64Array(2 * parameters.length) },
    knobs: numbersOf(prepared.task, knobs),
  });
  await executor.train(chunkOf(prepared, knobs, step, 1));
  const { moments } = await executor.save();
  executor.dispose();
  return moments.slice(0, parameters.length);
}

/** ‖a − b‖ / ‖b‖ */
export function relativeDistance(a: Float64Array, b: Float64Array): number {
  let [difference, size] = [0, 0];
  b.forEach((x, i) => {
    difference += ((a[i] ?? NaN) - x) ** 2;
    size += x ** 2;
  });
  return Math.sqrt(difference / size);
}
