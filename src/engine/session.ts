import type { KnobValue, KnobValues } from '../terms/knob.ts';
import { drawBatches } from './batches.ts';
import { MAX_CHUNK } from './chunks.ts';
import { EventQueue } from './eventQueue.ts';
import {
  ExecutorLost,
  type Chunk,
  type Executor,
  type ExecutorSetup,
  type ParameterState,
} from './executor.ts';
import { initialParameters } from './initialization.ts';
import { Marks } from './marks.ts';
import { parameterLayout, type Plan } from './plan.ts';
import {
  executorIdOf,
  type Arrays,
  type EngineInfo,
  type ExecutorId,
  type ExecutorInfo,
  type KeptRun,
  type Metrics,
  type Notice,
  type Progress,
  type RunEvent,
  type RunLog,
  type Sample,
  type Saved,
  type TemperatureFit,
} from './protocol.ts';
import { changesByEpoch, moveSchedule, scheduleKind, scheduleOf, writeRates } from './rate.ts';
import type { Schedule } from './schedules.ts';
import { nextRecording, Series } from './series.ts';
import type { Snapshot } from './snapshot.ts';
import { knobVector, stepsPerEpoch, type Measured, type Task } from './task.ts';
import { metricsOf, rowOf, type Reached } from './reached.ts';

export interface SessionHost {
  build: (log: RunLog) => Promise<Task>;
  /**
   * Makes an executor; without an id, the best that is there.
   *
   * @param say told in a sentence when it is not the one that it would be elsewhere
   */
  createExecutor: (
    id: ExecutorId | undefined,
    setup: ExecutorSetup,
    say: (text: string) => void,
  ) => Promise<Executor>;
  /** Where a run goes on when its executor is lost. */
  refuge: (lost: ExecutorInfo) => ExecutorId;
  /** Who trains plans like this one fastest, where that is known and nobody chose. */
  favourite?: (plan: Plan) => ExecutorId | undefined;
  /** Told when an executor was lost: what the page says of it, and what the executor said. */
  lost?: (lost: ExecutorInfo, notice: string, reason: string) => void;
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
  #origin: Progress['origin'] = null;
  /** The optimizer that the moments belong to. */
  #momentsOf: KnobValue | null;
  #evaluation: Evaluation | undefined;
  #checkpoint: Saved | undefined;
  #marks = new Marks();
  /** Where the run had got to, while it is back at an earlier moment. */
  #beyond: Snapshot | undefined;
  /** Runs and branches that there have been. */
  static #branches = 0;
  #branch = ++Session.#branches;
  #byHand = false;
  /** Nobody chose who trains, and nothing was lost. */
  #free: boolean;
  #lost = false;

  private constructor(host: SessionHost, log: RunLog, task: Task, executor: Executor) {
    this.#host = host;
    this.#start = log;
    this.task = task;
    this.#executor = executor;
    this.#free = log.free === true;
    this.#executorId = log.executor;
    this.#base = log.knobs;
    this.#knobs = log.knobs;
    this.#queue = new EventQueue(log.events);
    this.#schedule = scheduleOf(scheduleKind(log.knobs), this.#number);
    this.#momentsOf = log.knobs['training.optimizer'] ?? null;
  }

  /**
   * A run at step 0, evaluated; or where it stopped, with its recorded rows.
   *
   * @throws Error where the state does not fit the run
   */
  static async open(host: SessionHost, log: RunLog, kept?: Omit<KeptRun, 'log'>): Promise<Session> {
    const task = await host.build(log);
    const { count } = parameterLayout(task.plan);
    const setup: ExecutorSetup = {
      plan: task.plan,
      members: 1,
      data: task.data,
      state: { parameters: initialParameters(task.plan, log.seed), moments: new Float64Array(2 * count) },
      knobs: knobVector(task, log.knobs),
    };
    let said = '';
    const say = (text: string): void => {
      said = text;
    };
    const given = kept?.saved.executor ?? log.executor;
    const favourite = given === undefined && log.free ? host.favourite?.(task.plan) : undefined;
    const asked = given ?? favourite;
    const executor = await host.createExecutor(asked, setup, say).catch((error: unknown) => {
      // What was trained elsewhere, or was nobody's choice, can go on here on what there is.
      if (kept || log.free) return host.createExecutor(undefined, setup, say);
      throw error;
    });
    const session = new Session(host, log, task, executor);
    // Who was fastest here is in the log all the same: elsewhere the run would start on another.
    if (favourite && executorIdOf(executor.info) === favourite) session.#executorId = favourite;
    if (said) session.#say(said);
    await session.#applyDue();
    // Events of step 0 have recorded it already.
    if (session.series.length === 0) await session.#record();
    await session.checkpoint();
    if (kept) await session.#takeUp(kept, log);
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

  /** Whether the run may be handed over now without being asked: it is nobody's choice, and repeats nothing. */
  get yields(): boolean {
    return (
      this.#free &&
      this.#executor.info.executor === 'wasm' &&
      this.#status === 'ok' &&
      !this.#beyond &&
      !this.ahead.some(({ key }) => key === 'executor')
    );
  }

  get info(): Omit<EngineInfo, 'stepsPerSecond'> {
    return { ...this.#executor.info, members: 1, memory: this.#executor.memory() };
  }

  get events(): readonly RunEvent[] {
    return this.#queue.applied;
  }

  /** Events that a replay still holds. */
  get ahead(): readonly RunEvent[] {
    return this.#queue.ahead;
  }

  /** The last step that this run was trained to. */
  get end(): number {
    return Math.max(this.#step, this.#beyond?.saved.step ?? 0);
  }

  get branch(): number {
    return this.#branch;
  }

  /** The log that this session was opened with: says which data and which model it has. */
  get start(): RunLog {
    return this.#start;
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
      ...(this.#free && { free: true }),
    };
  }

  /** What a reset starts: the loaded log where nobody touched it, else the knobs as they are now and no events. */
  get restart(): RunLog {
    if (!this.#byHand) return this.#start;
    const { lab, preset, seed } = this.#start;
    const last = this.#lastExecutor;
    // Where nobody chose, it starts on who is fastest by now.
    const on = this.#free ? { free: true } : last && { executor: last };
    return { lab, preset, seed, knobs: this.#knobs, events: [], ...on };
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
          this.#beyond?.saved.step ?? Infinity,
        );
        await this.#train(end - this.#step);
        // Where it had got to already, by the same way.
        if (this.#beyond && this.#step >= this.#beyond.saved.step) this.#beyond = undefined;
        if (until()) break;
      }
      // Events due right now belong to this moment: they show before the next step, not after it.
      const paused = this.#status === 'ok' && this.#step === target ? await this.#applyDue() : false;
      return { paused: paused && stopAtPause };
    } catch (error) {
      if (!(error instanceof ExecutorLost)) throw error;
      await this.#recover(error);
      return { paused: false };
    }
  }

  /** Moves live knobs, now. Before the first step this changes the run itself; later it is an event. */
  async set(changes: KnobValues): Promise<void> {
    const moved = Object.entries(changes).filter(([key, value]) => this.#knobs[key] !== value);
    if (moved.length === 0) return;
    this.#byHand = true;
    this.#branchOff();
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
    this.#branchOff();
    if (this.#step === 0) this.#executorId = id;
    else this.#queue.record({ step: this.#step, key: 'executor', value: id });
    this.#byHand = true;
    this.#free = false;
  }

  /**
   * Goes on, at this step, on an executor of this run's plan that was made ready meanwhile; as an event of the log, which
   * is no hand's doing: a reset still starts what the run started from. It belongs to the session from now on.
   */
  async takeOver(next: Executor): Promise<void> {
    try {
      // Where the new one fails at once, this is where the run goes on from.
      const { parameters, moments } = await this.checkpoint();
      next.restore({ parameters, moments });
      next.setKnobs(knobVector(this.task, this.#knobs));
    } catch (error) {
      next.dispose();
      throw error;
    }
    this.#exchange(next);
    this.#queue.record({ step: this.#step, key: 'executor', value: executorIdOf(next.info) });
    // Whoever comes back to this step comes back to who trains on from it.
    await this.checkpoint();
  }

  /** What it takes to train this run elsewhere, from this step. */
  async setup(): Promise<ExecutorSetup> {
    return this.#guarded(async () => this.#setupOf(await this.#executor.save()));
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

  /** Keeps what the run can go on from, and gives it. */
  async checkpoint(): Promise<Saved> {
    return this.#guarded(async () => {
      const { parameters, moments } = await this.#executor.save();
      const saved: Saved = {
        step: this.#step,
        executor: executorIdOf(this.#executor.info),
        knobs: this.#knobs,
        parameters,
        moments,
        progress: {
          status: this.#status,
          gradientNorm: Number.isFinite(this.#gradientNorm) ? this.#gradientNorm : null,
          optimizerSteps: this.#optimizerSteps,
          momentsOf: this.#momentsOf,
          schedule: this.#schedule.state(),
          origin: this.#origin,
          lastEvent: this.#lastEvent,
          recorded: this.#recorded,
          rows: this.series.length,
        },
      };
      this.#checkpoint = saved;
      this.#marks.add(saved);
      return saved;
    });
  }

  /** This moment, to `comeBack` to. */
  async snapshot(): Promise<Snapshot> {
    return {
      start: this.#start,
      saved: await this.checkpoint(),
      queue: this.#queue.save(),
      series: this.series.save(),
      marks: this.#marks.list,
      base: this.#base,
      executor: this.#executorId,
      byHand: this.#byHand,
      free: this.#free,
      branch: this.#branch,
      beyond: this.#beyond,
    };
  }

  /**
   * Comes back to a moment of this run, or of one from the same start.
   *
   * @param anew whether it is another run from here on, for where it was until now is to be kept too
   */
  async comeBack(to: Snapshot, { anew = false } = {}): Promise<void> {
    const there = await this.#put(to.saved, to.series);
    this.#base = to.base;
    this.#executorId = to.executor;
    this.#byHand = to.byHand;
    this.#free = to.free && !this.#lost;
    this.#branch = anew ? ++Session.#branches : to.branch;
    this.#beyond = to.beyond;
    this.#marks = new Marks(to.marks);
    this.#queue.restore(to.queue);
    if (!there) this.#elsewhere();
  }

  /**
   * Goes back to the last known state at or before a step, from which training leads to that step by the same way; or
   * forward again, to where the run had got to.
   */
  async rewind(step: number): Promise<void> {
    if (step === this.#step) return;
    const end = (this.#beyond ??= await this.snapshot());
    if (step >= end.saved.step) {
      await this.comeBack(end);
      return;
    }
    const from = new Marks(end.marks).before(step);
    if (!from) throw new Error(`Nothing of this run is known at or before step ${String(step)}.`);
    // Already on the way.
    if (from.step <= this.#step && this.#step <= step) return;
    const there = await this.#put(from, end.series);
    this.#queue.restore(end.queue);
    this.#queue.rewind(from.step);
    if (!there) this.#elsewhere();
    await this.#applyDue();
  }

  dispose(): void {
    this.#executor.dispose();
  }

  /** Whether the rate changes at the ends of epochs. */
  get #byEpoch(): boolean {
    return changesByEpoch(this.#knobs);
  }

  get #stepsPerEpoch(): number {
    return stepsPerEpoch(this.task);
  }

  #nextEpochEnd(): number {
    return (Math.floor(this.#step / this.#stepsPerEpoch) + 1) * this.#stepsPerEpoch;
  }

  get #lastExecutor(): ExecutorId | undefined {
    const last = this.#queue.applied.findLast(({ key }) => key === 'executor');
    return (last?.value as ExecutorId | undefined) ?? this.#executorId;
  }

  readonly #number = (key: string): number => this.task.numeric(this.#knobs, key);

  /** What a hand does at an earlier moment of a run, makes another run from there on. */
  #branchOff(): void {
    if (!this.#beyond) return;
    this.#beyond = undefined;
    this.#queue.dropAhead();
    this.#marks.cut(this.#step);
    this.#branch = ++Session.#branches;
  }

  /**
   * Puts a state in the place of this one.
   *
   * @param series rows of which the first ones belong to it
   * @returns whether it is where it was trained: that may be gone, and then who trains now goes on from it
   */
  async #put(saved: Saved, series: ReturnType<Series['save']>): Promise<boolean> {
    const { parameters, moments, progress, knobs } = saved;
    const here = saved.executor === executorIdOf(this.#executor.info);
    const moved =
      !here &&
      (await this.#handOver(saved.executor, { parameters, moments }, knobs).then(
        () => true,
        () => false,
      ));
    if (!moved) {
      this.#executor.restore({ parameters, moments });
      this.#executor.setKnobs(knobVector(this.task, knobs));
    }
    this.#step = saved.step;
    this.#knobs = knobs;
    this.#status = progress.status;
    this.#gradientNorm = progress.gradientNorm ?? NaN;
    this.#optimizerSteps = progress.optimizerSteps;
    this.#momentsOf = progress.momentsOf;
    this.#schedule = scheduleOf(progress.schedule.kind, this.#number, progress.schedule);
    this.#origin = progress.origin;
    this.#lastEvent = progress.lastEvent;
    this.#recorded = progress.recorded;
    this.series.restore(series, progress.rows);
    this.#evaluation = undefined;
    this.#checkpoint = saved;
    return here || moved;
  }

  /** From this step on another executor trains than the one that did: the run goes another way. */
  #elsewhere(): void {
    this.#branchOff();
    this.#free = false;
    this.#queue.record({ step: this.#step, key: 'executor', value: executorIdOf(this.#executor.info) });
  }

  /** Goes on with a run that was kept, where it stopped. */
  async #takeUp({ saved, series }: Omit<KeptRun, 'log'>, log: RunLog): Promise<void> {
    const { count } = parameterLayout(this.task.plan);
    const fits =
      saved.parameters.length === count &&
      saved.moments.length === 2 * count &&
      series.values.length >= saved.progress.rows * series.columns.length;
    if (!fits)
      throw new Error(
        'The weights that were kept do not fit the model of this run; it can only be trained again from step 0.',
      );
    this.#queue.restore({ applied: log.events, ahead: [] });
    this.#queue.rewind(saved.step);
    // Another version of the page may have measured more, or less.
    const { columns } = this.series;
    const places = columns.map((name) => series.columns.indexOf(name));
    const rows = Array.from({ length: saved.progress.rows }, (_, row) =>
      Float64Array.from(places, (c) =>
        c < 0 ? NaN : (series.values[row * series.columns.length + c] as number),
      ),
    );
    // It may be another machine than the one that it was trained on.
    if (!(await this.#put(saved, { columns, rows }))) this.#elsewhere();
    await this.#applyDue();
    this.#byHand = true;
    // It was lost where it would have been handed over to: see `Run.told`.
    this.#free &&= !this.#queue.applied.some(({ key, value }) => key === 'executor' && value !== 'webgpu');
    await this.checkpoint();
  }

  /** Trains `steps` steps, between which nothing changes but an exponential rate. */
  async #train(steps: number): Promise<void> {
    await this.#freshMoments();
    const chunk: Chunk = {
      steps,
      batches: [
        drawBatches(this.#start.seed, this.task.data.train.rows, this.task.plan.batchSize, this.#step, steps),
      ],
      learningRate: new Float64Array(steps),
      correction1: new Float64Array(steps),
      correction2: new Float64Array(steps),
    };
    writeRates(chunk, { members: 1, member: 0 }, this.#schedule, this.#number, this.#optimizerSteps);
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
        scheduleKind(this.#knobs) === 'reduce_on_plateau' ? (await this.#evaluate()).measured.total : NaN,
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
    this.series.push(rowOf(measured, this.#reached));
    if (measured.diverged !== undefined && this.#status === 'ok') this.#diverge(measured.diverged);
  }

  get #reached(): Reached {
    return {
      step: this.#step,
      learningRate: this.#schedule.learningRate,
      gradientNorm: this.#gradientNorm,
    };
  }

  #metricsOf(measured: Measured): Metrics {
    return metricsOf(measured, this.#reached, this.#stepsPerEpoch, this.#status);
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
      this.#schedule = scheduleOf(this.#origin.schedule.kind, this.#number, this.#origin.schedule);
      if (this.#status === 'ok') this.series.truncate(this.series.length - 1);
    } else {
      // A jump needs both its ends: the last value under the old knobs, and the first under the new ones.
      if (this.#step > 0 && this.#recorded !== this.#step) await this.#record();
      this.#origin = {
        step: this.#step,
        scheduler: scheduleKind(this.#knobs),
        schedule: this.#schedule.state(),
      };
    }
    this.#knobs = { ...this.#knobs, ...changes };
    this.#executor.setKnobs(knobVector(this.task, this.#knobs));
    const kind = scheduleKind(this.#knobs);
    if (kind === this.#origin.scheduler) moveSchedule(this.#schedule, this.#number);
    else this.#schedule = scheduleOf(kind, this.#number);
    this.#lastEvent = this.#step;
    this.#evaluation = undefined;
    if (this.#step === 0) this.series.clear();
    if (this.#status === 'ok') await this.#record();
  }

  /** Moments of one optimizer mean nothing to another: a changed optimizer starts afresh, as in PyTorch. */
  async #freshMoments(): Promise<void> {
    const optimizer = this.#knobs['training.optimizer'] ?? null;
    if (this.#momentsOf === optimizer) return;
    this.#momentsOf = optimizer;
    const { parameters } = await this.#executor.save();
    this.#executor.restore({ parameters, moments: new Float64Array(2 * parameters.length) });
    this.#optimizerSteps = 0;
  }

  readonly #say = (text: string): void => {
    this.notice = { kind: 'lost', text };
  };

  async #handOver(
    id: ExecutorId | undefined,
    state: ParameterState,
    knobs: KnobValues = this.#knobs,
  ): Promise<void> {
    this.#exchange(await this.#host.createExecutor(id, this.#setupOf(state, knobs), this.#say));
  }

  #exchange(next: Executor): void {
    this.#executor.dispose();
    this.#executor = next;
    this.#evaluation = undefined;
  }

  #setupOf(state: ParameterState, knobs: KnobValues = this.#knobs): ExecutorSetup {
    const { plan, data } = this.task;
    return { plan, members: 1, data, state, knobs: knobVector(this.task, knobs) };
  }

  /** Runs f; where the executor is lost, goes on from the last checkpoint and runs f again. */
  async #guarded<T>(f: () => Promise<T>): Promise<T> {
    try {
      return await f();
    } catch (error) {
      if (!(error instanceof ExecutorLost)) throw error;
      await this.#recover(error);
      return f();
    }
  }

  async #recover({ message }: ExecutorLost): Promise<void> {
    const at = this.#step;
    this.#free = false;
    this.#lost = true;
    const lost = this.#executor.info;
    const from = this.#checkpoint;
    if (!from) throw new ExecutorLost('The executor was lost before training began. Load the run again.');
    this.#queue.rewind(from.step);
    this.#queue.dropHandOvers(from.step);
    const series = this.series.save();
    // A refuge that cannot be had either leaves what there is.
    await this.#handOver(this.#host.refuge(lost), from, from.knobs).catch(() =>
      this.#handOver(undefined, from, from.knobs),
    );
    const executor = executorIdOf(this.#executor.info);
    await this.#put({ ...from, executor }, series);
    this.#queue.record({ step: from.step, key: 'executor', value: executor });
    const what = lost.backend === 'webgpu' ? 'The GPU' : 'The executor';
    const text = `${what} was lost at step ${String(at)}. The processor goes on from step ${String(from.step)}.`;
    this.notice = { kind: 'lost', text: /was lost\.?$/.test(message) ? text : `${text} (${message})` };
    this.#host.lost?.(lost, this.notice.text, message);
  }
}
