/**
 * Lets the latest of many things through: the first at once, then one at most every so often, and always the last. For what
 * is read aloud.
 */
export class Paced<T> {
  readonly #apply: (what: T) => void;
  readonly #every: number;
  #next: { what: T } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param every milliseconds */
  constructor(apply: (what: T) => void, every = 5000) {
    this.#apply = apply;
    this.#every = every;
  }

  say(what: T): void {
    if (this.#timer === undefined) this.#now(what);
    else this.#next = { what };
  }

  /** Somebody asked: at once. */
  answer(what: T): void {
    this.stop();
    this.#now(what);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#next = undefined;
  }

  #now(what: T): void {
    this.#apply(what);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const next = this.#next;
      this.#next = undefined;
      if (next) this.#now(next.what);
    }, this.#every);
  }
}
