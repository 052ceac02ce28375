/** What the console can do with whole runs: loaded when it is asked for. */
import { fromCheckpoint, toCheckpoint } from '../run/kept/checkpoint.ts';
import type { Config } from '../run/documents/config.ts';
import { history, reopen, type Entry } from '../run/kept/history.ts';
import type { Run } from '../run/run.svelte.ts';

/** A run of the history, without its weights and curves. */
export type RunSummary = Pick<
  Entry,
  'id' | 'name' | 'starred' | 'created' | 'changed' | 'lab' | 'preset' | 'parent' | 'differs' | 'final'
>;

/** All runs that are kept in this browser, newest first; deleted ones are left out. */
export async function runs(): Promise<RunSummary[]> {
  const { entries } = await history.list();
  return entries
    .filter(({ deleted }) => deleted === undefined)
    .map(({ id, name, starred, created, changed, lab, preset, parent, differs, final }) => ({
      id,
      name,
      starred,
      created,
      changed,
      lab,
      preset,
      parent,
      differs,
      final,
    }));
}

/** Makes a kept run the run of the page, where it stopped. @throws Error with a sentence */
export async function openRun(run: Run, id: unknown): Promise<Config> {
  if (typeof id !== 'string') throw new Error('open(id) takes the id of a run, as lab.runs() gives it.');
  await reopen(run, id);
  return run.config;
}

export async function checkpoint(run: Run, version: string): Promise<Uint8Array> {
  return toCheckpoint(await run.kept(), version);
}

/** Makes a checkpoint the run of the page, where it stopped. @throws Error with a sentence */
export async function loadCheckpoint(run: Run, what: object): Promise<Config> {
  const { checkpoint: bytes, ...more } = what as { checkpoint?: unknown };
  if (Object.keys(more).length > 0) throw new Error('load({ checkpoint }) takes nothing else beside it.');
  if (!(bytes instanceof Uint8Array))
    throw new Error('load({ checkpoint }) takes the bytes of a file, as lab.checkpoint() gives them.');
  await run.reopen(await fromCheckpoint(bytes));
  return run.config;
}
