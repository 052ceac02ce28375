import type { Saved } from './protocol.ts';

const MOST = 48;
const MOST_BYTES = 48_000_000;

export const bytesOf = ({ parameters, moments }: Saved): number => parameters.byteLength + moments.byteLength;

/** States along a run that it can be taken up from: bounded in number and size, and spread over all of its steps. */
export class Marks {
  #list: Saved[];

  constructor(list: readonly Saved[] = []) {
    this.#list = [...list];
  }

  get list(): readonly Saved[] {
    return this.#list;
  }

  /** Keeps a state, instead of one of the same step. */
  add(saved: Saved): void {
    const at = this.#list.findIndex(({ step }) => step >= saved.step);
    if (at < 0) this.#list.push(saved);
    else this.#list.splice(at, this.#list[at]?.step === saved.step ? 1 : 0, saved);
    const most = Math.max(3, Math.min(MOST, Math.floor(MOST_BYTES / Math.max(1, bytesOf(saved)))));
    while (this.#list.length > most) this.#thin();
  }

  /** The last state at or before a step. */
  before(step: number): Saved | undefined {
    return this.#list.findLast((saved) => saved.step <= step);
  }

  /** Forgets what lies after a step. */
  cut(step: number): void {
    this.#list = this.#list.filter((saved) => saved.step <= step);
  }

  /** Drops the state whose neighbours are nearest to each other; the first and the last stay. */
  #thin(): void {
    let [least, at] = [Infinity, 1];
    for (let i = 1; i < this.#list.length - 1; i++) {
      const gap = (this.#list[i + 1] as Saved).step - (this.#list[i - 1] as Saved).step;
      if (gap < least) [least, at] = [gap, i];
    }
    this.#list.splice(at, 1);
  }
}
