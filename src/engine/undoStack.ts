import type { KnobValues } from '../terms/knob.ts';
import { bytesOf } from './marks.ts';
import type { Change, RunLog, Saved } from './protocol.ts';
import type { Session } from './session.ts';
import type { Snapshot } from './snapshot.ts';

/** A change, and the moment before it (or, where it was taken back, after it). */
export interface Undoable {
  change: Change;
  at: Snapshot;
  /** The gesture that made the change: its further moves belong to it. */
  gesture?: number;
}

const MOST = 60;
const MOST_BYTES = 64_000_000;

/** Changes that can be taken back, and those that were: bounded in number and size, the oldest go first. */
export class UndoStack {
  #done: Undoable[] = [];
  #undone: Undoable[] = [];

  get undo(): Change | undefined {
    return this.#done.at(-1)?.change;
  }

  get redo(): Change | undefined {
    return this.#undone.at(-1)?.change;
  }

  /** A new change: what had been taken back can no longer be brought back. */
  add(entry: Undoable): void {
    this.#undone = [];
    this.#push(this.#done, entry);
  }

  /** Whether the last change was made by this gesture, and nothing was taken back since. */
  extends(gesture: number | undefined): boolean {
    return gesture !== undefined && this.#undone.length === 0 && this.#done.at(-1)?.gesture === gesture;
  }

  /** The gesture of the last change goes on. */
  extend(to: KnobValues): void {
    const last = this.#done.at(-1);
    if (last) last.change = { ...last.change, to: { ...last.change.to, ...to } };
  }

  /**
   * Takes back the last change, or brings back the last one that was taken back. Where that fails, the entry stays.
   *
   * @param open opens the run of a log, where the moment to come back to is of another run
   * @returns the change, where there was one; and the other run
   */
  async turnBack(
    which: 'undo' | 'redo',
    session: Session,
    open: (start: RunLog) => Promise<Session>,
  ): Promise<{ change: Change | undefined; other?: Session }> {
    const [from, to] = which === 'undo' ? [this.#done, this.#undone] : [this.#undone, this.#done];
    const entry = from.at(-1);
    if (!entry) return { change: undefined };
    const { at, change } = entry;
    const now = await session.snapshot();
    const other = at.start === session.start ? undefined : await open(at.start);
    try {
      // Another run that this one took the place of was not gone back in.
      await (other ?? session).comeBack(at, { anew: which === 'undo' && !other });
    } catch (error) {
      other?.dispose();
      throw error;
    }
    from.pop();
    this.#push(to, { change, at: now });
    return { change, ...(other && { other }) };
  }

  #push(list: Undoable[], entry: Undoable): void {
    list.push(entry);
    while (list.length > MOST || (list.length > 1 && bytesIn(list) > MOST_BYTES)) list.shift();
  }
}

/** Moments of one run share most of their states. */
function bytesIn(list: readonly Undoable[]): number {
  const held = new Set<Saved>();
  for (const { at } of list)
    for (const { saved, marks } of at.furthest ? [at, at.furthest] : [at]) {
      held.add(saved);
      for (const mark of marks) held.add(mark);
    }
  return [...held].reduce((sum, saved) => sum + bytesOf(saved), 0);
}
