import type { KnobValues } from '../terms/knob.ts';
import { drawBatches } from './batches.ts';
import { MAX_CHUNK } from './chunks.ts';
import { Course } from './course.ts';
import { ExecutorLost, type Chunk, type Executor, type ExecutorSetup } from './executor.ts';
import { inSinglePrecision, RunExecutor } from './handOver.ts';
import type { SessionHost } from './hosts.ts';
import { LogKeeper } from './logKeeper.ts';
import { checkMoves } from './moves.ts';
import { openExecutor, type Opened, type Opening } from './opening.ts';
import {
  executorIdOf,
  type Arrays,
  type EngineInfo,
  type ExecutorId,
  type KeptRun,
  type Metrics,
  type Notice,
  type RunEvent,
  type RunLog,
  type Sample,
  type Saved,
  type Status,
} from './protocol.ts';
import type { Series } from './series.ts';
import type { Snapshot } from './snapshot.ts';
import type { Task } from './task.ts';
import { Travel } from './travel.ts';

/**
 * One run: its course, the executor that trains it, and the way back to its earlier steps. It knows nothing of time,
 * threads or drawing; `Player` drives it. Methods that train or evaluate must not overlap.
 */
export class Session {
  readonly task: Task;
  notice: Notice | undefined;
  readonly #host: SessionHost;
  readonly #keeper: LogKeeper;
  readonly #course: Course;
  readonly #executor: RunExecutor;
  readonly #travel: Travel;
  /** An executor was lost. */
  #lost = false;

  private constructor(host: SessionHost, log: RunLog, task: Task, executor: Executor) {
    this.#host = host;
    this.task = task;
    this.#executor = new RunExecutor(host.createExecutor, task, executor, this.#say);
    this.#course = new Course(log, task, {
      logits: () => this.#executor.validation(),
      stopped: (text) => {
        this.notice = { kind: 'diverged', text };
      },
    });
    this.#keeper = new LogKeeper(log, this.#course, executorIdOf(executor.info));
    this.#travel = new Travel(this.#course, this.#executor, this.#keeper);
  }

  /**
   * A run at step 0, evaluated; or where it stopped.
   *
   * @throws Error where the state does not fit the run, or where an executor that is insisted on cannot be had
   */
  static async open(host: SessionHost, log: RunLog, opening: Opening = {}): Promise<Session> {
    const task = await host.build(log);
    const opened = await openExecutor(host, log, task, opening);
    const session = new Session(host, log, task, opened.executor);
    if (opened.said) session.#say(opened.said);
    if (opening.kept) await session.#takeUp(opening.kept, opened);
    else await session.#begin(opened);
    return session;
  }

  get series(): Series {
    return this.#course.series;
  }

  get step(): number {
    return this.#course.step;
  }

  get knobs(): KnobValues {
    return this.#course.knobs;
  }

  get status(): Status {
    return this.#course.status;
  }

  /** Whether the run may be handed over now without being asked: nobody chose its executor, and it repeats nothing. */
  get yields(): boolean {
    return (
      this.#keeper.free &&
      this.#executor.info.executor === 'wasm' &&
      this.status === 'ok' &&
      !this.#travel.back &&
      !this.ahead.some(({ key }) => key === 'executor')
    );
  }

  get info(): Omit<EngineInfo, 'stepsPerSecond'> {
    return { ...this.#executor.info, members: 1, memory: this.#executor.current.memory() };
  }

  get events(): readonly RunEvent[] {
    return this.#course.events.applied;
  }

  /** Events that a replay still holds. */
  get ahead(): readonly RunEvent[] {
    return this.#course.events.ahead;
  }

  /** The last step that this run was trained to. */
  get end(): number {
    return Math.max(this.step, this.#travel.furthest ?? 0);
  }

  get branch(): number {
    return this.#travel.branch;
  }

  /** The log that this session was opened with: says which data and which model it has. */
  get start(): RunLog {
    return this.#keeper.start;
  }

  /** The run so far, with what is still ahead of it: enough to have the same run again. */
  get log(): RunLog {
    return this.#keeper.log;
  }

  /** What a reset starts. */
  get restart(): RunLog {
    return this.#keeper.restart;
  }

  /**
   * Trains at most `steps` steps: fewer where the run diverges, an event stops it (where `stopAtPause`), or `until`
   * says that time is up.
   */
  async advance(
    steps: number,
    { stopAtPause = false, until = (): boolean => false } = {},
  ): Promise<{ paused: boolean }> {
    const target = this.step + steps;
    try {
      while (this.step < target && this.status === 'ok') {
        const paused = await this.#applyDue();
        if (paused && stopAtPause) return { paused: true };
        // What was recorded as a knob moved may have shown that the run has diverged.
        if ((this.status as Status) !== 'ok') break;
        const end = Math.min(
          target,
          this.#course.nextStop,
          this.step + MAX_CHUNK,
          this.#travel.furthest ?? Infinity,
        );
        await this.#train(end - this.step);
        this.#travel.arrived();
        if (until()) break;
      }
      // Events due right now belong to this moment: they show before the next step, not after it.
      const paused = this.status === 'ok' && this.step === target ? await this.#applyDue() : false;
      return { paused: paused && stopAtPause };
    } catch (error) {
      if (!(error instanceof ExecutorLost)) throw error;
      await this.#recover(error);
      return { paused: false };
    }
  }

  /**
   * Moves live knobs, now. Before the first step this changes the run itself; later it is an event.
   *
   * @param gesture moves with the same number are one change in the log
   * @throws Error as `moves`
   */
  async set(changes: KnobValues, gesture?: number): Promise<void> {
    const moved = this.moves(changes);
    if (Object.keys(moved).length === 0) return;
    this.#keeper.edit();
    this.#travel.fork();
    this.#course.write(moved, this.#keeper.gestureOf(gesture));
    const at = this.step;
    await this.#guarded(async () => {
      // A run that was set back to its checkpoint comes to this event at its step.
      if (this.step !== at) return;
      await this.#course.move(moved);
      this.#executor.setKnobs(this.knobs);
    });
    // What changed the run itself is in no event that could be put back.
    if (this.step === 0) await this.checkpoint();
  }

  /**
   * The values among these that are not in force already.
   *
   * @throws Error that names unknown and structural keys, and values that a knob cannot have
   */
  moves(values: KnobValues): KnobValues {
    checkMoves(this.task, this.knobs, values);
    return this.#course.changed(values);
  }

  /** Hands the run over to another executor, at this step. @throws Error when it cannot be had: nothing has changed */
  async use(id: ExecutorId): Promise<void> {
    await this.#guarded(async () => {
      await this.#executor.handOver(id, await this.#executor.current.save(), this.knobs);
    });
    this.#travel.fork();
    this.#keeper.edit({ executor: true });
    this.#course.forget();
    if (this.step === 0) this.#keeper.name(id);
    else this.#course.events.record({ step: this.step, key: 'executor', value: id });
    await this.#guarded(() => this.#course.recordAgain());
    // What changed the run itself is in no event that could be put back.
    if (this.step === 0) await this.checkpoint();
  }

  /**
   * Goes on, at this step, on an executor of this run's plan that was made ready meanwhile; as an event of the log, which
   * is no change of the user's: a reset still starts what the run started from. The executor belongs to the session from
   * now on.
   */
  async takeOver(next: Executor): Promise<void> {
    // Where the new one fails at once, this is where the run goes on from.
    const state = await this.checkpoint().catch((error: unknown) => {
      next.dispose();
      throw error;
    });
    this.#executor.takeOver(next, state, this.knobs);
    this.#course.events.record({ step: this.step, key: 'executor', value: this.#executor.id });
    await this.#guarded(() => this.#course.recordAgain());
  }

  /** What it takes to train this run elsewhere, from this step. */
  async setup(): Promise<ExecutorSetup> {
    return this.#guarded(async () => this.#executor.setup(await this.#executor.current.save(), this.knobs));
  }

  async metrics(): Promise<Metrics> {
    return this.#guarded(() => this.#course.metrics());
  }

  async view(): Promise<Arrays> {
    return this.#guarded(async () => {
      const validation = await this.#executor.validation();
      return this.task.view(await this.#executor.current.predict('stage'), validation, this.knobs);
    });
  }

  async samples(n: number): Promise<Sample[]> {
    return this.#guarded(async () => this.task.samples(await this.#executor.validation(), this.knobs, n));
  }

  /** @throws Error where the lab has no such answer */
  async ask(question: string): Promise<unknown> {
    const answer = this.task.answers?.[question];
    if (!answer) throw new Error(`This lab has no answer to "${question}".`);
    return this.#guarded(async () => answer(await this.#executor.validation(), this.knobs));
  }

  async parameters(): Promise<Float32Array> {
    return this.#guarded(async () => Float32Array.from((await this.#executor.current.save()).parameters));
  }

  /** Keeps what the run can go on from, and gives it. */
  async checkpoint(): Promise<Saved> {
    return this.#guarded(() => this.#travel.checkpoint());
  }

  /** This moment, to `comeBack` to. */
  async snapshot(): Promise<Snapshot> {
    return { ...this.#travel.moment(await this.checkpoint()), ...this.#keeper.save() };
  }

  /**
   * Comes back to a moment of this run, or of one from the same start.
   *
   * @param anew whether it is another run from here on, because where it was until now is to be kept too
   */
  async comeBack(to: Snapshot, { anew = false } = {}): Promise<void> {
    this.#keeper.restore(to);
    await this.#travel.comeBack(to, anew);
    if (this.#lost) this.#keeper.free = false;
  }

  /**
   * Goes back to the last known state at or before a step, from which training leads to that step by the same way; or
   * forward again, to where the run had got to.
   */
  async rewind(step: number): Promise<void> {
    await this.#travel.rewind(step, () => this.snapshot());
    await this.#settle();
  }

  dispose(): void {
    this.#executor.dispose();
  }

  readonly #say = (text: string): void => {
    this.notice = { kind: 'lost', text };
  };

  async #begin({ favourite }: Opened): Promise<void> {
    const { id } = this.#executor;
    // It is in the log all the same: on another machine the run would start on another executor.
    if (favourite && this.#executor.is(favourite)) this.#keeper.name(favourite);
    // The log says what trains, not what was asked for in vain.
    else if (!this.#executor.is(this.#keeper.first)) this.#keeper.first = id;
    await this.#settle();
    await this.checkpoint();
  }

  /** Goes on with a run that was kept, where it stopped. */
  async #takeUp({ saved, series }: Omit<KeptRun, 'log'>, { start }: Opened): Promise<void> {
    const keeper = this.#keeper;
    if (!keeper.named) keeper.first = saved.executor;
    // It may be another machine than the one that it was trained on.
    const there = await this.#travel.takeUp({ saved, series }, this.start.events, start);
    if (!there) keeper.free = false;
    await this.#applyDue();
    keeper.edited = true;
    // It was lost where it would have been handed over to.
    keeper.free &&= !this.events.some(({ key, value }) => key === 'executor' && value !== 'webgpu');
    await this.checkpoint();
  }

  /** Trains `steps` steps, between which nothing changes but a rate that changes by step. */
  async #train(steps: number): Promise<void> {
    if (this.#course.wantsFreshMoments) {
      const { parameters } = await this.#executor.current.save();
      this.#executor.restore({ parameters, moments: new Float64Array(2 * parameters.length) });
      this.#course.freshMoments();
    }
    const { data, plan } = this.task;
    const chunk: Chunk = {
      steps,
      batches: [drawBatches(this.start.seed, data.train.rows, plan.batchSize, this.step, steps)],
      learningRate: new Float64Array(steps),
      correction1: new Float64Array(steps),
      correction2: new Float64Array(steps),
    };
    this.#course.writeRates(chunk, 1, 0);
    const result = await this.#executor.current.train(chunk);
    this.#executor.forget();
    this.#course.trained(result, steps, 1, 0);
    await this.#course.reached();
  }

  /** Events that are due now, and the first row where nothing is recorded yet. */
  async #settle(): Promise<void> {
    await this.#applyDue();
    if (this.series.length === 0) await this.#guarded(() => this.#course.record());
  }

  /** Applies events of the log that are due; true where one of them stops the run. */
  async #applyDue(): Promise<boolean> {
    const { moved, paused } = await this.#course.applyDue((event) => this.#handOverBy(event));
    if (moved) this.#executor.setKnobs(this.knobs);
    return paused;
  }

  /** Where the log's executor cannot be had, the one that trains goes on, and the log says so. */
  async #handOverBy(event: RunEvent): Promise<void> {
    const id = event.value as ExecutorId;
    const state = await this.#executor.current.save();
    if (this.#executor.is(id)) this.#executor.restore(inSinglePrecision(state));
    else if (!(await this.#executor.tryHandOver(id, state, this.knobs, event.step))) {
      this.#travel.fork({ keepAhead: true });
      this.#course.events.remove(event);
    }
    this.#course.forget();
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
    const at = this.step;
    this.#keeper.free = false;
    this.#lost = true;
    const lost = this.#executor.info;
    const from = await this.#travel.recover(this.#host.refuge(lost));
    const what = lost.backend === 'webgpu' ? 'The GPU' : 'The executor';
    const text = `${what} was lost at step ${String(at)}. The processor goes on from step ${String(from)}.`;
    this.notice = { kind: 'lost', text: /was lost\.?$/.test(message) ? text : `${text} (${message})` };
    this.#host.lost?.(lost, this.notice.text, message);
  }
}
