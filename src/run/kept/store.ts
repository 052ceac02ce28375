import * as v from 'valibot';
import type { KeptRun } from '../../engine/protocol.ts';
import { askToPersist, quotaOf, rememberedName, rememberName } from './browser.ts';
import { BOUNDS, toGain, toSweep, withinQuota, type Bounds } from './bounds.ts';
import { chunkOf, chunksFrom, joined, tight, type Chunk } from './chunks.ts';
import { Database } from './database.ts';
import { cleanName, ENTRY_VERSION, entrySchema, freshName, type Entry, type Final } from './entry.ts';
import { newId } from '../id.ts';
import { openRuns } from './locks.ts';
import { anything, isRecord, isValue, texts } from '../documents/shapes.ts';
import { atOnce, inSlices } from '../documents/slices.ts';
import { HistoryError, trouble, troubleOf } from './trouble.ts';
import { checkWhole, said } from './whole.ts';

/** A run as it is to be written. */
export interface Write {
  id: string;
  parent: string;
  /** The name that it gets when it is written first; a number is added where another has it. */
  name: string;
  run: KeptRun;
  final: Final;
  differs: readonly string[];
  differsFrom: Entry['differsFrom'];
  /** Absent: the one that is there stays. */
  thumbnail?: Uint8Array<ArrayBuffer> | undefined;
  /** Who writes, and the first row that changed since it wrote last. */
  writer: string;
  from: number;
}

/** What is there and cannot be listed. */
export interface Unreadable {
  id: string;
  /** Its name, or its id where none can be read. */
  name: string;
  /** What is wrong, as a sentence. */
  text: string;
}

export interface Listing {
  /** Newest first; those that were deleted a moment ago among them. */
  entries: Entry[];
  unreadable: Unreadable[];
  /** What the runs take, about. */
  bytes: number;
  bounds: Bounds;
}

export interface StoreOptions {
  bounds?: Bounds;
  now?: () => number;
  /** Bytes that the browser gives, where it says so. */
  quota?: () => Promise<number | undefined>;
}

/** Runs in the browser's own database. Every method that touches it throws a {@link HistoryError} when it fails. */
export class HistoryStore {
  readonly #base: string;
  #database: Database;
  readonly #bounds: Bounds;
  readonly #now: () => number;
  readonly #quota: () => Promise<number | undefined>;
  readonly #listeners = new Set<() => void>();
  readonly #channel: BroadcastChannel | undefined;
  #persisted = false;

  /** @param name of the database */
  constructor(name: string, { bounds = BOUNDS, now = Date.now, quota = quotaOf }: StoreOptions = {}) {
    this.#base = name;
    this.#database = new Database(rememberedName(name));
    this.#bounds = bounds;
    this.#now = now;
    this.#quota = quota;
    this.#channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(name);
    this.#channel?.addEventListener('message', () => {
      for (const listener of this.#listeners) listener();
    });
  }

  /** Calls back whenever something in it has changed, in whatever tab. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#channel?.close();
    this.#database.close();
  }

  async list(): Promise<Listing> {
    const entries: Entry[] = [];
    const unreadable: Unreadable[] = [];
    for (const [key, raw] of await this.#records()) {
      const parsed = v.safeParse(entrySchema, raw);
      if (parsed.success) entries.push(parsed.output);
      else unreadable.push({ id: key, name: nameOf(raw) ?? key, text: whyNot(raw, parsed.issues[0]) });
    }
    entries.sort((a, b) => b.changed - a.changed || b.created - a.created);
    return {
      entries,
      unreadable,
      bytes: entries.reduce((sum, entry) => sum + entry.bytes, 0),
      bounds: withinQuota(this.#bounds, await this.#quota()),
    };
  }

  /** A run as a whole. @throws HistoryError that names what is wrong with it */
  async read(id: string): Promise<{ entry: Entry; run: KeptRun }> {
    const { raw, state, pieces } = await this.#database.read(async (tx) => {
      const [raw, state, pieces] = await Promise.all([
        tx.objectStore('entries').get(id),
        tx.objectStore('states').get(id),
        tx.objectStore('rows').getAll(piecesOf(id)),
      ]);
      return { raw, state, pieces };
    });
    if (raw === undefined) throw new HistoryError('missing', 'This run is no longer in the history.');
    const broken = (why: string): HistoryError =>
      new HistoryError('damaged', `“${nameOf(raw) ?? id}” cannot be opened. ${why} It was left as it is.`);
    const parsed = v.safeParse(entrySchema, raw);
    if (!parsed.success) throw broken(whyNot(raw, parsed.issues[0]));
    const shape = v.safeParse(stateShape, state);
    if (!shape.success) throw broken('Its state is missing or not what it should be.');
    const { columns, log, saved } = shape.output;
    const values = arePieces(pieces) ? joined(pieces, columns.length, parsed.output.rows) : undefined;
    if (!values) throw broken('A part of its curves is missing.');
    const checked = await inSlices(checkWhole({ log, saved, series: { columns, values } }));
    if ('wrong' in checked) throw broken(checked.wrong);
    return { entry: parsed.output, run: checked.run };
  }

  /**
   * Writes a run, all of it or nothing; only those rows that changed. What could not be read again is refused, and what is
   * there stays. Where the browser says that it is full, the oldest go and it is tried once more.
   *
   * @returns false where the run was deleted meanwhile: then it stays so
   */
  async put(write: Write): Promise<boolean> {
    // At once: a page that is being left has no time for slices.
    const checked = atOnce(checkWhole(write.run));
    if ('wrong' in checked) throw refused(checked.wrong);
    let kept: boolean;
    try {
      kept = await this.#put(write);
    } catch (thrown) {
      const error = troubleOf(thrown);
      if (error.kind !== 'full' || (await this.#gain(2 * sizeOf(write), write.id)) === 0) throw error;
      kept = await this.#put(write);
    }
    if (!this.#persisted) {
      this.#persisted = true;
      void askToPersist();
    }
    this.#changed();
    return kept;
  }

  /** Adds a run from elsewhere. One that is here already is never touched: then this is a copy, under another id. */
  async add(entry: Entry, run: KeptRun): Promise<Entry> {
    const added = await this.#database.write(async (tx) => {
      const entries = tx.objectStore('entries');
      const taken = (await entries.getKey(entry.id)) !== undefined;
      const id = taken ? newId() : entry.id;
      const names = (await entries.getAll()).map((raw) => nameOf(raw) ?? '');
      const { deleted: _, ...rest } = entry;
      const value: Entry = { ...rest, id, name: freshName(entry.name, names) };
      value.bytes = sizeOf({ run, thumbnail: value.thumbnail });
      await Promise.all([entries.put(value), this.#putRun(tx, id, run, 0, newId())]);
      return value;
    });
    this.#changed();
    return added;
  }

  async rename(id: string, name: string): Promise<void> {
    const clean = cleanName(name);
    if (clean === undefined) throw new HistoryError('failed', 'A run needs a name.');
    await this.#change(id, (entry) => ({ ...entry, name: clean }));
  }

  async star(id: string, starred: boolean): Promise<void> {
    await this.#change(id, (entry) => ({ ...entry, starred }));
  }

  /** Deletes a run in a way that {@link restore} can undo, until it is swept away. */
  async remove(id: string): Promise<void> {
    await this.#change(id, (entry) => ({ ...entry, deleted: this.#now() }));
  }

  async restore(id: string): Promise<void> {
    await this.#change(id, ({ deleted: _, ...entry }) => entry);
  }

  /** Deletes for good: what cannot be read, and what a visitor wants gone. */
  async discard(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.#database.write(async (tx) => {
      for (const id of ids)
        await Promise.all([
          tx.objectStore('entries').delete(id),
          tx.objectStore('states').delete(id),
          tx.objectStore('rows').delete(piecesOf(id)),
        ]);
    });
    this.#changed();
  }

  /** Sweeps away what is beyond the bounds, the oldest first, and what was deleted long ago. @param keep never that */
  async tidy(keep = ''): Promise<void> {
    const { entries, bounds } = await this.list();
    const open = await openRuns();
    await this.discard(toSweep(entries, bounds, this.#now(), (id) => id === keep || open.has(id)));
  }

  /** Leaves a history that cannot be read where it is, and begins another one beside it. */
  setAside(): void {
    this.#database.close();
    const name = `${this.#base}.${this.#now().toString(36)}`;
    rememberName(this.#base, name);
    this.#database = new Database(name);
    this.#changed();
  }

  async #put(write: Write): Promise<boolean> {
    const { id, run } = write;
    return this.#database.write(async (tx) => {
      const [raw, state] = await Promise.all([
        tx.objectStore('entries').get(id),
        tx.objectStore('states').get(id),
      ]);
      const parsed = v.safeParse(entrySchema, raw);
      const before = parsed.success ? parsed.output : undefined;
      if (before?.deleted !== undefined) return false;
      if (!before && isNewer(raw)) throw trouble('newer');
      const names = before ? [] : (await tx.objectStore('entries').getAll()).map((one) => nameOf(one) ?? '');
      const now = this.#now();
      const thumbnail = write.thumbnail ?? before?.thumbnail;
      const trained =
        before?.final.step !== write.final.step || before.differs.join() !== write.differs.join();
      const entry: Entry = {
        version: ENTRY_VERSION,
        id,
        name: before?.name ?? freshName(write.name, names),
        starred: before?.starred ?? false,
        created: before?.created ?? now,
        // Whoever only looks at a run does not make it newer.
        changed: trained ? now : before.changed,
        lab: run.log.lab,
        preset: run.log.preset,
        parent: write.parent,
        differs: [...write.differs],
        differsFrom: write.differsFrom,
        final: write.final,
        rows: run.saved.progress.rows,
        bytes: sizeOf({ run, thumbnail }),
        ...(thumbnail && { thumbnail }),
      };
      const listed = v.safeParse(entrySchema, entry);
      if (!listed.success) throw refused(said(listed.issues[0]));
      const known = before !== undefined && state?.writer === write.writer;
      await Promise.all([
        tx.objectStore('entries').put({ ...(before && strangeTo(raw)), ...entry }),
        this.#putRun(tx, id, run, known ? write.from : 0, write.writer),
      ]);
      return true;
    });
  }

  async #putRun(
    tx: Parameters<Parameters<Database['write']>[0]>[0],
    id: string,
    { log, saved, series }: KeptRun,
    from: number,
    writer: string,
  ): Promise<void> {
    const columns = [...series.columns];
    const pieces = chunksFrom(series.values, columns.length, from);
    const rows = tx.objectStore('rows');
    const end = columns.length === 0 ? 0 : Math.ceil(series.values.length / columns.length);
    const { parameters, moments } = saved;
    const requests: (() => Promise<unknown>)[] = [
      // A run that went back and is shorter now leaves no pieces behind.
      () => rows.delete(IDBKeyRange.bound([id, end === 0 ? 0 : chunkOf(end - 1) + 1], [id, Infinity])),
      ...pieces.map((piece) => () => rows.put({ id, ...piece })),
      () =>
        tx.objectStore('states').put({
          id,
          // A copy without what Svelte may have wrapped around it.
          log: structuredClone(log),
          saved: { ...saved, parameters: tight(parameters), moments: tight(moments) },
          columns,
          writer,
        }),
    ];
    // One that throws at once must not leave the others with nobody to hear them fail.
    await Promise.all(requests.map(async (request) => request()));
  }

  /** All entries, checked by nobody yet; where one of them makes the whole reading fail, the others. */
  async #records(): Promise<[string, unknown][]> {
    const keys = await this.#database.read((tx) => tx.objectStore('entries').getAllKeys());
    try {
      const raw = await this.#database.read((tx) =>
        Promise.all(keys.map(async (key) => [key, await tx.objectStore('entries').get(key)] as const)),
      );
      // One may have gone between the two.
      return raw.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]));
    } catch (thrown) {
      if (troubleOf(thrown).kind !== 'damaged') throw thrown;
    }
    return Promise.all(
      keys.map(async (key): Promise<[string, unknown]> => {
        try {
          return [key, await this.#database.read((tx) => tx.objectStore('entries').get(key))];
        } catch {
          return [key, undefined];
        }
      }),
    );
  }

  /** @returns how many runs went */
  async #gain(bytes: number, keep: string): Promise<number> {
    const { entries } = await this.list();
    const open = await openRuns();
    const swept = toGain(entries, bytes, this.#now(), (id) => id === keep || open.has(id));
    await this.discard(swept);
    return swept.length;
  }

  async #change(id: string, change: (entry: Entry) => Entry): Promise<void> {
    await this.#database.write(async (tx) => {
      const raw = await tx.objectStore('entries').get(id);
      const parsed = v.safeParse(entrySchema, raw);
      if (!parsed.success) throw new HistoryError('missing', 'This run is no longer in the history.');
      await tx.objectStore('entries').put({ ...strangeTo(raw), ...change(parsed.output) });
    });
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
    this.#channel?.postMessage('changed');
  }
}

const stateShape = v.object({ columns: texts(1000, 80), log: anything, saved: anything });
const arePieces = (given: unknown): given is Chunk[] =>
  Array.isArray(given) &&
  given.every(
    (piece) => isRecord(piece) && piece['values'] instanceof Float64Array && isValue(piece['chunk']),
  );

const piecesOf = (id: string): IDBKeyRange => IDBKeyRange.bound([id, 0], [id, Infinity]);

/** What a newer page has noted of a run, and this one does not know: it stays. */
function strangeTo(raw: unknown): Record<string, unknown> {
  const fields = isRecord(raw) ? Object.entries(raw) : [];
  return Object.fromEntries(fields.filter(([name]) => !Object.hasOwn(entrySchema.entries, name)));
}

const refused = (why: string): HistoryError =>
  new HistoryError(
    'refused',
    `This run cannot be kept as it is now. ${why} What was kept of it before is as it was; export the run to have the rest.`,
  );

/** Bytes in storage: the arrays exactly, the rest by a rule of thumb. */
export function sizeOf({ run: { log, saved, series }, thumbnail }: Pick<Write, 'run' | 'thumbnail'>): number {
  const numbers = saved.parameters.length + saved.moments.length + series.values.length;
  return 8 * numbers + 2 * JSON.stringify(log).length + (thumbnail?.length ?? 0) + 2000;
}

function nameOf(raw: unknown): string | undefined {
  return isRecord(raw) && typeof raw['name'] === 'string' ? cleanName(raw['name']) : undefined;
}

function whyNot(raw: unknown, issue: v.BaseIssue<unknown>): string {
  return isNewer(raw)
    ? 'It was written by a newer version of this page; reload the page to get it.'
    : said(issue);
}

const isNewer = (raw: unknown): boolean => isRecord(raw) && Number(raw['version']) > ENTRY_VERSION;
