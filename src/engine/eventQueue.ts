import type { RunEvent } from './protocol.ts';

/** Events of a run: those that took effect, and those that a replayed log still holds. */
export class EventQueue {
  #applied: RunEvent[] = [];
  #ahead: RunEvent[];

  constructor(events: readonly RunEvent[]) {
    this.#ahead = [...events].sort((a, b) => a.step - b.step);
  }

  get applied(): readonly RunEvent[] {
    return this.#applied;
  }

  /** All events, for the log of the run. */
  get all(): RunEvent[] {
    return [...this.#applied, ...this.#ahead];
  }

  /** Step of the next event ahead; Infinity when there is none. */
  get nextStep(): number {
    return this.#ahead[0]?.step ?? Infinity;
  }

  /** Takes the events that are due, and counts them as applied. */
  takeDue(step: number): RunEvent[] {
    const due = this.#ahead.filter((event) => event.step <= step);
    this.#ahead = this.#ahead.filter((event) => event.step > step);
    this.#applied.push(...due);
    return due;
  }

  /**
   * A change made by hand. Several at one step count as the last, and what the log would still have done to the same key
   * is dropped: the hand has taken over.
   */
  record(event: RunEvent): void {
    this.#ahead = this.#ahead.filter(({ key }) => key !== event.key);
    this.#applied = this.#applied.filter(({ step, key }) => step !== event.step || key !== event.key);
    this.#applied.push(event);
  }

  /**
   * Puts back what was applied at or after `step`, when a run goes on from a checkpoint taken there: a value set twice
   * at one step does no harm. Hand-overs are dropped; whoever rewinds says where the run goes on.
   */
  rewind(step: number): void {
    const undone = this.#applied.filter((event) => event.step >= step && event.key !== 'executor');
    this.#applied = this.#applied.filter((event) => event.step < step);
    this.#ahead = [...undone, ...this.#ahead].sort((a, b) => a.step - b.step);
  }
}
