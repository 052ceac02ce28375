import type { KnobValue, KnobValues } from '../terms/knob.ts';
import type { ExecutorId, RunEvent } from './protocol.ts';

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

  /** The number for the next gesture of this log. */
  get nextGesture(): number {
    return this.all.reduce((most, { gesture = 0 }) => Math.max(most, gesture), 0) + 1;
  }

  /** Takes the events that are due, and counts them as applied. */
  takeDue(step: number): RunEvent[] {
    // Before every chunk: of a long log only what is due is looked at.
    if (this.nextStep > step) return [];
    const count = this.#ahead.findIndex((event) => event.step > step);
    const due = this.#ahead.splice(0, count < 0 ? Infinity : count);
    for (const event of due) this.#applied.push(event);
    return due;
  }

  /**
   * A change that was not in the log. Several of one key at one step count as the last, and what the log would still have
   * done to that key is dropped: the user has taken over.
   */
  record(event: RunEvent): void {
    this.#ahead = this.#ahead.filter(({ key }) => key !== event.key);
    this.#applied = this.#applied.filter(({ step, key }) => step !== event.step || key !== event.key);
    this.#applied.push(event);
  }

  /** Removes an event that could not take effect. */
  remove(event: RunEvent): void {
    this.#applied = this.#applied.filter((other) => other !== event);
  }

  /**
   * Puts back what was applied at or after `step`, when a run goes on from a state of that step: setting a value twice at
   * one step does no harm. A pause at that very step is over, and the executor that the log names there trains already.
   */
  rewind(step: number): void {
    const stays = (event: RunEvent): boolean =>
      event.step < step || (event.step === step && (event.key === 'pause' || event.key === 'executor'));
    const undone = this.#applied.filter((event) => !stays(event));
    this.#applied = this.#applied.filter(stays);
    this.#ahead = [...undone, ...this.#ahead].sort((a, b) => a.step - b.step);
  }

  /** The executor that the log names for training from a step on; undefined where it says nothing of it. */
  executorAt(step: number): ExecutorId | undefined {
    const last = this.all.findLast((event) => event.key === 'executor' && event.step <= step);
    return last?.value as ExecutorId | undefined;
  }

  /** Whether the log hands the run over at a step. */
  handsOverAt(step: number): boolean {
    return this.all.some((event) => event.key === 'executor' && event.step === step);
  }

  /** Knobs as the log had them before the events of a step, and the step of the last event before it. */
  before(step: number, base: KnobValues): { knobs: KnobValues; lastEvent: number } {
    const knobs: Record<string, KnobValue> = { ...base };
    let lastEvent = 0;
    for (const event of this.#applied) {
      if (event.step >= step || event.key === 'executor' || event.key === 'pause') continue;
      knobs[event.key] = event.value;
      lastEvent = Math.max(lastEvent, event.step);
    }
    return { knobs, lastEvent };
  }

  /** Forgets hand-overs from a step on, up to another: the executor was lost there, and the run goes on on another. */
  dropHandOvers(from: number, to = Infinity): void {
    const stays = ({ step, key }: RunEvent): boolean => key !== 'executor' || step < from || step > to;
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
