import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { reopen } from '../../../src/run/kept/history.ts';
import { newId } from '../../../src/run/id.ts';
import { claim, isMine, openRuns, release } from '../../../src/run/kept/locks.ts';
import { rememberedOpen, rememberOpen } from '../../../src/run/kept/open.ts';
import { Recorder, type RecorderOptions } from '../../../src/run/kept/recorder.ts';
import { SENTENCES, type HistoryError } from '../../../src/run/kept/trouble.ts';
import { atStep, keptRun, lab } from '../../support/kept.ts';
import { FakeKeepable } from './fakeKeepable.ts';
import { bits, failing, freshDatabase, raw, storeOf } from './stores.ts';

const recorders: Recorder[] = [];
const ids: string[] = [];

afterEach(() => {
  vi.restoreAllMocks();
  for (const recorder of recorders.splice(0)) recorder.stop();
  for (const id of ids.splice(0)) release(id);
  rememberOpen(undefined);
});

let id = '';
let name = '';
let run = new FakeKeepable('');
let store = storeOf();
let recorder: Recorder;
const recordedBy = (options: RecorderOptions = {}): Recorder => {
  const made = new Recorder(run, store, options);
  recorders.push(made);
  return made;
};

beforeEach(() => {
  recorders.splice(0).forEach((one) => {
    one.stop();
  });
  id = newId();
  ids.push(id);
  name = freshDatabase();
  run = new FakeKeepable(id);
  store = storeOf(name);
});

const idsOf = async (): Promise<string[]> => (await store.list()).entries.map((entry) => entry.id);
/** Holds a lock as another tab would: by a request of its own. */
async function heldElsewhere(of: string): Promise<() => void> {
  let free: () => void = () => undefined;
  await new Promise<void>((resolve) => {
    void navigator.locks.request(`run:${of}`, () => {
      resolve();
      return new Promise<void>((done) => (free = done));
    });
  });
  return free;
}

describe('a run is kept', () => {
  test('once it trained more than a moment, and grows', async () => {
    recorder = recordedBy();
    run.train({ step: 19, rows: 5 });
    await recorder.flush();
    expect(await idsOf()).toEqual([]);
    run.train({ step: 20, rows: 5 });
    await recorder.flush();
    expect(await idsOf()).toEqual([id]);
    const last = run.train({ step: 500, rows: 140 });
    await recorder.flush();
    expect((await store.read(id)).run).toEqual(last);
    expect(rememberedOpen()).toBe(id);
  });

  test.each([10_000_001, 2 ** 40])('however long it trained: at step %i', async (step) => {
    recorder = recordedBy();
    const long = atStep(keptRun({ rows: 100 }), step);
    run.show(long);
    run.say(long.saved);
    await recorder.flush();
    expect((await store.read(id)).run).toEqual(long);
  });

  test('unless it tells itself and no hand has touched it', async () => {
    recorder = recordedBy();
    run.untouched = true;
    run.train({ step: 200 });
    await recorder.flush();
    expect(await idsOf()).toEqual([]);
    run.untouched = false;
    run.train({ step: 201 });
    await recorder.flush();
    expect(await idsOf()).toEqual([id]);
  });

  test('and not undone by whoever goes back in time', async () => {
    recorder = recordedBy();
    const last = run.train({ step: 300, rows: 30 });
    await recorder.flush();
    run.train({ step: 100, rows: 10 });
    await recorder.flush();
    expect((await store.read(id)).run).toEqual(last);
  });

  test('with the rows of its state, and not with what came after', async () => {
    recorder = recordedBy();
    run.train({ step: 100, rows: 10 });
    await recorder.flush();
    // The page has more rows by the time the state arrives.
    const first = run.train({ step: 120, rows: 12 });
    run.series.append(12, first.series.columns, Float64Array.of(130, 1, 1));
    run.say(first.saved);
    await recorder.flush();
    expect(bits((await store.read(id)).run)).toEqual(bits(first));
  });

  test('when its rows come later than its state', async () => {
    recorder = recordedBy();
    const full = run.train({ step: 100, rows: 10 });
    run.series.append(6, full.series.columns, new Float64Array(0));
    run.say({ ...full.saved, step: 101 });
    await recorder.flush();
    run.series.append(6, full.series.columns, full.series.values.slice(18));
    await expect.poll(async () => (await store.read(id)).run.saved.step).toBe(101);
    expect(bits((await store.read(id)).run)[2]).toEqual(bits(full)[2]);
  });

  test('when it took another way through the same number of rows', async () => {
    recorder = recordedBy();
    run.train({ step: 300, rows: 150, salt: 1 });
    await recorder.flush();
    const other = run.train({ step: 300, rows: 150, salt: 2 });
    await recorder.flush();
    expect(bits((await store.read(id)).run)).toEqual(bits(other));
  });

  test('when a page that is left says so', async () => {
    recorder = recordedBy();
    run.train({ step: 100 });
    await recorder.flush();
    run.train({ step: 140 });
    dispatchEvent(new Event('pagehide'));
    await expect.poll(async () => (await store.read(id)).run.saved.step).toBe(140);
  });

  test('with its picture and its numbers', async () => {
    const png = new Blob([Uint8Array.of(0x89, 0x50)], { type: 'image/png' });
    const thumbnail = vi.fn(() => Promise.resolve(png));
    recorder = recordedBy({ thumbnail, metrics: () => ({ kl: 0.25, klSd: NaN }) as never });
    run.train({ step: 50 });
    await expect.poll(async () => (await idsOf()).length).toBe(1);
    run.train({ step: 60 });
    await recorder.flush();
    const [entry] = (await store.list()).entries;
    expect(entry?.thumbnail).toEqual(Uint8Array.of(0x89, 0x50));
    expect(entry?.final).toEqual({ step: 60, status: 'ok', numbers: { kl: 0.25 } });
    // Pictures cost more than they are worth once a second.
    expect(thumbnail).toHaveBeenCalledTimes(1);
  });
});

test('of many states the newest is written, one at a time', async () => {
  recorder = recordedBy();
  let under = 0;
  let most = 0;
  const steps: number[] = [];
  const put = store.put.bind(store);
  vi.spyOn(store, 'put').mockImplementation(async (write) => {
    most = Math.max(most, ++under);
    steps.push(write.run.saved.step);
    const kept = await put(write);
    under--;
    return kept;
  });
  for (let step = 20; step <= 120; step++) run.train({ step, rows: 5 });
  await recorder.flush();
  expect(most).toBe(1);
  expect(steps.length).toBeLessThan(5);
  expect((await store.read(id)).run.saved.step).toBe(120);
});

test('a run that another one follows at once is not lost', async () => {
  recorder = recordedBy();
  run.train({ step: 20 });
  const last = run.train({ step: 90 });
  const next = newId();
  ids.push(next);
  [run.id, run.parent, run.end] = [next, id, 0];
  run.train({ step: 30, knobs: { 'model.temperature': 1 } });
  await recorder.flush();
  expect((await store.read(id)).run).toEqual(last);
  const { entry } = await store.read(next);
  expect(entry).toMatchObject({ parent: id, differsFrom: 'parent', differs: ['Temperature T 4 → 1'] });
  expect(isMine(next)).toBe(true);
  expect(isMine(id)).toBe(false);
});

test('a run is named after its preset, and differs from it where its parent was never kept', async () => {
  recorder = recordedBy();
  run.parent = 'never-kept';
  run.train({ step: 40, seed: 3, knobs: { 'loss.maxsup_weight': 0 } });
  await recorder.flush();
  expect((await store.read(id)).entry).toMatchObject({
    name: 'Before, seed 3',
    parent: '',
    differsFrom: 'preset',
    differs: ['MaxSup weight 0.1 → 0'],
    lab: lab.id,
  });
});

describe('two tabs', () => {
  test('with the same run: the second keeps a copy, and the first is as it was', async () => {
    const first = recordedBy();
    const kept = run.train({ step: 50, salt: 1 });
    await first.flush();
    first.stop();
    release(id);
    const free = await heldElsewhere(id);
    recorder = recordedBy();
    const own = run.train({ step: 60, salt: 2 });
    await recorder.flush();
    run.train({ step: 70, salt: 2 });
    await recorder.flush();
    free();
    expect((await store.read(id)).run).toEqual(kept);
    const copy = (await idsOf()).find((one) => one !== id) ?? '';
    ids.push(copy);
    const { entry, run: stored } = await store.read(copy);
    expect(entry.parent).toBe(id);
    expect(stored.saved.step).toBe(70);
    expect(stored.log).toEqual(own.log);
    expect(await idsOf()).toHaveLength(2);
    expect(rememberedOpen()).toBe(copy);
  });

  test('claims hold until they are released', async () => {
    expect(await claim(id)).toBe(true);
    expect(await claim(id)).toBe(true);
    expect(await openRuns()).toContain(id);
    release(id);
    await expect.poll(async () => (await openRuns()).has(id)).toBe(false);
    const free = await heldElsewhere(id);
    expect(await claim(id)).toBe(false);
    expect(await openRuns()).toContain(id);
    free();
  });
});

describe('reopening', () => {
  test('goes on where it stopped, in the same place', async () => {
    recorder = recordedBy();
    const last = run.train({ step: 400, rows: 130 });
    await recorder.flush();
    recorder.stop();
    release(id);
    run = new FakeKeepable('another');
    await reopen(run, id, store);
    expect(run.reopened).toEqual([{ run: last, id, parent: '' }]);
    recorder = recordedBy();
    const on = run.train({ step: 450, rows: 140 });
    await recorder.flush();
    expect((await store.read(id)).run).toEqual(on);
    expect(await idsOf()).toEqual([id]);
  });

  test('what another tab has open gives a copy', async () => {
    recorder = recordedBy();
    run.train({ step: 400 });
    await recorder.flush();
    recorder.stop();
    release(id);
    const free = await heldElsewhere(id);
    run = new FakeKeepable('another');
    await reopen(run, id, store);
    free();
    expect(run.reopened[0]?.id).not.toBe(id);
    expect(run.reopened[0]?.parent).toBe(id);
  });

  test('that fails lets the run go', async () => {
    recorder = recordedBy();
    run.train({ step: 400 });
    await recorder.flush();
    recorder.stop();
    release(id);
    run = new FakeKeepable('another');
    run.reopen = () => Promise.reject(new Error('The trainer said no.'));
    await expect(reopen(run, id, store)).rejects.toThrow('The trainer said no.');
    expect(isMine(id)).toBe(false);
  });
});

describe('when it cannot be written', () => {
  test('that is said, training goes on, and it is written when there is room again', async () => {
    const said: (HistoryError | undefined)[] = [];
    recorder = recordedBy({ onproblem: (error) => said.push(error) });
    failing('put', () => 'QuotaExceededError');
    run.train({ step: 50 });
    await recorder.flush();
    run.train({ step: 60 });
    await recorder.flush();
    expect(said.at(-1)?.message).toBe(SENTENCES.full);
    vi.restoreAllMocks();
    await recorder.flush();
    expect(said.at(-1)).toBeUndefined();
    expect((await store.read(id)).run.saved.step).toBe(60);
  });

  test('because it could not be read again, the good state stays, and the next good one is written', async () => {
    const said: (HistoryError | undefined)[] = [];
    recorder = recordedBy({ onproblem: (error) => said.push(error) });
    const good = run.train({ step: 50, rows: 5 });
    await recorder.flush();
    const bad = keptRun({ step: 60, rows: 6 });
    bad.saved.parameters.fill(NaN);
    run.show(bad);
    run.say(bad.saved);
    await recorder.flush();
    expect(said.map((error) => error?.kind)).toEqual(['refused']);
    expect(said[0]?.message).toContain('This run cannot be kept as it is now. Some of its parameters');
    expect((await store.read(id)).run).toEqual(good);
    // Nothing is left that would be tried in vain.
    await recorder.flush();
    expect(said).toHaveLength(1);
    const next = run.train({ step: 70, rows: 7 });
    await recorder.flush();
    expect(said.at(-1)).toBeUndefined();
    expect((await store.read(id)).run).toEqual(next);
  });

  test('a deleted run stays deleted, and when it is brought back nothing of it is missing', async () => {
    recorder = recordedBy();
    run.train({ step: 100, rows: 70 });
    await recorder.flush();
    await store.remove(id);
    run.train({ step: 200, rows: 140 });
    await recorder.flush();
    expect((await store.list()).entries[0]?.deleted).toBeDefined();
    expect(rememberedOpen()).toBeUndefined();
    await store.restore(id);
    const last = run.train({ step: 300, rows: 210 });
    await recorder.flush();
    expect((await store.read(id)).run).toEqual(last);
  });

  test('a history that was cleared under it is begun anew, whole', async () => {
    recorder = recordedBy();
    run.train({ step: 100, rows: 70 });
    await recorder.flush();
    await raw(name, async (db) => {
      for (const one of ['entries', 'states', 'rows']) await db.clear(one);
    });
    const last = run.train({ step: 200, rows: 140 });
    await recorder.flush();
    expect((await store.read(id)).run).toEqual(last);
  });
});
