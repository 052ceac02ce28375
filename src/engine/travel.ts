import type { Course } from './course.ts';
import { ExecutorLost, type ParameterState } from './executor.ts';
import { inSinglePrecision, type RunExecutor } from './handOver.ts';
import type { LogKeeper } from './logKeeper.ts';
import { Marks } from './marks.ts';
import type { ExecutorId, KeptRun, RunEvent, Saved } from './protocol.ts';
import { rowsIn, type Series } from './series.ts';
import type { Snapshot } from './snapshot.ts';

/** A run at one moment, as far as going back and forth in it needs it. */
export type Moment = Pick<Snapshot, 'saved' | 'queue' | 'series' | 'marks' | 'base' | 'branch' | 'furthest'>;

/** Runs and branches that there have been in this worker. */
let branches = 0;

/**
 * Going back and forth in a run: states along it, from which training leads to any step again. Which executor trains
 * from a step on is read from the log alone; a state fits every executor.
 */
export class Travel {
  readonly #course: Course;
  readonly #executor: RunExecutor;
  readonly #keeper: LogKeeper;
  #marks = new Marks();
  /** Where the run had got to, while it is back at an earlier step. */
  #furthest: Snapshot | undefined;
  #branch = ++branches;
  #latest: Saved | undefined;

  constructor(course: Course, executor: RunExecutor, keeper: LogKeeper) {
    this.#course = course;
    this.#executor = executor;
    this.#keeper = keeper;
  }

  /** Counts runs and branches: a run whose past is edited is another run from there on. */
  get branch(): number {
    return this.#branch;
  }

  /** The last step that this run was trained to, where it is back at an earlier one. */
  get furthest(): number | undefined {
    return this.#furthest?.saved.step;
  }

  get back(): boolean {
    return this.#furthest !== undefined;
  }

  /** The last state that was kept: what the run goes on from when its executor is lost. */
  get latest(): Saved | undefined {
    return this.#latest;
  }

  /** Keeps what the run can go on from, and gives it. */
  async checkpoint(): Promise<Saved> {
    const { parameters, moments } = await this.#executor.current.save();
    const { step, knobs, progress } = this.#course;
    const saved: Saved = { step, executor: this.#executor.id, knobs, parameters, moments, progress };
    this.#keep(saved);
    return saved;
  }

  /** After training: a run that has reached where it had got to is no longer back. */
  arrived(): void {
    if (this.#furthest && this.#course.step >= this.#furthest.saved.step) this.#furthest = undefined;
  }

  /**
   * What happens at an earlier step than the run has reached makes it another run from there on.
   *
   * @param keepAhead whether what the log still held happens in the fork too: it does not where the user edits the past
   */
  fork({ keepAhead = false } = {}): void {
    if (!this.#furthest) return;
    this.#furthest = undefined;
    if (!keepAhead) this.#course.events.dropAhead();
    this.#marks.cut(this.#course.step);
    this.#branch = ++branches;
  }

  moment(saved: Saved): Moment {
    return {
      saved,
      queue: this.#course.events.save(),
      series: this.#course.series.save(),
      marks: this.#marks.list,
      base: this.#course.base,
      branch: this.#branch,
      furthest: this.#furthest,
    };
  }

  /**
   * Comes back to a moment of this run, or of one from the same start.
   *
   * @param anew whether it is another run from here on, because where it was until now is to be kept too
   */
  async comeBack(to: Moment, anew = false): Promise<void> {
    this.#course.events.restore(to.queue);
    this.#course.rebase(to.base);
    const there = await this.put(to.saved, to.series);
    this.#marks = new Marks(to.marks);
    this.#furthest = to.furthest;
    this.#branch = anew ? ++branches : to.branch;
    if (!there) await this.#goElsewhere();
  }

  /**
   * Goes back to the last known state at or before a step, from which training leads to that step by the same way; or
   * forward again, to where the run had got to.
   *
   * @param now takes a snapshot of where the run is
   */
  async rewind(step: number, now: () => Promise<Snapshot>): Promise<void> {
    if (step === this.#course.step) return;
    const end = this.#furthest ?? (await now());
    if (step >= end.saved.step) {
      await this.comeBack(end);
      return;
    }
    const from = new Marks(end.marks).before(step);
    if (!from) throw new Error(`Nothing of this run is known at or before step ${String(step)}.`);
    this.#furthest = end;
    // Already on the way.
    if (from.step <= this.#course.step && this.#course.step <= step) return;
    const { events } = this.#course;
    events.restore(end.queue);
    events.rewind(from.step);
    if (!(await this.put(from, end.series))) await this.#goElsewhere();
  }

  /**
   * Puts a state in the place of this one, on the executor that the log names there.
   *
   * @param series rows of which the first ones belong to it
   * @returns whether that executor could be had; else the one that trains now goes on from the state (`goElsewhere`)
   */
  async put(saved: Saved, series: ReturnType<Series['save']>): Promise<boolean> {
    const { progress, knobs, step } = saved;
    const { events } = this.#course;
    const wanted = events.executorAt(step) ?? this.#keeper.first;
    // It may have been kept just before the run was handed over at this step.
    const state = events.handsOverAt(step) ? inSinglePrecision(saved) : saved;
    const there = this.#executor.is(wanted) || (await this.#executor.tryHandOver(wanted, state, knobs, step));
    this.#executor.restore(state);
    this.#executor.setKnobs(knobs);
    this.#course.restore(step, knobs, progress, series);
    this.#latest = saved;
    return there;
  }

  /**
   * Takes up a run that was kept, where it stopped.
   *
   * @param start what the model has before it is trained: the way back to step 0 is always known
   * @returns as `put`, and another executor is in the log already
   */
  async takeUp(
    { saved, series }: Omit<KeptRun, 'log'>,
    log: readonly RunEvent[],
    start: ParameterState,
  ): Promise<boolean> {
    const { events, base, progress } = this.#course;
    this.#keep({ step: 0, executor: this.#keeper.first, knobs: base, ...start, progress });
    events.restore({ applied: log, ahead: [] });
    events.rewind(saved.step);
    const there = await this.put(saved, { columns: [], rows: [] });
    const rows = rowsIn(series, await this.#course.columns(), saved.progress.rows);
    this.#course.series.restore(rows);
    if (!there) await this.#goElsewhere();
    return there;
  }

  /**
   * Goes on from the last state that was kept, because the executor is lost.
   *
   * @param refuge the executor that trains instead; what there is, where that cannot be had either
   * @returns the step from which it goes on
   */
  async recover(refuge: ExecutorId): Promise<number> {
    const from = this.#latest;
    if (!from) throw new ExecutorLost('The executor was lost before training began. Load the run again.');
    // Where the run was back at an earlier step, it does not go the way that it went.
    this.fork({ keepAhead: true });
    const { events, series } = this.#course;
    events.rewind(from.step);
    events.dropHandOvers(from.step);
    await this.#executor
      .handOver(refuge, from, from.knobs)
      .catch(() => this.#executor.handOver(undefined, from, from.knobs));
    this.#nameExecutor(from.step);
    await this.put(from, series.save());
    await this.#course.recordAgain();
    return from.step;
  }

  /** Another executor trains from this step on than the one that the log named: from here on it is another run. */
  async #goElsewhere(): Promise<void> {
    this.fork({ keepAhead: true });
    this.#nameExecutor(this.#course.step);
    this.#executor.restore(inSinglePrecision(await this.#executor.current.save()));
    await this.#course.recordAgain();
  }

  /** Has the log say which executor trains from a step on; at step 0 that is how the run starts. */
  #nameExecutor(step: number): void {
    const { events } = this.#course;
    const { id } = this.#executor;
    events.record({ step, key: 'executor', value: id });
    if (step > 0) return;
    events.dropHandOvers(0, 0);
    this.#keeper.name(id);
  }

  #keep(saved: Saved): void {
    this.#latest = saved;
    this.#marks.add(saved);
  }
}
