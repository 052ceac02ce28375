import type { KnobValue, KnobValues } from '../terms/knob.ts';
import { EventQueue } from './eventQueue.ts';
import type { Chunk, ChunkResult } from './executor.ts';
import type { Metrics, Progress, RunEvent, RunLog, Status } from './protocol.ts';
import { changesByEpoch, moveSchedule, scheduleKind, scheduleOf, writeRates } from './rate.ts';
import { metricsOf, rowOf, type Reached } from './reached.ts';
import type { Schedule } from './schedules.ts';
import { nextRecording, Series } from './series.ts';
import { stepsPerEpoch, type Measured, type Task } from './task.ts';

/** What a course needs of whatever trains its model. */
export interface CourseHost {
  /** Logits of the validation set at this step, `[rows, classes]`. */
  logits: () => Promise<Float64Array>;
  /** Told once, in a sentence, when the run has diverged. */
  stopped?: (text: string) => void;
}

/**
 * What one run does at each step: its events, its learning rate, what is recorded, the ends of its epochs, and whether
 * it has diverged. It trains nothing: the session does that for a single run, and the cohort for members side by side.
 * All of it is a function of the log, whatever the chunks in which the run is trained.
 */
export class Course {
  readonly task: Task;
  readonly series = new Series();
  readonly events: EventQueue;
  /** Why it stopped, where it has diverged here. */
  stopped: string | undefined;
  readonly #host: CourseHost;
  /** Knobs at step 0. */
  #base: KnobValues;
  #knobs: KnobValues;
  #step = 0;
  #optimizerSteps = 0;
  #schedule: Schedule;
  #status: Status = 'ok';
  #gradientNorm = NaN;
  #lastEvent = 0;
  /** Step of the last recorded row. */
  #recorded = -1;
  /** Where the knobs that moved at one step moved away from. */
  #origin: Progress['origin'] = null;
  /** The optimizer that the moments belong to. */
  #momentsOf: KnobValue | null;
  #measured: Measured | undefined;

  constructor(log: Pick<RunLog, 'knobs' | 'events'>, task: Task, host: CourseHost) {
    this.task = task;
    this.#host = host;
    this.#base = this.#knobs = log.knobs;
    this.events = new EventQueue(log.events);
    this.#schedule = scheduleOf(scheduleKind(log.knobs), this.#number);
    this.#momentsOf = optimizerOf(log.knobs);
  }

  get step(): number {
    return this.#step;
  }

  get base(): KnobValues {
    return this.#base;
  }

  get knobs(): KnobValues {
    return this.#knobs;
  }

  get status(): Status {
    return this.#status;
  }

  /** The next step before which training has to stop. */
  get nextStop(): number {
    return Math.min(
      this.events.nextStep,
      nextRecording(this.#step, this.#lastEvent),
      this.#byEpoch ? (Math.floor(this.#step / this.#stepsPerEpoch) + 1) * this.#stepsPerEpoch : Infinity,
    );
  }

  /** Whether the moments belong to another optimizer than the one in force: they mean nothing to it, as in PyTorch. */
  get wantsFreshMoments(): boolean {
    return this.#momentsOf !== optimizerOf(this.#knobs);
  }

  /** The moments are zeros now. */
  freshMoments(): void {
    this.#momentsOf = optimizerOf(this.#knobs);
    this.#optimizerSteps = 0;
  }

  /** Writes the rates of the model at a place of a chunk for so many members, and takes the schedule on. */
  writeRates(chunk: Chunk, members: number, place: number): void {
    writeRates(chunk, { members, member: place }, this.#schedule, this.#number, this.#optimizerSteps);
  }

  /** Takes the results of a chunk. The state of a run that diverges is the one before that step. */
  trained({ loss, gradientNorm }: ChunkResult, steps: number, members: number, place: number): void {
    let done = 0;
    let diverged = false;
    while (done < steps && !diverged) {
      const at = done++ * members + place;
      this.#gradientNorm = gradientNorm[at] as number;
      diverged = !Number.isFinite(loss[at]) || !Number.isFinite(this.#gradientNorm);
    }
    this.#step += done;
    this.#optimizerSteps += done;
    this.#measured = undefined;
    if (diverged) this.#diverge(this.task.explainDivergence(this.#knobs));
  }

  /** What is due after a chunk: the end of an epoch, and a recording. */
  async reached(): Promise<void> {
    if (this.#status !== 'ok') return;
    if (this.#byEpoch && this.#step % this.#stepsPerEpoch === 0)
      this.#schedule.afterEpoch(
        scheduleKind(this.#knobs) === 'reduce_on_plateau' ? (await this.measure()).total : NaN,
      );
    if (nextRecording(this.#step - 1, this.#lastEvent) === this.#step) await this.record();
  }

  async measure(): Promise<Measured> {
    return (this.#measured ??= this.task.measure(await this.#host.logits(), this.#knobs));
  }

  async metrics(): Promise<Metrics> {
    return metricsOf(await this.measure(), this.#reached, this.#stepsPerEpoch, this.#status);
  }

  async record(): Promise<void> {
    const measured = await this.measure();
    this.#recorded = this.#step;
    this.series.push(rowOf(measured, this.#reached));
    if (measured.diverged !== undefined) this.#diverge(measured.diverged);
  }

  /** Names of the columns that this task records. */
  async columns(): Promise<string[]> {
    return Object.keys(rowOf(await this.measure(), this.#reached));
  }

  /**
   * Applies the events that are due at this step. Hand-overs come first: what is recorded at a step at which both the
   * executor and a knob changed is measured on the executor that trains on from it.
   *
   * @param handOver takes each event of the log that names an executor
   */
  async applyDue(
    handOver: (event: RunEvent) => Promise<void> = () => Promise.resolve(),
  ): Promise<{ moved: boolean; paused: boolean }> {
    const due = this.events.takeDue(this.#step);
    const knobs: Record<string, KnobValue> = {};
    for (const event of due) {
      if (event.key === 'executor') await handOver(event);
      else if (event.key !== 'pause') knobs[event.key] = event.value;
    }
    const moved = Object.keys(knobs).length > 0;
    if (moved) await this.move(knobs);
    return { moved, paused: due.some(({ key }) => key === 'pause') };
  }

  /** The values among these that are not in force already. */
  changed(values: KnobValues): KnobValues {
    return Object.fromEntries(Object.entries(values).filter(([key, value]) => this.#knobs[key] !== value));
  }

  /** Writes moved knobs into the log: before the first step they change the run itself, later they are events. */
  write(changes: KnobValues, gesture?: number): void {
    if (this.#step === 0) this.#base = { ...this.#base, ...changes };
    else
      for (const [key, value] of Object.entries(changes))
        this.events.record({
          step: this.#step,
          key,
          value,
          ...(gesture !== undefined && { gesture }),
        });
  }

  /**
   * Moves knobs that are in the log, now. Several moves at one step count as one, from where the first of them began:
   * that is how they are replayed.
   */
  async move(changes: KnobValues): Promise<void> {
    if (this.#origin?.step === this.#step) {
      this.#schedule = scheduleOf(this.#origin.schedule.kind, this.#number, this.#origin.schedule);
      if (this.#status === 'ok') this.series.truncate(this.series.length - 1);
    } else {
      // A jump needs both its ends: the last value under the old knobs, and the first under the new ones.
      if (this.#step > 0 && this.#recorded !== this.#step) await this.record();
      this.#origin = {
        step: this.#step,
        scheduler: scheduleKind(this.#knobs),
        schedule: this.#schedule.state(),
      };
    }
    this.#knobs = { ...this.#knobs, ...changes };
    const kind = scheduleKind(this.#knobs);
    if (kind === this.#origin.scheduler) moveSchedule(this.#schedule, this.#number);
    else this.#schedule = scheduleOf(kind, this.#number);
    this.#lastEvent = this.#step;
    this.#measured = undefined;
    if (this.#step === 0) this.series.clear();
    if (this.#status === 'ok') await this.record();
  }

  /** Other parameters, or another executor: what was measured of those before is not so any more. */
  forget(): void {
    this.#measured = undefined;
  }

  /**
   * Another executor trains from this step on: what was recorded here because knobs moved is recorded again, measured
   * on that one, as a replay of the log does it.
   */
  async recordAgain(): Promise<void> {
    this.#measured = undefined;
    if (this.#status !== 'ok') return;
    if (this.#step === 0) {
      this.series.clear();
      await this.record();
      return;
    }
    const origin = this.#origin;
    if (origin?.step !== this.#step) return;
    const now = this.#knobs;
    const { knobs, lastEvent } = this.events.before(this.#step, this.#base);
    // A row that was due at this step anyway was measured before the executor changed.
    const due = nextRecording(this.#step - 1, lastEvent) === this.#step;
    this.series.truncate(this.series.length - (due ? 1 : 2));
    this.#recorded = due ? this.#step : -1;
    this.#knobs = knobs;
    this.#schedule = scheduleOf(origin.schedule.kind, this.#number, origin.schedule);
    this.#lastEvent = lastEvent;
    this.#origin = null;
    await this.move(now);
  }

  /** What training has changed of it: with the log and the recorded rows it goes on from there. */
  get progress(): Progress {
    return {
      status: this.#status,
      gradientNorm: Number.isFinite(this.#gradientNorm) ? this.#gradientNorm : null,
      optimizerSteps: this.#optimizerSteps,
      momentsOf: this.#momentsOf,
      schedule: this.#schedule.state(),
      origin: this.#origin,
      lastEvent: this.#lastEvent,
      recorded: this.#recorded,
      rows: this.series.length,
    };
  }

  /**
   * Goes on from a saved state. The log is the caller's.
   *
   * @param series rows of which the first ones belong to the state
   */
  restore(step: number, knobs: KnobValues, progress: Progress, series: ReturnType<Series['save']>): void {
    this.#step = step;
    this.#knobs = knobs;
    this.#status = progress.status;
    if (progress.status === 'ok') this.stopped = undefined;
    this.#gradientNorm = progress.gradientNorm ?? NaN;
    this.#optimizerSteps = progress.optimizerSteps;
    this.#momentsOf = progress.momentsOf;
    this.#schedule = scheduleOf(progress.schedule.kind, this.#number, progress.schedule);
    this.#origin = progress.origin;
    this.#lastEvent = progress.lastEvent;
    this.#recorded = progress.recorded;
    this.series.restore(series, progress.rows);
    this.#measured = undefined;
  }

  /** The knobs at step 0 of a moment that is come back to. */
  rebase(base: KnobValues): void {
    this.#base = base;
  }

  get #reached(): Reached {
    return {
      step: this.#step,
      learningRate: this.#schedule.learningRate,
      gradientNorm: this.#gradientNorm,
    };
  }

  /** Whether the rate changes at the ends of epochs. */
  get #byEpoch(): boolean {
    return changesByEpoch(this.#knobs);
  }

  get #stepsPerEpoch(): number {
    return stepsPerEpoch(this.task);
  }

  readonly #number = (key: string): number => this.task.numeric(this.#knobs, key);

  #diverge(why: string): void {
    if (this.#status === 'diverged') return;
    this.#status = 'diverged';
    this.stopped = `Stopped at step ${String(this.#step)}: ${why}`;
    this.#host.stopped?.(this.stopped);
  }
}

const optimizerOf = (knobs: KnobValues): KnobValue | null => knobs['training.optimizer'] ?? null;
