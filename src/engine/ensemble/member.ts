import type { KnobValue, KnobValues } from '../../terms/knob.ts';
import { EventQueue } from '../eventQueue.ts';
import type { Chunk, ChunkResult } from '../executor.ts';
import type { Metrics, RunLog, Status } from '../protocol.ts';
import { changesByEpoch, moveSchedule, scheduleKind, scheduleOf, writeRates } from '../rate.ts';
import { metricsOf, rowOf, type Reached } from '../reached.ts';
import type { Schedule, ScheduleState } from '../schedules.ts';
import { nextRecording, Series } from '../series.ts';
import { stepsPerEpoch, type Measured, type Task } from '../task.ts';

/**
 * One of K models: schedule, events, recorded metrics and status, exactly as a `Session` of the same log has them. It
 * trains nothing; the cohort does that for all.
 */
export class Member {
  /** Where it stands in the ensemble, in which members with the same data are neighbours. */
  readonly place: number;
  readonly task: Task;
  readonly series = new Series();
  /** Why it stopped, where it did. */
  stopped: string | undefined;
  readonly #start: RunLog;
  readonly #queue: EventQueue;
  /** Logits of the validation set as they are now. */
  readonly #logits: () => Promise<Float64Array>;
  /** Knobs at step 0. */
  #base: KnobValues;
  #knobs: KnobValues;
  #step = 0;
  #optimizerSteps = 0;
  #schedule: Schedule;
  #gradientNorm = NaN;
  #lastEvent = 0;
  /** Step of the last recorded row. */
  #recorded = -1;
  /** Where the knobs that moved at one step moved away from. */
  #origin: { step: number; schedule: ScheduleState } | undefined;
  /** The optimizer that the moments belong to. */
  #momentsOf: KnobValue | undefined;
  #measured: Measured | undefined;

  constructor(log: RunLog, place: number, task: Task, logits: () => Promise<Float64Array>) {
    this.#start = log;
    this.place = place;
    this.task = task;
    this.#logits = logits;
    this.#base = this.#knobs = log.knobs;
    this.#queue = new EventQueue(log.events);
    this.#schedule = scheduleOf(scheduleKind(log.knobs), this.#number);
    this.#momentsOf = log.knobs['training.optimizer'];
  }

  get seed(): number {
    return this.#start.seed;
  }

  get step(): number {
    return this.#step;
  }

  get knobs(): KnobValues {
    return this.#knobs;
  }

  get status(): Status {
    return this.stopped === undefined ? 'ok' : 'diverged';
  }

  /** The run so far: a `Session` of it gives the same numbers on the same executor. */
  get log(): RunLog {
    return { ...this.#start, knobs: this.#base, events: this.#queue.all };
  }

  /** The next step before which training has to stop for it. */
  get nextStop(): number {
    return Math.min(
      this.#queue.nextStep,
      nextRecording(this.#step, this.#lastEvent),
      this.#byEpoch ? (Math.floor(this.#step / this.#stepsPerEpoch) + 1) * this.#stepsPerEpoch : Infinity,
    );
  }

  /** Whether its moments belong to another optimizer than the one in force. */
  get wantsFreshMoments(): boolean {
    return this.#momentsOf !== this.#knobs['training.optimizer'];
  }

  /** Its moments are zeros now. */
  freshMoments(): void {
    this.#momentsOf = this.#knobs['training.optimizer'];
    this.#optimizerSteps = 0;
  }

  /** Applies events of its log that are due; true where knobs moved. */
  async applyDue(): Promise<boolean> {
    const moved = this.#queue.takeDue(this.#step).filter(({ key }) => key !== 'pause');
    if (moved.length === 0) return false;
    await this.#apply(Object.fromEntries(moved.map(({ key, value }) => [key, value])));
    return true;
  }

  /** Moves knobs, now: before the first step this changes the run itself, later it is an event. True where any moved. */
  async set(changes: KnobValues): Promise<boolean> {
    const moved = Object.entries(changes).filter(([key, value]) => this.#knobs[key] !== value);
    if (moved.length === 0) return false;
    if (this.#step === 0) this.#base = { ...this.#base, ...Object.fromEntries(moved) };
    else for (const [key, value] of moved) this.#queue.record({ step: this.#step, key, value });
    await this.#apply(Object.fromEntries(moved));
    return true;
  }

  /** Writes its rates into the next chunk, which is of so many members. */
  writeRates(chunk: Chunk, members: number): void {
    writeRates(chunk, { members, member: this.place }, this.#schedule, this.#number, this.#optimizerSteps);
  }

  /** Takes the results of a chunk. */
  trained({ loss, gradientNorm }: ChunkResult, steps: number, members: number): void {
    let done = 0;
    let diverged = false;
    while (done < steps && !diverged) {
      const at = done++ * members + this.place;
      this.#gradientNorm = gradientNorm[at] as number;
      diverged = !Number.isFinite(loss[at]) || !Number.isFinite(this.#gradientNorm);
    }
    this.#step += done;
    this.#optimizerSteps += done;
    this.#measured = undefined;
    if (diverged) this.#diverge(this.task.explainDivergence(this.#knobs));
  }

  /** What is due after steps: the end of an epoch, and a recording. */
  async reached(): Promise<void> {
    if (this.#byEpoch && this.#step % this.#stepsPerEpoch === 0)
      this.#schedule.afterEpoch(
        scheduleKind(this.#knobs) === 'reduce_on_plateau' ? (await this.#measure()).total : NaN,
      );
    if (nextRecording(this.#step - 1, this.#lastEvent) === this.#step) await this.record();
  }

  async record(): Promise<void> {
    const measured = await this.#measure();
    this.#recorded = this.#step;
    this.series.push(rowOf(measured, this.#reached));
    if (measured.diverged !== undefined) this.#diverge(measured.diverged);
  }

  async metrics(): Promise<Metrics> {
    return metricsOf(await this.#measure(), this.#reached, this.#stepsPerEpoch, this.status);
  }

  get #reached(): Reached {
    return {
      step: this.#step,
      learningRate: this.#schedule.learningRate,
      gradientNorm: this.#gradientNorm,
    };
  }

  get #byEpoch(): boolean {
    return changesByEpoch(this.#knobs);
  }

  get #stepsPerEpoch(): number {
    return stepsPerEpoch(this.task);
  }

  readonly #number = (key: string): number => this.task.numeric(this.#knobs, key);

  async #measure(): Promise<Measured> {
    return (this.#measured ??= this.task.measure(await this.#logits(), this.#knobs));
  }

  #diverge(why: string): void {
    this.stopped ??= `Stopped at step ${String(this.#step)}: ${why}`;
  }

  /** Several moves at one step count as one, from where the first of them began: that is how they are replayed. */
  async #apply(changes: KnobValues): Promise<void> {
    if (this.#origin?.step === this.#step) {
      this.#schedule = scheduleOf(this.#origin.schedule.kind, this.#number, this.#origin.schedule);
      if (this.status === 'ok') this.series.truncate(this.series.length - 1);
    } else {
      // A jump needs both its ends: the last value under the old knobs, and the first under the new ones.
      if (this.#step > 0 && this.#recorded !== this.#step) await this.record();
      this.#origin = { step: this.#step, schedule: this.#schedule.state() };
    }
    const before = this.#origin.schedule.kind;
    this.#knobs = { ...this.#knobs, ...changes };
    const kind = scheduleKind(this.#knobs);
    if (kind === before) moveSchedule(this.#schedule, this.#number);
    else this.#schedule = scheduleOf(kind, this.#number);
    this.#lastEvent = this.#step;
    this.#measured = undefined;
    if (this.#step === 0) this.series.clear();
    if (this.status === 'ok') await this.record();
  }
}
