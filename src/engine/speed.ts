import { nextChunk } from './chunks.ts';

/** How fast a run trains, and how many steps fit into its next chunk. */
export class Speed {
  /** Steps of the next chunk. */
  chunk = 1;
  /** What a step took last, in milliseconds. */
  perStep = 0;
  #chunks: { at: number; steps: number; took: number }[] = [];

  /** @param at milliseconds, as all times here */
  add(at: number, steps: number, took: number): void {
    this.chunk = nextChunk(steps, took);
    this.perStep = took / steps;
    this.#chunks.push({ at, steps, took });
    this.#chunks = this.#chunks.filter((chunk) => at - chunk.at < 1000);
  }

  /** Another executor or run: nothing is known of its speed. */
  restart(): void {
    this.chunk = 1;
    this.#chunks = [];
  }

  /** Steps per second of training over about the last second. */
  at(now: number): number {
    const first = this.#chunks[0];
    if (!first) return 0;
    const steps = this.#chunks.reduce((total, chunk) => total + chunk.steps, 0);
    const last = this.#chunks.at(-1) ?? first;
    // Time from the start of the first chunk to the end of the last, so that frames and rests count too.
    const span = Math.max(last.at - first.at + first.took, 1e-3);
    return now - last.at > 2000 ? 0 : (1000 * steps) / span;
  }
}
