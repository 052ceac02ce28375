import type { KnobValue, KnobValues } from '../terms/knob.ts';
import { drawBatches } from './batches.ts';
import { EventQueue } from './eventQueue.ts';
import {
  ExecutorLost,
  type Chunk,
  type Executor,
  type ExecutorSetup,
  type ParameterState,
} from './executor.ts';
import { initialParameters } from './initialization.ts';
import { biasCorrections } from './optimizers.ts';
import { parameterLayout } from './plan.ts';
import type {
  Arrays,
  EngineInfo,
  ExecutorId,
  ExecutorInfo,
  Metrics,
  Notice,
  RunEvent,
  RunLog,
  Sample,
  TemperatureFit,
} from './protocol.ts';
import {
  createSchedule,
  SCHEDULE_DEFAULTS,
  type Schedule,
  type ScheduleHyper,
  type ScheduleKind,
  type ScheduleState,
} from './schedules.ts';
import { nextRecording, Series } from './series.ts';
import type { Measured, Task } from './task.ts';

/** Time that one chunk of training takes at best: short enough to answer, long enough to hide the cost of calling. */
const CHUNK_MS = 30;
const MAX_CHUNK = 1024;

export interface SessionHost {
  build: (log: RunLog) => Promise<Task>;
  /** Makes an executor; without an id, the best that is there. */
  createExecutor: (id: ExecutorId | undefined, setup: ExecutorSetup) => Promise<Executor>;
  /** Where a run goes on when its executor is lost. */
  refuge: (lost: ExecutorInfo) => ExecutorId;
}

/** Everything that a run can go on from. */
interface Checkpoint {
  step: number;
  state: ParameterState;
  knobs: KnobValues;
  schedule: ScheduleState;
  momentsOf: KnobValue | undefined;
  optimizerSteps: number;
  gradientNorm: number;
  rows: number;
  recorded: number;
  origin: Origin | undefined;
  lastEvent: number;
}

/** Where the knobs that moved at one step moved away from. */
interface Origin {
  step: number;
  scheduler: ScheduleKind;
  schedule: ScheduleState;
}

interface Evaluation {
  step: number;
  validation: Float64Array;
  measured: Measured;
}

/**
 * One run: task, executor, step, schedule, events and recorded metrics. It knows nothing of time, threads or drawing;
 * `Player` drives it. Methods that train or evaluate must not overlap.
 */
export class Session {
  readonly task: Task;
  readonly series = new Series();
  notice: Notice | undefined;
  readonly #host: SessionHost;
  readonly #start: RunLog;
  readonly #queue: EventQueue;
  #executor: Executor;
  #executorId: ExecutorId | undefined;
  /** Knobs at step 0. */
  #base: KnobValues;
  #knobs: KnobValues;
  #step = 0;
  #optimizerSteps = 0;
  #schedule: Schedule;
  #status: Metrics['status'] = 'ok';
  #gradientNorm = NaN;
  #lastEvent = 0;
  /** Step of the last recorded row. */
  #recorded = -1;
  #origin: Origin | undefined;
  /** The optimizer that the moments belong to. */
  #momentsOf: KnobValue | undefined;
  #evaluation: Evaluation | undefined;
  #checkpoint: Checkpoint | undefined;
  #byHand = false;

  private constructor(host: SessionHost, log: RunLog, task: Task, executor: Executor) {
    this.#host = host;
    this.#start = log;
    this.task = task;
    this.#executor = executor;
    this.#executorId = log.executor;
    this.#base = log.knobs;
    this.#knobs = log.knobs;
    this.#queue = new EventQueue(log.events);
    this.#schedule = this.#newSchedule();
    this.#momentsOf = log.knobs['training.optimizer'];
  }

  /** A run at step 0, evaluated. */
  static async open(host: SessionHost, log: RunLog): Promise<Session> {
    const task = await host.build(log);
    const { count } = parameterLayout(task.plan);
    const executor = await host.createExecutor(log.executor, {
      plan: task.plan,
      members: 1,
      data: task.data,
      state: { parameters: initialParameters(task.plan, log.seed), moments: new Float64Array(2 * count) },
      knobs: numericKnobs(task, log.knobs),
    });
    const session = new Session(host, log, task, executor);
    await session.#applyDue();
    // Events of step 0 have recorded it already.
    if (session.series.length === 0) await session.#record();
    await session.checkpoint();
    return session;
  }

  get step(): number {
    return this.#step;
  }

  get knobs(): KnobValues {
    return this.#knobs;
  }

  get status(): Metrics['status'] {
    return this.#status;
  }

  get info(): Omit<EngineInfo, 'stepsPerSecond'> {
    return { ...this.#executor.info, members: 1, memory: this.#executor.memory() };
  }

  get events(): readonly RunEvent[] {
    return this.#queue.applied;
  }

  /** The run so far, with what is still ahead of it: enough to have the same run again. */
  get log(): RunLog {
    const { lab, preset, seed } = this.#start;
    return {
      lab,
      preset,
      seed,
      knobs: this.#base,
      events: this.#queue.all,
      ...(this.#executorId !== undefined && { executor: this.#executorId }),
    };
  }

  /** What a reset starts: the loaded log where nobody touched it, else the knobs as they are now and no events. */
  get restart(): RunLog {
    if (!this.#byHand) return this.#start;
    return {
      ...this.log,
      knobs: this.#knobs,
      events: [],
      ...(this.#lastExecutor && { executor: this.#lastExecutor }),
    };
  }

  /**
   * Trains at most `steps` steps: fewer where the run diverges, an event stops it (where `stopAtPause`), or `until`
   * says that time is up.
   */
  async advance(
    steps: number,
    { stopAtPause = false, until = (): boolean => false } = {},
  ): Promise<{ paused: boolean }> {
    const target = this.#step + steps;
    try {
      while (this.#step < target && this.#status === 'ok') {
        const paused = await this.#applyDue();
        if (paused && stopAtPause) return { paused: true };
        const end = Math.min(
          target,
          this.#queue.nextStep,
          nextRecording(this.#step, this.#lastEvent),
          this.#byEpoch ? this.#nextEpochEnd() : Infinity,
          this.#step + MAX_CHUNK,
        );
        await this.#train(end - this.#step);
        if (until()) break;
      }
      // Events due right now belong to this moment: they show before the next step, not after it.
      const paused = this.#status === 'ok' && this.#step === target ? await this.#applyDue() : false;
      return { paused: paused && stopAtPause };
    } catch (error) {
      if (!(error instanceof ExecutorLost)) throw error;
      await this.#recover();
      return { paused: false };
    }
  }

  /** Moves live knobs, now. Before the first step this changes the run itself; later it is an event. */
  async set(changes: KnobValues): Promise<void> {
    const moved = Object.entries(changes).filter(([key, value]) => this.#knobs[key] !== value);
    if (moved.length === 0) return;
    this.#byHand = true;
    if (this.#step === 0) this.#base = { ...this.#base, ...Object.fromEntries(moved) };
    else for (const [key, value] of moved) this.#queue.record({ step: this.#step, key, value });
    const at = this.#step;
    await this.#guarded(async () => {
      // A run that was set back to its checkpoint comes to this event at its step.
      if (this.#step === at) await this.#apply(Object.fromEntries(moved));
    });
    // What changed the run itself is in no event that could be put back.
    if (this.#step === 0) await this.checkpoint();
  }

  /** Hands the run over to another executor, at this step. */
  async use(id: ExecutorId): Promise<void> {
    await this.#guarded(async () => {
      await this.#handOver(id, await this.#executor.save());
    });
    if (this.#step === 0) this.#executorId = id;
    else this.#queue.record({ step: this.#step, key: 'executor', value: id });
    this.#byHand = true;
  }

  async metrics(): Promise<Metrics> {
    return this.#guarded(async () => this.#metricsOf((await this.#evaluate()).measured));
  }

  async view(): Promise<Arrays> {
    return this.#guarded(async () => {
      const { validation } = await this.#evaluate();
      return this.task.view(await this.#executor.predict('stage'), validation, this.#knobs);
    });
  }

  async samples(n: number): Promise<Sample[]> {
    return this.#guarded(async () => this.task.samples((await this.#evaluate()).validation, this.#knobs, n));
  }

  async fitTemperature(): Promise<TemperatureFit> {
    return this.#guarded(async () =>
      this.task.fitTemperature((await this.#evaluate()).validation, this.#knobs),
    );
  }

  async parameters(): Promise<Float32Array> {
    return this.#guarded(async () => Float32Array.from((await this.#executor.save()).parameters));
  }

  /** Keeps what the run can go on from. */
  async checkpoint(): Promise<void> {
    await this.#guarded(async () => {
      this.#checkpoint = {
        step: this.#step,
        state: await this.#executor.save(),
        knobs: this.#knobs,
        schedule: this.#schedule.state(),
        momentsOf: this.#momentsOf,
        optimizerSteps: this.#optimizerSteps,
        gradientNorm: this.#gradientNorm,
        rows: this.series.length,
        recorded: this.#recorded,
        origin: this.#origin,
        lastEvent: this.#lastEvent,
      };
    });
  }

  dispose(): void {
    this.#executor.dispose();
  }

  /** Whether the rate changes at the ends of epochs. */
  get #byEpoch(): boolean {
    return this.#scheduleKind === 'reduce_on_plateau' || this.#scheduleKind === 'cosine_warm_restarts';
  }

  get #stepsPerEpoch(): number {
    return Math.ceil(this.task.data.train.rows / this.task.plan.batchSize);
  }

  #nextEpochEnd(): number {
    return (Math.floor(this.#step / this.#stepsPerEpoch) + 1) * this.#stepsPerEpoch;
  }

  get #lastExecutor(): ExecutorId | undefined {
    const last = this.#queue.applied.findLast(({ key }) => key === 'executor');
    return (last?.value as ExecutorId | undefined) ?? this.#executorId;
  }

  #number(key: string): number {
    return this.task.numeric(this.#knobs, key);
  }

  /** Trains `steps` steps, between which nothing changes but an exponential rate. */
  async #train(steps: number): Promise<void> {
    await this.#freshMoments();
    const chunk: Chunk = {
      steps,
      batches: drawBatches(
        this.#start.seed,
        this.task.data.train.rows,
        this.task.plan.batchSize,
        this.#step,
        steps,
      ),
      learningRate: new Float64Array(steps),
      correction1: new Float64Array(steps),
      correction2: new Float64Array(steps),
    };
    for (let i = 0; i < steps; i++) {
      const { correction1, correction2 } = biasCorrections(
        this.#number('training.beta1'),
        this.#number('training.beta2'),
        this.#optimizerSteps + i + 1,
      );
      chunk.learningRate[i] = this.#schedule.learningRate;
      chunk.correction1[i] = correction1;
      chunk.correction2[i] = correction2;
      this.#schedule.afterStep();
    }
    const { loss, gradientNorm } = await this.#executor.train(chunk);
    const bad = loss.findIndex((value, i) => !Number.isFinite(value) || !Number.isFinite(gradientNorm[i]));
    const done = bad < 0 ? steps : bad + 1;
    this.#step += done;
    this.#optimizerSteps += done;
    this.#gradientNorm = gradientNorm[done - 1] as number;
    this.#evaluation = undefined;
    if (bad >= 0) {
      this.#diverge(this.task.explainDivergence(this.#knobs));
      return;
    }
    if (this.#byEpoch && this.#step % this.#stepsPerEpoch === 0)
      this.#schedule.afterEpoch(
        this.#scheduleKind === 'reduce_on_plateau' ? (await this.#evaluate()).measured.total : NaN,
      );
    if (nextRecording(this.#step - 1, this.#lastEvent) === this.#step) await this.#record();
  }

  async #evaluate(): Promise<Evaluation> {
    if (this.#evaluation?.step === this.#step) return this.#evaluation;
    const validation = await this.#executor.predict('validation');
    this.#evaluation = { step: this.#step, validation, measured: this.task.measure(validation, this.#knobs) };
    return this.#evaluation;
  }

  async #record(): Promise<void> {
    const { measured } = await this.#evaluate();
    this.#recorded = this.#step;
    const { total, terms, values, diverged } = measured;
    this.series.push({
      step: this.#step,
      total,
      learningRate: this.#schedule.learningRate,
      gradientNorm: this.#gradientNorm,
      ...values,
      ...Object.fromEntries(Object.entries(terms).map(([id, value]) => [`terms.${id}`, value])),
    });
    if (diverged !== undefined && this.#status === 'ok') this.#diverge(diverged);
  }

  #metricsOf({ total, terms, values }: Measured): Metrics {
    const metrics: Metrics = {
      ...values,
      step: this.#step,
      epoch: Math.floor(this.#step / this.#stepsPerEpoch),
      total,
      learningRate: this.#schedule.learningRate,
      gradientNorm: this.#gradientNorm,
      status: this.#status,
      terms,
    };
    return metrics;
  }

  #diverge(why: string): void {
    this.#status = 'diverged';
    this.notice = { kind: 'diverged', text: `Stopped at step ${String(this.#step)}: ${why}` };
  }

  /** Applies events of the log that are due; true where one of them stops the run. */
  async #applyDue(): Promise<boolean> {
    const due = this.#queue.takeDue(this.#step);
    const knobs: Record<string, KnobValue> = {};
    for (const { key, value } of due) {
      if (key === 'executor') await this.#handOver(value as ExecutorId, await this.#executor.save());
      else if (key !== 'pause') knobs[key] = value;
    }
    if (Object.keys(knobs).length > 0) await this.#apply(knobs);
    return due.some(({ key }) => key === 'pause');
  }

  /**
   * Moves knobs at this step. Several moves at one step count as one, from where the first of them began: that is how
   * they are replayed.
   */
  async #apply(changes: KnobValues): Promise<void> {
    if (this.#origin?.step === this.#step) {
      this.#replaceSchedule(this.#origin.schedule);
      if (this.#status === 'ok') this.series.truncate(this.series.length - 1);
    } else {
      // A jump needs both its ends: the last value under the old knobs, and the first under the new ones.
      if (this.#step > 0 && this.#recorded !== this.#step) await this.#record();
      this.#origin = { step: this.#step, scheduler: this.#scheduleKind, schedule: this.#schedule.state() };
    }
    this.#knobs = { ...this.#knobs, ...changes };
    this.#executor.setKnobs(numericKnobs(this.task, this.#knobs));
    if (this.#scheduleKind === this.#origin.scheduler) this.#updateSchedule();
    else this.#schedule = this.#newSchedule();
    this.#lastEvent = this.#step;
    this.#evaluation = undefined;
    if (this.#step === 0) this.series.clear();
    if (this.#status === 'ok') await this.#record();
  }

  /** Moments of one optimizer mean nothing to another: a changed optimizer starts afresh, as in PyTorch. */
  async #freshMoments(): Promise<void> {
    if (this.#momentsOf === this.#knobs['training.optimizer']) return;
    this.#momentsOf = this.#knobs['training.optimizer'];
    const { parameters } = await this.#executor.save();
    this.#executor.restore({ parameters, moments: new Float64Array(2 * parameters.length) });
    this.#optimizerSteps = 0;
  }

  #replaceSchedule(state: ScheduleState): void {
    this.#schedule = createSchedule(state.kind, this.#scheduleHyper(), state.base);
    this.#schedule.restore(state);
  }

  #updateSchedule(): void {
    this.#schedule.setHyper(this.#scheduleHyper());
    this.#schedule.setBase(this.#number('training.learning_rate'));
  }

  #newSchedule(): Schedule {
    return createSchedule(this.#scheduleKind, this.#scheduleHyper(), this.#number('training.learning_rate'));
  }

  get #scheduleKind(): ScheduleKind {
    return this.#knobs['training.scheduler'] as ScheduleKind;
  }

  #scheduleHyper(): ScheduleHyper {
    return {
      ...SCHEDULE_DEFAULTS,
      decay: this.#number('training.lr_decay'),
      patience: this.#number('training.patience'),
      factor: this.#number('training.factor'),
      threshold: this.#number('training.threshold'),
      cooldown: this.#number('training.cooldown'),
      minLearningRate: this.#number('training.min_lr'),
      t0: this.#number('training.t_0'),
      tMult: this.#number('training.t_mult'),
      etaMin: this.#number('training.eta_min'),
    };
  }

  async #handOver(id: ExecutorId, state: ParameterState): Promise<void> {
    const next = await this.#host.createExecutor(id, {
      plan: this.task.plan,
      members: 1,
      data: this.task.data,
      state,
      knobs: numericKnobs(this.task, this.#knobs),
    });
    this.#executor.dispose();
    this.#executor = next;
    this.#evaluation = undefined;
  }

  /** Runs f; where the executor is lost, goes on from the last checkpoint and runs f again. */
  async #guarded<T>(f: () => Promise<T>): Promise<T> {
    try {
      return await f();
    } catch (error) {
      if (!(error instanceof ExecutorLost)) throw error;
      await this.#recover();
      return f();
    }
  }

  async #recover(): Promise<void> {
    const at = this.#step;
    const lost = this.#executor.info;
    const from = this.#checkpoint;
    if (!from) throw new ExecutorLost('The GPU was lost before training began. Load the run again.');
    this.#step = from.step;
    this.#knobs = from.knobs;
    this.#replaceSchedule(from.schedule);
    this.#momentsOf = from.momentsOf;
    this.#origin = from.origin;
    this.#recorded = from.recorded;
    this.#optimizerSteps = from.optimizerSteps;
    this.#gradientNorm = from.gradientNorm;
    this.#lastEvent = from.lastEvent;
    this.series.truncate(from.rows);
    this.#queue.rewind(from.step);
    const refuge = this.#host.refuge(lost);
    await this.#handOver(refuge, from.state);
    this.#queue.record({ step: from.step, key: 'executor', value: refuge });
    this.notice = {
      kind: 'lost',
      text: `The GPU was lost at step ${String(at)}. The processor goes on from step ${String(from.step)}.`,
    };
  }
}

function numericKnobs(task: Task, values: KnobValues): Float64Array {
  return Float64Array.from(task.plan.knobs, (key) => task.numeric(values, key));
}

/** Steps that fit into one chunk, from what the last one took. */
export function nextChunk(steps: number, milliseconds: number): number {
  const fitting = Math.round((steps * CHUNK_MS) / Math.max(milliseconds, 0.1));
  return Math.max(1, Math.min(MAX_CHUNK, 2 * steps, fitting));
}
