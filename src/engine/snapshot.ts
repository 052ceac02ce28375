import type { KnobValues } from '../terms/knob.ts';
import { bytesOf } from './marks.ts';
import type { Change, RunEvent, RunLog, Saved } from './protocol.ts';
import type { Series } from './series.ts';

/** A run at one moment, with all that is needed to come back to it within this page. */
export interface Snapshot {
  /** The run that it is of: its log as it was opened. */
  start: RunLog;
  saved: Saved;
  queue: { applied: readonly RunEvent[]; ahead: readonly RunEvent[] };
  series: ReturnType<Series['save']>;
  marks: readonly Saved[];
  /** Knobs and executor at step 0, which move as long as nothing is trained. */
  base: KnobValues;
  executor: RunLog['executor'];
  byHand: boolean;
  /** Whether the run might be handed over by itself. */
  free: boolean;
  branch: number;
  /** Where the run had got to, where somebody had gone back in it. */
  beyond: Snapshot | undefined;
}

/** Something that was done, and the moment before it (or, taken back, after it). */
export interface Deed {
  change: Change;
  at: Snapshot;
}

const MOST = 60;
const MOST_BYTES = 64_000_000;

/** What can be taken back, and what was: bounded in number and size, the oldest go first. */
export class Deeds {
  #done: Deed[] = [];
  #undone: Deed[] = [];

  get undo(): Change | undefined {
    return this.#done.at(-1)?.change;
  }

  get redo(): Change | undefined {
    return this.#undone.at(-1)?.change;
  }

  /** Something new was done: what had been taken back is no more to be had. */
  add(deed: Deed): void {
    this.#undone = [];
    this.#push(this.#done, deed);
  }

  /** The last deed goes on, as a drag does. */
  extend(to: KnobValues): void {
    const last = this.#done.at(-1);
    if (last) last.change = { ...last.change, to: { ...last.change.to, ...to } };
  }

  /** The moment to come back to; `now` takes its place on the other side. */
  take(which: 'undo' | 'redo', now: Snapshot): Deed | undefined {
    const [from, to] = which === 'undo' ? [this.#done, this.#undone] : [this.#undone, this.#done];
    const deed = from.pop();
    if (deed) this.#push(to, { change: deed.change, at: now });
    return deed;
  }

  #push(list: Deed[], deed: Deed): void {
    list.push(deed);
    while (list.length > MOST || (list.length > 1 && bytesIn(list) > MOST_BYTES)) list.shift();
  }
}

/** Moments of one run share most of their states. */
function bytesIn(list: readonly Deed[]): number {
  const held = new Set<Saved>();
  for (const { at } of list)
    for (const { saved, marks } of at.beyond ? [at, at.beyond] : [at]) {
      held.add(saved);
      for (const mark of marks) held.add(mark);
    }
  return [...held].reduce((sum, saved) => sum + bytesOf(saved), 0);
}
