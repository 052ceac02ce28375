import { openDB } from 'idb';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { CHUNK_ROWS } from '../../../src/run/kept/chunks.ts';
import type { KeptRun } from '../../../src/engine/protocol.ts';
import { claim, release } from '../../../src/run/kept/locks.ts';
import { SENTENCES } from '../../../src/run/kept/trouble.ts';
import { atStep, entryOf, keptRun, manyEvents } from '../../support/kept.ts';
import { bits, errorOf, failing, freshDatabase, methodOf, raw, storeOf, writeOf } from './stores.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const idsOf = async (store: ReturnType<typeof storeOf>): Promise<string[]> =>
  (await store.list()).entries.map(({ id }) => id);
const rowKeys = (name: string): Promise<IDBValidKey[]> => raw(name, (db) => db.getAllKeys('rows'));

describe('a run that was written', () => {
  test('is read bit by bit, also by another page', async () => {
    const name = freshDatabase();
    const write = writeOf('a', { rows: 150, parameters: 33 });
    await storeOf(name).put(write);
    const { entry, run } = await storeOf(name).read('a');
    expect(bits(run)).toEqual(bits(write.run));
    expect(run).toEqual(write.run);
    expect(entry).toMatchObject({ name: 'Before, seed 0', rows: 150, starred: false, final: write.final });
  });

  test('grows by what is new', async () => {
    const name = freshDatabase();
    const store = storeOf(name);
    await store.put(writeOf('a', { rows: 100 }));
    const put = vi.spyOn(IDBObjectStore.prototype, 'put');
    const longer = writeOf('a', { rows: 200, step: 120 }, { from: 100 });
    await store.put({ ...longer, run: keptRun({ rows: 200, step: 120 }) });
    // Its entry, its state, and the three pieces from the one that holds row 100.
    expect(put).toHaveBeenCalledTimes(2 + (Math.ceil(200 / CHUNK_ROWS) - Math.floor(100 / CHUNK_ROWS)));
  });

  test('shrinks when it went back, and leaves nothing behind', async () => {
    const name = freshDatabase();
    const store = storeOf(name);
    await store.put(writeOf('a', { rows: 200 }));
    const shorter = writeOf('a', { rows: 70, salt: 3 }, { from: 0 });
    await store.put(shorter);
    expect(bits((await store.read('a')).run)).toEqual(bits(shorter.run));
    expect(await rowKeys(name)).toHaveLength(2);
    const bare = writeOf('a', { rows: 0 }, { from: 0 });
    await store.put(bare);
    expect((await store.read('a')).run.series.values).toHaveLength(0);
    expect(await rowKeys(name)).toEqual([]);
  });

  test('is written whole by another writer, whatever that one believes', async () => {
    const store = storeOf();
    await store.put(writeOf('a', { rows: 100, salt: 1 }));
    const other = writeOf('a', { rows: 130, salt: 2 }, { writer: 'other', from: 128 });
    await store.put(other);
    expect(bits((await store.read('a')).run)).toEqual(bits(other.run));
  });

  test('keeps its name, star and picture, and is not newer for being looked at', async () => {
    let now = 1000;
    const store = storeOf(freshDatabase(), { now: () => now });
    const thumbnail = Uint8Array.of(1, 2, 3);
    await store.put(writeOf('a', {}, { thumbnail }));
    await store.rename('a', ' My\nrun ');
    await store.star('a', true);
    now = 2000;
    await store.put(writeOf('a'));
    const [entry] = (await store.list()).entries;
    expect(entry).toMatchObject({ name: 'My run', starred: true, changed: 1000, thumbnail });
    await store.put(writeOf('a', { step: 130 }));
    expect((await store.list()).entries[0]).toMatchObject({ created: 1000, changed: 2000 });
    expect(await errorOf(store.rename('a', '\u200b'))).toBe('A run needs a name.');
    expect(await errorOf(store.rename('none', 'x'))).toContain('no longer in the history');
  });

  test('gets a name that no other has', async () => {
    const store = storeOf();
    await store.put(writeOf('a'));
    await store.put(writeOf('b'));
    expect((await store.list()).entries.map(({ name }) => name).sort()).toEqual([
      'Before, seed 0',
      'Before, seed 0 (2)',
    ]);
  });
});

describe('deleting', () => {
  test('can be undone, and a run that trains on does not come back by itself', async () => {
    const store = storeOf();
    const write = writeOf('a', { rows: 80 });
    await store.put(write);
    await store.remove('a');
    expect(await store.put(writeOf('a', { step: 500 }))).toBe(false);
    expect((await store.list()).entries[0]?.deleted).toBeDefined();
    await store.restore('a');
    expect((await store.list()).entries[0]?.deleted).toBeUndefined();
    expect(bits((await store.read('a')).run)).toEqual(bits(write.run));
  });

  test('is for good after a while', async () => {
    const name = freshDatabase();
    let now = 1000;
    const store = storeOf(name, { now: () => now });
    await store.put(writeOf('a'));
    await store.put(writeOf('b'));
    await store.remove('a');
    await store.tidy();
    expect(await idsOf(store)).toHaveLength(2);
    now += 3_600_000;
    await store.tidy();
    expect(await idsOf(store)).toEqual(['b']);
    expect(await rowKeys(name)).toEqual([['b', 0]]);
    expect(await raw(name, (db) => db.getAllKeys('states'))).toEqual(['b']);
  });
});

describe('deleting a run that is open', () => {
  test('is undone after any time, and for good once no tab has it open', async () => {
    let now = 1000;
    const store = storeOf(freshDatabase(), { now: () => now });
    for (const id of ['open', 'kept', 'closed']) await store.put(writeOf(id));
    await claim('open');
    for (const id of ['open', 'kept', 'closed']) await store.remove(id);
    now += 3_600_000;
    await store.tidy('kept');
    expect((await idsOf(store)).sort()).toEqual(['kept', 'open']);
    await store.restore('open');
    expect((await store.read('open')).run).toEqual(writeOf('open').run);
    await store.remove('open');
    release('open');
    now += 3_600_000;
    await store.tidy();
    expect(await idsOf(store)).toEqual([]);
  });
});

describe('a run that was trained for long', () => {
  test.each([10_000_001, 2 ** 40])('is read as it was at step %i', async (step) => {
    const store = storeOf();
    const run = atStep(keptRun({ rows: 150 }), step);
    await store.put(writeOf('a', {}, { run, final: { step, status: 'ok', numbers: {} } }));
    const { entry, run: read } = await store.read('a');
    expect(read).toEqual(run);
    expect(entry.final.step).toBe(step);
  });

  test('is read as it was with more events than anyone makes by hand', async () => {
    const store = storeOf();
    const run = keptRun({ events: manyEvents(100_001), step: 200_000 });
    await store.put(writeOf('a', {}, { run }));
    const { events } = (await store.read('a')).run.log;
    expect(JSON.stringify(events) === JSON.stringify(run.log.events)).toBe(true);
  });

  test('is read as it was where its numbers have grown beyond all bounds', async () => {
    const store = storeOf();
    const run = keptRun();
    run.saved.parameters[1] = -Infinity;
    run.saved.moments[2] = Infinity;
    run.saved.progress.schedule.best = -Infinity;
    run.saved.progress.gradientNorm = null;
    await store.put(writeOf('a', {}, { run }));
    expect((await store.read('a')).run).toEqual(run);
  });
});

describe('what could not be read again', () => {
  const wrong = (change: (run: KeptRun) => void): KeptRun => {
    const run = keptRun({ step: 300, rows: 100, salt: 5 });
    change(run);
    return run;
  };
  test.each<[string, KeptRun, string]>([
    ['a step between two', wrong((run) => (run.saved.step = 0.5)), 'Its part “saved.step”'],
    [
      'a step of no number',
      wrong((run) => (run.saved.progress.lastEvent = NaN)),
      '“saved.progress.lastEvent”',
    ],
    ['weights of no number', wrong((run) => run.saved.parameters.fill(NaN)), 'no numbers'],
    ['too few rows', wrong((run) => (run.saved.progress.rows = 101)), 'rows of curves'],
    [
      'an event that cannot be',
      wrong((run) => (run.log = { ...run.log, events: [{ step: 1, key: 'data.points', value: 9 }] })),
      'restarts a run',
    ],
  ])('is not written over what can: %s', async (_, run, part) => {
    const name = freshDatabase();
    const store = storeOf(name);
    const good = writeOf('a', { rows: 80 });
    await store.put(good);
    const said = await errorOf(store.put(writeOf('a', {}, { run })));
    expect(said).toContain('This run cannot be kept as it is now. ');
    expect(said).toContain(part);
    expect((await store.read('a')).run).toEqual(good.run);
    expect(await rowKeys(name)).toHaveLength(2);
  });

  test('is not written over it in the list either', async () => {
    const store = storeOf();
    const good = writeOf('a');
    await store.put(good);
    const final = { step: 130, status: 'ok' as const, numbers: { kl: NaN } };
    const said = await errorOf(store.put(writeOf('a', { step: 130 }, { final })));
    expect(said).toContain('This run cannot be kept as it is now. Its part “final.numbers”');
    const { entry, run } = await store.read('a');
    expect(run).toEqual(good.run);
    expect(entry.final).toEqual(good.final);
  });
});

describe('what a newer page wrote', () => {
  test('beside what this one knows stays, whatever is done to the run', async () => {
    const name = freshDatabase();
    const store = storeOf(name);
    await store.put(writeOf('a'));
    await raw(name, async (db) =>
      db.put('entries', { ...((await db.get('entries', 'a')) as object), tags: ['x'] }),
    );
    await store.rename('a', 'mine');
    await store.remove('a');
    await store.restore('a');
    await store.put(writeOf('a', { step: 130 }));
    const entry = (await raw(name, (db) => db.get('entries', 'a'))) as Record<string, unknown>;
    expect(entry).toMatchObject({ tags: ['x'], name: 'mine', rows: 10, final: { step: 130 } });
    expect('deleted' in entry).toBe(false);
  });

  test('in a form of its own is never written over', async () => {
    const name = freshDatabase();
    const store = storeOf(name);
    await store.put(writeOf('a', { salt: 1 }));
    await raw(name, async (db) =>
      db.put('entries', { ...((await db.get('entries', 'a')) as object), version: 2 }),
    );
    const before = (await raw(name, (db) => db.get('states', 'a'))) as unknown;
    expect(await errorOf(store.put(writeOf('a', { step: 500, salt: 2 })))).toBe(SENTENCES.newer);
    expect(await raw(name, (db) => db.get('states', 'a'))).toEqual(before);
  });
});

describe('bounds', () => {
  test('take the oldest without a star, and never what is open', async () => {
    let now = 0;
    const store = storeOf(freshDatabase(), { bounds: { runs: 3, bytes: 1e9 }, now: () => ++now });
    for (const id of ['starred', 'open', 'old', 'mid', 'new']) await store.put(writeOf(id));
    await store.star('starred', true);
    await claim('open');
    await store.tidy();
    release('open');
    expect(await idsOf(store)).toEqual(['new', 'open', 'starred']);
  });

  test('count bytes, and what the browser gives', async () => {
    const bytes = 2_000 + 8 * 15 + 8 * 30;
    const store = storeOf(freshDatabase(), {
      bounds: { runs: 100, bytes: 1e9 },
      quota: () => Promise.resolve(2 * 5 * bytes),
    });
    for (const id of ['a', 'b', 'c']) await store.put(writeOf(id));
    const { bounds, bytes: taken } = await store.list();
    expect(bounds.bytes).toBe(5 * bytes);
    expect(taken).toBeGreaterThan(bounds.bytes);
    await store.tidy();
    const after = await store.list();
    expect(after.bytes).toBeLessThanOrEqual(bounds.bytes);
    expect(after.entries.length).toBeGreaterThan(0);
  });
});

describe('two tabs', () => {
  test('see what the other did', async () => {
    const name = freshDatabase();
    const [one, two] = [storeOf(name), storeOf(name)];
    const heard = vi.fn();
    two.subscribe(heard);
    await Promise.all([one.put(writeOf('a')), two.put(writeOf('b', { salt: 2 }))]);
    expect((await idsOf(one)).sort()).toEqual(['a', 'b']);
    heard.mockClear();
    await one.rename('b', 'renamed over there');
    await expect.poll(() => heard.mock.calls.length).toBeGreaterThan(0);
    expect((await two.read('b')).entry.name).toBe('renamed over there');
    // What one deletes the other does not write again.
    await two.remove('a');
    expect(await one.put(writeOf('a', { step: 300 }))).toBe(false);
    await two.discard(['b']);
    expect(await errorOf(one.read('b'))).toContain('no longer in the history');
  });

  test('that write the same run at once leave one of the two, whole', async () => {
    const name = freshDatabase();
    const [one, two] = [storeOf(name), storeOf(name)];
    for (let i = 1; i <= 10; i++) {
      const writes = [1, 2].map((salt) =>
        writeOf('a', { rows: 30 * i, salt }, { writer: String(salt), from: 30 * i - 30 }),
      );
      await Promise.all([one.put(writes[0] as (typeof writes)[0]), two.put(writes[1] as (typeof writes)[0])]);
      const read = bits((await one.read('a')).run);
      expect(writes.map(({ run }) => JSON.stringify(bits(run)))).toContain(JSON.stringify(read));
    }
  });
});

describe('damage', () => {
  test('of a record costs that run and no other, and is named', async () => {
    const name = freshDatabase();
    const store = storeOf(name);
    for (const id of ['good', 'entry', 'state', 'rows', 'numbers', 'newer'])
      await store.put(writeOf(id, { rows: 100 }));
    await raw(name, async (db) => {
      await db.put('entries', { id: 'entry', name: 'Broken', version: 1, starred: 'yes' });
      await db.put('entries', { id: 'garbage', 0: new Uint8Array(9) });
      await db.put('entries', { ...((await db.get('entries', 'newer')) as object), version: 2 });
      await db.put('states', { id: 'state', columns: ['step', 'kl', 'gradientNorm'], log: null, saved: 'x' });
      await db.delete('rows', ['rows', 0]);
      const state = (await db.get('states', 'numbers')) as { saved: { moments: Float64Array } };
      state.saved.moments = new Float64Array(1);
      await db.put('states', state);
    });
    const { entries, unreadable } = await store.list();
    expect(entries.map(({ id }) => id).sort()).toEqual(['good', 'numbers', 'rows', 'state']);
    const said = Object.fromEntries(unreadable.map((one) => [one.id, `${one.name}: ${one.text}`]));
    expect(said['entry']).toContain('Broken: Its part “');
    expect(said['garbage']).toContain('garbage: Its part “');
    expect(said['newer']).toContain('newer version');
    expect((await store.read('good')).run.saved.step).toBe(120);
    expect(await errorOf(store.read('state'))).toContain('Its part “log” is missing');
    expect(await errorOf(store.read('rows'))).toContain('A part of its curves is missing.');
    expect(await errorOf(store.read('numbers'))).toContain('1 moments for 5 parameters');
    expect(await errorOf(store.read('entry'))).toContain('“Broken” cannot be opened.');
    // Nobody deletes them but who asks for it.
    await store.tidy();
    expect((await store.list()).unreadable).toHaveLength(3);
    await store.discard(['garbage']);
    expect((await store.list()).unreadable).toHaveLength(2);
  });

  test('of the whole is said, and a new history begins beside it only when asked', async () => {
    const name = freshDatabase();
    (await openDB(name, 1, { upgrade: (db) => void db.createObjectStore('others') })).close();
    const store = storeOf(name);
    expect(await errorOf(store.list())).toBe(SENTENCES.damaged);
    expect(await errorOf(store.put(writeOf('a')))).toBe(SENTENCES.damaged);
    store.setAside();
    await store.put(writeOf('a'));
    // It stays so when the page is opened again, and the other one is as it was.
    const again = storeOf(name);
    expect(await idsOf(again)).toEqual(['a']);
    expect(await raw(name, (db) => Promise.resolve([...db.objectStoreNames]))).toEqual(['others']);
    const beside = localStorage.getItem(name) ?? '';
    for (const one of [store, again]) one.close();
    indexedDB.deleteDatabase(beside);
  });

  test('that keeps one record from being read at all leaves the others', async () => {
    const name = freshDatabase();
    const store = storeOf(name);
    for (const id of ['a', 'b']) await store.put(writeOf(id));
    failing('get', (_, key) => (key === 'a' ? 'DataError' : undefined));
    const { entries, unreadable } = await store.list();
    expect(entries.map(({ id }) => id)).toEqual(['b']);
    expect(unreadable.map(({ id }) => id)).toEqual(['a']);
  });
});

describe('a browser or page that stands in the way', () => {
  test('by a newer version', async () => {
    const name = freshDatabase();
    (await openDB(name, 7, { upgrade: (db) => void db.createObjectStore('entries') })).close();
    const store = storeOf(name);
    expect(await errorOf(store.list())).toBe(SENTENCES.newer);
    expect(await errorOf(store.put(writeOf('a')))).toBe(SENTENCES.newer);
    expect(await raw(name, (db) => Promise.resolve([db.version, [...db.objectStoreNames]]))).toEqual([
      7,
      ['entries'],
    ]);
  });

  test('by a newer version that comes while this one is open', async () => {
    const name = freshDatabase();
    const store = storeOf(name);
    await store.put(writeOf('a'));
    const newer = await openDB(name, 2);
    expect(await errorOf(store.list())).toBe(SENTENCES.superseded);
    expect(await newer.count('entries')).toBe(1);
    newer.close();
  });

  test('by clearing the data of the site: the history begins anew', async () => {
    const name = freshDatabase();
    const store = storeOf(name);
    await store.put(writeOf('a'));
    await new Promise((resolve) => {
      indexedDB.deleteDatabase(name).onsuccess = resolve;
    });
    expect(await idsOf(store)).toEqual([]);
    await store.put(writeOf('b'));
    expect(await idsOf(store)).toEqual(['b']);
  });

  test('by storing nothing at all', async () => {
    const store = storeOf();
    vi.spyOn(IDBFactory.prototype, 'open').mockImplementation(() => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    });
    expect(await errorOf(store.list())).toBe(SENTENCES.unavailable);
    vi.restoreAllMocks();
    // It is tried again.
    expect(await idsOf(store)).toEqual([]);
  });

  test('by an older page that does not let go', async () => {
    const name = freshDatabase();
    await storeOf(name).put(writeOf('a'));
    const old = await openDB(name);
    // As it will be when this page is the newer one.
    const open = methodOf(IDBFactory.prototype, 'open');
    vi.spyOn(IDBFactory.prototype, 'open').mockImplementation(function (this: IDBFactory, wanted: string) {
      return open(this, wanted, 2);
    });
    const store = storeOf(name);
    expect(await errorOf(store.list())).toBe(SENTENCES.blocked);
    old.close();
    expect(await idsOf(store)).toEqual(['a']);
  });

  test('by closing the connection without a word', async () => {
    const name = freshDatabase();
    const store = storeOf(name);
    await store.put(writeOf('a'));
    const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementationOnce(() => {
      throw new DOMException('The database connection is closing.', 'InvalidStateError');
    });
    expect(await idsOf(store)).toEqual(['a']);
    // Once in vain, then the keys, then the entries.
    expect(transaction).toHaveBeenCalledTimes(3);
  });

  test('by being full: the oldest go, and it is tried once more', async () => {
    let now = 0;
    const store = storeOf(freshDatabase(), { now: () => ++now });
    for (const id of ['old', 'mid', 'new']) await store.put(writeOf(id));
    await store.star('mid', true);
    let full = true;
    failing('put', ({ name }) => (full && name === 'states' ? 'QuotaExceededError' : undefined));
    failing('delete', ({ name }) => {
      if (name === 'entries') full = false;
      return undefined;
    });
    expect(await store.put(writeOf('late'))).toBe(true);
    expect(await idsOf(store)).toEqual(['late', 'mid']);
    // With nothing left to give, it is said, and what is there stays.
    full = true;
    await store.star('late', true);
    expect(await errorOf(store.put(writeOf('more')))).toBe(SENTENCES.full);
    expect(await idsOf(store)).toEqual(['late', 'mid']);
  });

  test('in the middle of a write: nothing of it is there', async () => {
    const store = storeOf();
    const first = writeOf('a', { rows: 100 });
    await store.put(first);
    failing('put', ({ name }) => (name === 'states' ? 'AbortError' : undefined));
    expect(await errorOf(store.put(writeOf('a', { rows: 300, salt: 4, step: 900 })))).toBe(SENTENCES.failed);
    vi.restoreAllMocks();
    expect((await store.read('a')).run).toEqual(first.run);
  });
});

test('a run that is added never takes the place of another', async () => {
  const store = storeOf();
  const [mine, theirs] = [writeOf('a'), keptRun({ salt: 9 })];
  await store.put(mine);
  const added = await store.add(entryOf(theirs), theirs);
  expect(added.id).not.toBe('a');
  expect(added.name).toBe('Before, seed 0 (2)');
  expect(bits((await store.read('a')).run)).toEqual(bits(mine.run));
  expect(bits((await store.read(added.id)).run)).toEqual(bits(theirs));
});
