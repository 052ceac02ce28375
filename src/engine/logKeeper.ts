import type { Course } from './course.ts';
import type { ExecutorId, RunLog } from './protocol.ts';
import type { Snapshot } from './snapshot.ts';

/** What the log of a run says beside its events, and what starts when the run is reset. */
export class LogKeeper {
  /** The log that the run was opened with. */
  readonly start: RunLog;
  /** The executor of step 0, and whether the log names it. */
  first: ExecutorId;
  named: boolean;
  /** Whether the user has changed anything. */
  edited = false;
  /** Nobody chose the executor, and none was lost. */
  free: boolean;
  readonly #course: Course;
  /** The gesture that moves knobs: the caller's number, and the log's. */
  #gesture: { of: number; number: number } | undefined;

  constructor(start: RunLog, course: Course, first: ExecutorId) {
    this.start = start;
    this.#course = course;
    this.first = start.executor ?? first;
    this.named = start.executor !== undefined;
    this.free = start.free === true;
  }

  /** The run so far, with what is still ahead of it: enough to have the same run again. */
  get log(): RunLog {
    const { lab, preset, seed } = this.start;
    return {
      lab,
      preset,
      seed,
      knobs: this.#course.base,
      events: this.#course.events.all,
      ...(this.named && { executor: this.first }),
      ...(this.free && { free: true }),
    };
  }

  /** What a reset starts: the loaded log where nothing was changed, else the knobs as they are now and no events. */
  get restart(): RunLog {
    if (!this.edited) return this.start;
    const { lab, preset, seed } = this.start;
    const { events, step, knobs } = this.#course;
    const last = events.executorAt(step) ?? (this.named ? this.first : undefined);
    // Where nobody chose, it starts on the fastest as it is known by now.
    const on = this.free ? { free: true } : last && { executor: last };
    return { lab, preset, seed, knobs, events: [], ...on };
  }

  /** The executor of step 0 was chosen. */
  name(id: ExecutorId): void {
    this.first = id;
    this.named = true;
  }

  /** The user chose an executor, or changed a knob. */
  edit({ executor = false } = {}): void {
    this.edited = true;
    if (executor) this.free = false;
  }

  /** The log's number of the gesture that the caller counts as `of`. */
  gestureOf(of: number | undefined): number | undefined {
    if (of === undefined) return undefined;
    if (this.#gesture?.of !== of) this.#gesture = { of, number: this.#course.events.nextGesture };
    return this.#gesture.number;
  }

  save(): Pick<Snapshot, 'start' | 'first' | 'named' | 'edited' | 'free'> {
    const { start, first, named, edited, free } = this;
    return { start, first, named, edited, free };
  }

  restore({ first, named, edited, free }: ReturnType<LogKeeper['save']>): void {
    Object.assign(this, { first, named, edited, free });
    this.#gesture = undefined;
  }
}
