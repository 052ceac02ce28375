import { GROUP, SPAN_BYTES, SPAN_WORDS, type SetName, type Span } from './shaders/bindings.ts';
import type { PassSource } from './shaders/passSource.ts';

/** A compiled pass. */
export interface Pass extends PassSource {
  pipeline: GPUComputePipeline;
}

/** One call of the device: `groups` workgroups for each of `members` members, from where its span says. */
export interface Dispatch {
  pipeline: GPUComputePipeline;
  set: SetName;
  groups: number;
  members: number;
  /** Byte of its span in the uniform. */
  span: number;
}

/** What every device offers in one dimension. */
const MOST_GROUPS = 65_535;

/**
 * Multiplications of one dispatch, so that it stays well below 50 ms: systems end the work of a GPU that does not answer
 * for two seconds, and the page shares the GPU. Of an emulated one 1 GFLOP/s is taken, of another 100.
 */
export const budgetOf = (software: boolean): number => (software ? 2e7 : 2e9);

/** Spans, each different one once, as a uniform buffer holds them. */
export class Spans {
  readonly #list: Span[] = [];

  /** Byte at which it lies. */
  add(span: Span): number {
    let at = this.#list.findIndex((other) => SPAN_WORDS.every((word) => other[word] === span[word]));
    if (at < 0) at = this.#list.push(span) - 1;
    return at * SPAN_BYTES;
  }

  /** @param now what is the same for all of them, for now */
  words(now: Partial<Span> = {}): Uint32Array<ArrayBuffer> {
    const words = new Uint32Array((this.#list.length * SPAN_BYTES) / 4);
    this.#list.forEach((span, i) => {
      words.set(
        SPAN_WORDS.map((word) => now[word] ?? span[word]),
        (i * SPAN_BYTES) / 4,
      );
    });
    return words;
  }
}

/** Members that go through the passes side by side: as many as budget and work space allow. */
export function membersAtOnce(
  passes: readonly PassSource[],
  rows: number,
  members: number,
  budget: number,
  most: number,
): number {
  const heaviest = Math.max(...passes.map((pass) => pass.threads(rows) * pass.work(rows)));
  return Math.max(1, Math.min(members, most, Math.floor(budget / heaviest), MOST_GROUPS));
}

/** Calls for one step, for each lot of `atOnce` members that go side by side. */
export function dispatchesOf(
  passes: readonly Pass[],
  shape: Omit<Span, 'member' | 'base'>,
  atOnce: number,
  budget: number,
  spans: Spans,
): Dispatch[][] {
  const { rows, members } = shape;
  const lots: Dispatch[][] = [];
  for (let member = 0; member < members; member += atOnce) {
    const together = Math.min(atOnce, members - member);
    const dispatches: Dispatch[] = [];
    for (const { pipeline, set, threads, work, whole } of passes) {
      const all = threads(rows);
      const fitting = Math.floor(budget / (work(rows) * together) / GROUP) * GROUP;
      const piece = whole ? all : Math.min(all, Math.max(GROUP, Math.min(fitting, MOST_GROUPS * GROUP)));
      for (let base = 0; base < all; base += piece)
        dispatches.push({
          pipeline,
          set,
          groups: Math.ceil(Math.min(piece, all - base) / GROUP),
          members: together,
          span: spans.add({ ...shape, member, base }),
        });
    }
    lots.push(dispatches);
  }
  return lots;
}
