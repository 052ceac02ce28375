import type {
  Chunk,
  ChunkResult,
  Datasets,
  Executor,
  ExecutorSetup,
  ParameterState,
} from '../../src/engine/executor.ts';
import type { ExecutorId, ExecutorInfo, KeptRun, RunLog } from '../../src/engine/protocol.ts';
import type { Session } from '../../src/engine/session.ts';
import type { KnobValues } from '../../src/terms/knob.ts';
import { createReal, REAL } from './realExecutors.ts';
import { openSession, serviceMixLog, type RunOptions } from './runs.ts';

/** An epoch of such a run has four steps. */
export const TINY: KnobValues = {
  'data.points': 64,
  'data.validation': 16,
  'data.categories': 4,
  'model.hidden': '6',
  'training.batch_size': 16,
};

export const tinyLog = (options: RunOptions = {}): RunLog =>
  serviceMixLog({ ...options, knobs: { ...TINY, ...options.knobs } });

/** A session whose executors can be looked into. */
export interface Watched {
  session: Session;
  /** In the order in which they were made. */
  executors: Executor[];
  /** All of the run that a replay must give again, in f64. */
  outcome: () => Promise<{
    step: number;
    state: ParameterState;
    series: Record<string, number[]>;
    knobs: KnobValues;
    status: string;
  }>;
}

export async function openTiny(
  log: RunLog,
  create: (setup: ExecutorSetup, count: number, id: ExecutorId | undefined) => Executor = (setup, _, id) =>
    createReal(id, setup),
  kept?: Omit<KeptRun, 'log'>,
): Promise<Watched> {
  const executors: Executor[] = [];
  const session = await openSession(
    log,
    (setup, id) => {
      const executor = create(setup, executors.length, id);
      executors.push(executor);
      return executor;
    },
    kept,
  );
  return {
    session,
    executors,
    outcome: async () => ({
      step: session.step,
      state: await (executors.at(-1) as Executor).save(),
      series: session.series.toRecord(),
      knobs: session.knobs,
      status: session.status,
    }),
  };
}

/** Trains to a step, however often the run is set back. */
export async function advanceTo(session: Session, step: number): Promise<void> {
  while (session.step < step && session.status === 'ok') await session.advance(step - session.step);
}

/** A real executor, the oracle where no other is given; `before` is told of every call before it is made, and may throw. */
export class Observed implements Executor {
  info: ExecutorInfo;
  readonly chunks: Chunk[] = [];
  trained = 0;
  disposed = false;
  readonly #inner: Executor;
  readonly #before: (call: 'train' | 'predict' | 'save', executor: Observed, steps: number) => void;

  constructor(
    setup: ExecutorSetup,
    before: (call: 'train' | 'predict' | 'save', executor: Observed, steps: number) => void = () => undefined,
    make: (setup: ExecutorSetup) => Executor = REAL.oracle,
  ) {
    this.#inner = make(setup);
    this.info = this.#inner.info;
    this.#before = before;
  }

  setKnobs(values: Float64Array): void {
    this.#inner.setKnobs(values);
  }

  async train(chunk: Chunk): Promise<ChunkResult> {
    await Promise.resolve();
    this.#before('train', this, chunk.steps);
    this.chunks.push(chunk);
    this.trained += chunk.steps;
    return this.#inner.train(chunk);
  }

  async predict(set: keyof Datasets): Promise<Float64Array> {
    await Promise.resolve();
    this.#before('predict', this, 0);
    return this.#inner.predict(set);
  }

  async save(): Promise<ParameterState> {
    await Promise.resolve();
    this.#before('save', this, 0);
    return this.#inner.save();
  }

  restore(state: ParameterState): void {
    this.#inner.restore(state);
  }

  memory(): { tensors: number; bytes: number } {
    return this.#inner.memory();
  }

  dispose(): void {
    this.disposed = true;
    this.#inner.dispose();
  }
}

/** All of a run, as the page keeps it. */
export async function keep(session: Session): Promise<KeptRun> {
  const saved = structuredClone(await session.checkpoint());
  const { columns, rows } = session.series.save();
  const values = Float64Array.from(rows.flatMap((row) => [...row]));
  return { log: structuredClone(session.log), saved, series: { columns: [...columns], values } };
}
