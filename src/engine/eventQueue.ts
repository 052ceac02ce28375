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

  get ahead(): readonly RunEvent[] {
    return this.#ahead;
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
   * Puts back what was applied at or after `step`, when a run goes on from a state of that step: a value set twice at
   * one step does no harm. A pause at that very step is over, and whoever rewinds says who trains there.
   */
  rewind(step: number): void {
    const stays = (event: RunEvent): boolean =>
      event.step < step || (event.step === step && (event.key === 'pause' || event.key === 'executor'));
    const undone = this.#applied.filter((event) => !stays(event));
    this.#applied = this.#applied.filter(stays);
    this.#ahead = [...undone, ...this.#ahead].sort((a, b) => a.step - b.step);
  }

  /** Forgets hand-overs at or after a step: the run was lost there, and goes on elsewhere. */
  dropHandOvers(step: number): void {
    const stays = (event: RunEvent): boolean => event.step < step || event.key !== 'executor';
    this.#applied = this.#applied.filter(stays);
    this.#ahead = this.#ahead.filter(stays);
  }

  /** Nothing more of the log happens. */
  dropAhead(): void {
    this.#ahead = [];
  }

  /** What was applied and what is ahead, to `restore`. */
  save(): { applied: readonly RunEvent[]; ahead: readonly RunEvent[] } {
    return { applied: [...this.#applied], ahead: [...this.#ahead] };
  }

  restore({ applied, ahead }: ReturnType<EventQueue['save']>): void {
    this.#applied = [...applied];
    this.#ahead = [...ahead];
  }
}
