/** Runs kept in the browser: nothing of this is in the first load. */
import type { Entry } from './entry.ts';
import { newId } from '../id.ts';
import type { Keepable } from './kept.ts';
import { claim, release } from './locks.ts';
import { rememberedOpen } from './open.ts';
import { Recorder, type RecorderOptions } from './recorder.ts';
import { HistoryStore } from './store.ts';
import type { HistoryError } from './trouble.ts';

export { claim } from './locks.ts';
export type { Entry } from './entry.ts';
export { rememberedOpen } from './open.ts';
export type { HistoryStore, Listing, Unreadable } from './store.ts';
export { exportRuns, importRuns } from './transfer.ts';
export { HistoryError } from './trouble.ts';

/** The history of this page. */
export const history = new HistoryStore('collapse-lab.history');

let recorder: Recorder | undefined;
let problem: HistoryError | undefined;

/** Why the run of the page is not being kept, where it is not. */
export const keepingProblem = (): HistoryError | undefined => problem;

/** Keeps the runs of the page from now on. */
export function keepRuns(run: Keepable, options: RecorderOptions = {}): Recorder {
  recorder?.stop();
  recorder = new Recorder(run, history, {
    ...options,
    onproblem: (error) => {
      problem = error;
      options.onproblem?.(error);
    },
  });
  return recorder;
}

/**
 * Makes a stored run the run of the page, where it stopped. Where another tab has it open, this one gets a copy.
 *
 * @throws Error with a sentence; the run on the page stays
 */
export async function reopen(run: Keepable, id: string, store: HistoryStore = history): Promise<Entry> {
  // What is on the page now may have trained since it was written.
  await recorder?.flush();
  const { entry, run: kept } = await store.read(id);
  if (!(await claim(id))) {
    await run.reopen(kept, newId(), id);
    return entry;
  }
  try {
    await run.reopen(kept, id, entry.parent);
  } catch (error) {
    if (run.id !== id) release(id);
    throw error;
  }
  return entry;
}

/** The stored run that this tab had open before it was reloaded or fell over; undefined where there is none. */
export async function interrupted(store: HistoryStore = history): Promise<Entry | undefined> {
  const id = rememberedOpen();
  if (id === undefined) return undefined;
  const { entries } = await store.list();
  return entries.find((entry) => entry.id === id && entry.deleted === undefined);
}
