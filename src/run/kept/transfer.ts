import { decodeHeader, decodeRun, encodeHeader, encodeRun } from './file.ts';
import { linesOf } from './lines.ts';
import { sizeOf, type HistoryStore } from './store.ts';
import { HistoryError, troubleOf } from './trouble.ts';

/** More problems are counted only: nobody reads them. */
const MAX_NAMED = 20;

export interface Transfer {
  /** Runs that were written or read. */
  runs: number;
  /** What could not be, by name. */
  problems: string[];
}

/** Runs as one file, the oldest first, so that a parent comes before what was branched from it. @param ids absent: all */
export async function exportRuns(
  store: HistoryStore,
  ids?: readonly string[],
): Promise<Transfer & { file: Blob }> {
  const { entries, unreadable } = await store.list();
  const chosen = entries
    .filter(({ id, deleted }) => deleted === undefined && (!ids || ids.includes(id)))
    .sort((a, b) => a.created - b.created);
  const problems = ids ? [] : unreadable.map(({ name, text }) => `“${name}” is not in the file. ${text}`);
  const lines: Blob[] = [];
  for (const { id, name } of chosen) {
    try {
      // A blob each: the browser may move it out of memory.
      lines.push(new Blob([encodeRun(await store.read(id)), '\n']));
    } catch (thrown) {
      // What browsers throw where a text would be longer than they make any.
      const long = thrown instanceof RangeError;
      problems.push(
        long
          ? `“${name}” is not in the file: it is too long for one. Open it and export it as a checkpoint.`
          : troubleOf(thrown).message,
      );
    }
  }
  const file = new Blob([encodeHeader(lines.length), '\n', ...lines], { type: 'application/x-ndjson' });
  return { file, runs: lines.length, problems: shortened(problems) };
}

/** Adds the runs of a file. What is here already stays as it is; nothing makes room for them. */
export async function importRuns(store: HistoryStore, file: Blob): Promise<Transfer> {
  const problems: string[] = [];
  const end = (runs: number): Transfer => ({ runs, problems: shortened(problems) });
  const { entries, bytes, bounds } = await store.list();
  let [room, free] = [bounds.runs - entries.length, bounds.bytes - bytes];
  const renamed = new Map<string, string>();
  let said: number | undefined;
  let [seen, added, full] = [0, 0, false];
  try {
    for await (const line of linesOf(file)) {
      if (line?.trim() === '') continue;
      if (said === undefined) {
        const header = decodeHeader(line ?? '');
        if ('wrong' in header) {
          problems.push(header.wrong);
          return end(0);
        }
        said = header.runs;
        continue;
      }
      seen++;
      const read = line === undefined ? { wrong: 'It is too long to be read.' } : await decodeRun(line);
      if ('wrong' in read) {
        problems.push(`Run ${String(seen)} of the file was left out. ${read.wrong}`);
        continue;
      }
      // Sweeping would take runs that are here for what comes in now.
      full = room < 1 || sizeOf({ run: read.run, thumbnail: read.entry.thumbnail }) > free;
      if (full) {
        problems.push(
          `“${read.entry.name}” and what follows it were left out: the history is full. Delete some runs, then import the file again.`,
        );
        break;
      }
      const parent = renamed.get(read.entry.parent) ?? read.entry.parent;
      const entry = await store.add({ ...read.entry, parent }, read.run);
      renamed.set(read.entry.id, entry.id);
      added++;
      room--;
      free -= entry.bytes;
    }
    if (said === undefined) problems.push('The file is empty.');
    else if (Number.isFinite(said) && seen < said && !full)
      problems.push(
        `The file is cut off: it should hold ${String(said)} runs and ends after ${String(seen)}.`,
      );
  } catch (thrown) {
    const why = thrown instanceof HistoryError ? thrown.message : 'The file cannot be read any further.';
    problems.push(`The rest of the file was left out. ${why}`);
  }
  return end(added);
}

function shortened(problems: readonly string[]): string[] {
  const more = problems.length - MAX_NAMED;
  return more <= 1
    ? [...problems]
    : [...problems.slice(0, MAX_NAMED), `${String(more)} more problems are not listed.`];
}
