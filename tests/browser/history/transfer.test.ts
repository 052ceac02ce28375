import { afterEach, expect, test, vi } from 'vitest';
import { encodeHeader } from '../../../src/run/kept/file.ts';
import { exportRuns, importRuns } from '../../../src/run/kept/transfer.ts';
import { atStep, keptRun } from '../../support/kept.ts';
import { bits, freshDatabase, raw, storeOf, writeOf } from './stores.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

test('a history goes into a file and out of it again, bit by bit', async () => {
  const [from, to] = [storeOf(), storeOf()];
  const writes = [
    writeOf('a', { rows: 130, parameters: 40 }, { thumbnail: Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 9) }),
    writeOf(
      'old',
      {},
      {
        run: atStep(keptRun({ salt: 3, rows: 70 }), 2 ** 40),
        final: { step: 2 ** 40, status: 'ok', numbers: {} },
      },
    ),
    writeOf('b', { salt: 2 }, { parent: 'a', differs: ['Temperature T 4 → 1'], differsFrom: 'parent' }),
  ];
  for (const write of writes) await from.put(write);
  await from.star('b', true);
  await from.rename('b', '<script>alert(1)</script>');
  const { file, runs, problems } = await exportRuns(from);
  expect([runs, problems]).toEqual([3, []]);
  expect(await importRuns(to, file)).toEqual({ runs: 3, problems: [] });
  for (const { id, run } of writes) {
    const [there, here] = [await to.read(id), await from.read(id)];
    expect(bits(there.run)).toEqual(bits(run));
    expect(there).toEqual(here);
  }
});

test('what is here already stays, and what comes is a copy, with its parents', async () => {
  let now = 0;
  const store = storeOf(freshDatabase(), { now: () => ++now });
  await store.put(writeOf('a'));
  await store.put(writeOf('b', { salt: 2 }, { parent: 'a', differsFrom: 'parent' }));
  const { file } = await exportRuns(store);
  const before = await store.read('a');
  expect((await importRuns(store, file)).runs).toBe(2);
  const { entries } = await store.list();
  expect(entries).toHaveLength(4);
  expect(await store.read('a')).toEqual(before);
  const copies = entries.filter(({ id }) => id !== 'a' && id !== 'b');
  const child = copies.find(({ parent }) => parent !== '');
  expect(copies.map(({ id }) => id)).toContain(child?.parent);
});

test('only those that were chosen are exported', async () => {
  const store = storeOf();
  for (const id of ['a', 'b', 'c']) await store.put(writeOf(id));
  await store.remove('c');
  const to = storeOf();
  await importRuns(to, (await exportRuns(store, ['b', 'c'])).file);
  expect((await to.list()).entries.map(({ id }) => id)).toEqual(['b']);
});

test('what is cut off or broken costs itself, and is named', async () => {
  const store = storeOf();
  for (const id of ['a', 'b', 'c']) await store.put(writeOf(id));
  const text = await (await exportRuns(store)).file.text();
  const to = storeOf();
  expect(await importRuns(to, new Blob([text.slice(0, -300)]))).toEqual({
    runs: 2,
    problems: ['Run 3 of the file was left out. It is cut off or broken: it cannot be read as JSON.'],
  });
  const lines = text.split('\n');
  lines[1] = 'garbage';
  expect(await importRuns(storeOf(), new Blob([lines.join('\n')]))).toMatchObject({ runs: 2 });
  lines.length = 3;
  expect((await importRuns(storeOf(), new Blob([lines.join('\n')]))).problems).toContain(
    'The file is cut off: it should hold 3 runs and ends after 2.',
  );
});

test.each([
  ['nothing', '', 'The file is empty.'],
  ['another file', 'step,kl\n1,2\n', 'This is no file of runs: its first line says something else.'],
  ['a picture', '\u0089PNG\u0000\uffff', 'This is no file of runs: its first line says something else.'],
])('of %s nothing is taken', async (_, text, problem) => {
  const store = storeOf();
  expect(await importRuns(store, new Blob([text]))).toEqual({ runs: 0, problems: [problem] });
  expect((await store.list()).entries).toEqual([]);
});

test('a file never pushes out what is here', async () => {
  const from = storeOf();
  for (const id of ['a', 'b', 'c']) await from.put(writeOf(id));
  const { file } = await exportRuns(from);
  const store = storeOf(freshDatabase(), { bounds: { runs: 2, bytes: 1e9 } });
  await store.put(writeOf('mine'));
  const { runs, problems } = await importRuns(store, file);
  expect(runs).toBe(1);
  expect(problems).toEqual([
    '“Before, seed 0 (2)” and what follows it were left out: the history is full. Delete some runs, then import the file again.',
  ]);
  expect((await store.list()).entries.map(({ id }) => id)).toContain('mine');
});

test('nor does it once it is in: what would be too large for what is left is left out', async () => {
  const from = storeOf();
  await from.put(writeOf('large', { rows: 2_000 }));
  const { file } = await exportRuns(from);
  const store = storeOf(freshDatabase(), { bounds: { runs: 10, bytes: 20_000 } });
  await store.put(writeOf('mine'));
  const { runs, problems } = await importRuns(store, file);
  expect(runs).toBe(0);
  expect(problems.join(' ')).toContain('the history is full');
  await store.tidy();
  expect((await store.list()).entries.map(({ id }) => id)).toEqual(['mine']);
});

test('a run that is too long for a file is named, and the others are in it', async () => {
  const store = storeOf();
  for (const id of ['a', 'b']) await store.put(writeOf(id));
  vi.spyOn(JSON, 'stringify').mockImplementationOnce(() => {
    throw new RangeError('Invalid string length');
  });
  const { runs, problems } = await exportRuns(store);
  expect(runs).toBe(1);
  expect(problems).toEqual([
    '“Before, seed 0” is not in the file: it is too long for one. Open it and export it as a checkpoint.',
  ]);
});

test('what cannot be read here is not in the file, and is named', async () => {
  const name = freshDatabase();
  const store = storeOf(name);
  for (const id of ['a', 'b', 'c']) await store.put(writeOf(id));
  await raw(name, async (db) => {
    await db.delete('states', 'a');
    await db.put('entries', { id: 'b', name: 'Broken' });
  });
  const { runs, problems } = await exportRuns(store);
  expect(runs).toBe(1);
  expect(problems).toHaveLength(2);
  expect(problems.join(' ')).toContain('“Broken” is not in the file.');
});

test('many problems are counted', async () => {
  const lines = Array.from({ length: 60 }, () => 'x');
  const { problems } = await importRuns(storeOf(), new Blob([encodeHeader(60), '\n', lines.join('\n')]));
  expect(problems).toHaveLength(21);
  expect(problems.at(-1)).toBe('40 more problems are not listed.');
});
