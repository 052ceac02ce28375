import type { KnobValues } from '../../terms/knob.ts';
import { Course } from '../course.ts';
import { checkMoves } from '../moves.ts';
import type { RunLog } from '../protocol.ts';
import type { Task } from '../task.ts';

/** One of K models: its course is that of a single run of the same log. The cohort trains it, with all others. */
export class Member extends Course {
  /** Where it stands in the ensemble, in which members with the same data are neighbours. */
  readonly place: number;
  readonly #start: RunLog;

  /** @param logits of its validation set as they are now */
  constructor(log: RunLog, place: number, task: Task, logits: () => Promise<Float64Array>) {
    super(log, task, { logits });
    this.place = place;
    this.#start = log;
  }

  get seed(): number {
    return this.#start.seed;
  }

  /** The run so far: a `Session` of it gives the same numbers on the same executor. */
  get log(): RunLog {
    return { ...this.#start, knobs: this.base, events: this.events.all };
  }

  /**
   * Moves live knobs, now: before the first step this changes the run itself, later it is an event.
   *
   * @returns whether any moved
   * @throws Error that names unknown and structural keys, and values that a knob cannot have
   */
  async set(changes: KnobValues): Promise<boolean> {
    checkMoves(this.task, this.knobs, changes);
    const moved = this.changed(changes);
    if (Object.keys(moved).length === 0) return false;
    this.write(moved);
    await this.move(moved);
    return true;
  }
}
