/** Workers that die again and again are not worth the wait: this many are replaced within a minute. */
const MOST = 3;
const WITHIN_MS = 60_000;

/** Which dead workers are replaced. */
export class Revivals {
  /** When, in ms. */
  #times: number[] = [];
  /** How far the run was when a worker was last replaced. */
  #from = -1;

  /**
   * Whether a worker that has died is replaced. One that plays and dies without getting further is not.
   *
   * @param step at which it died @param kept step of the last state that it gave
   */
  replaces(playing: boolean, step: number, kept: number): boolean {
    const now = performance.now();
    this.#times = this.#times.filter((at) => now - at < WITHIN_MS);
    const stuck = playing && step === this.#from && kept === this.#from;
    if (stuck || this.#times.length >= MOST) return false;
    this.#times.push(now);
    this.#from = kept;
    return true;
  }

  /** What the page says when another worker goes on. */
  said(step: number, kept: number): string {
    return `The trainer stopped without a word at step ${String(step)}. A new one goes on from step ${String(kept)}.`;
  }
}
