import { openDB } from 'idb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '../../../src/app/base.css';
import '../../../src/app/theme.css';
import HistoryDialog from '../../../src/panels/dialogs/history/HistoryDialog.svelte';
import { newId } from '../../../src/run/id.ts';
import { release } from '../../../src/run/kept/locks.ts';
import { rememberOpen } from '../../../src/run/kept/open.ts';
import type { HistoryStore } from '../../../src/run/kept/store.ts';
import { exportRuns } from '../../../src/run/kept/transfer.ts';
import { SENTENCES } from '../../../src/run/kept/trouble.ts';
import type { Run } from '../../../src/run/run.svelte.ts';
import { FakeKeepable } from './fakeKeepable.ts';
import { freshDatabase, raw, storeOf, writeOf } from './stores.ts';

const [A, B, C] = [newId(), newId(), newId()];
const PNG = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),
  (c) => c.charCodeAt(0),
);

let name = '';
let store: HistoryStore;
let now = 0;
const run = Object.assign(new FakeKeepable('page'), { phase: 'ready' });
const theRun = run as unknown as Run;
const closed = vi.fn();

const show = async (): Promise<void> => {
  await render(HistoryDialog, { run: theRun, onclose: closed, store });
};
const fill = async (): Promise<void> => {
  now = Date.now() - 3 * 3_600_000;
  await store.put(
    writeOf(
      A,
      { step: 1160 },
      {
        thumbnail: PNG,
        final: {
          step: 1160,
          status: 'ok',
          numbers: { kl: 0.00163, entropyMean: 1.114, entropyTargetMean: 1.1 },
        },
      },
    ),
  );
  now += 3_600_000;
  await store.put(
    writeOf(
      B,
      { step: 300 },
      {
        parent: A,
        name: 'Sufficient, seed 3',
        differs: [
          'Seed 0 → 3',
          'Temperature T 4 → 1',
          'MaxSup weight 0.1 → 0',
          'Label smoothing 0 → 0.1',
          'Batch size 256 → 64',
        ],
        differsFrom: 'parent',
      },
    ),
  );
  now = Date.now();
  await store.put(
    writeOf(C, { step: 2000 }, { name: 'Third', final: { step: 2000, status: 'diverged', numbers: {} } }),
  );
};
const names = (): (string | null)[] =>
  page
    .getByRole('heading', { level: 3 })
    .elements()
    .map((element) => element.firstChild?.textContent ?? null);
const status = () => page.getByRole('status');

beforeEach(() => {
  closed.mockReset();
  run.reopened.length = 0;
  run.id = 'page';
  name = freshDatabase();
  store = storeOf(name, { now: () => now });
});
afterEach(() => {
  vi.restoreAllMocks();
  for (const id of [A, B, C]) release(id);
  rememberOpen(undefined);
});

describe('the list', () => {
  test('shows each run with what it differs in, its numbers and when it was', async () => {
    await fill();
    await show();
    await expect.element(page.getByRole('dialog', { name: 'Runs' })).toBeVisible();
    await expect.poll(names).toEqual(['Third', 'Sufficient, seed 3', 'Before, seed 0']);
    expect(page.getByRole('listitem').elements()).toHaveLength(3);
    const first = page.getByRole('listitem', { name: 'Before, seed 0' });
    await expect
      .element(first)
      .toHaveTextContent(
        /Before, unchanged.*step 1 160.*KL 0.00163.*entropy 1.11, targets 1.10.*3 hours ago/,
      );
    await expect
      .element(first.getByRole('time'))
      .toHaveAttribute('title', expect.stringMatching(/\d{4}.*\d\d:\d\d:\d\d/));
    const second = page.getByRole('listitem', { name: 'Sufficient, seed 3' });
    await expect
      .element(second)
      .toHaveTextContent(
        'From “Before, seed 0”: Seed 0 → 3, Temperature T 4 → 1, MaxSup weight 0.1 → 0, 2 more',
      );
    await expect.element(page.getByRole('listitem', { name: 'Third' })).toHaveTextContent('diverged');
    await expect
      .element(page.getByText(/^3 runs of at most 200, \d+.kB of 200.MB in this browser/))
      .toBeVisible();
  });

  test('says what it is for when it is empty', async () => {
    await show();
    await expect.element(page.getByText('No run is kept yet.')).toBeVisible();
    await expect
      .element(page.getByText('Up to 200 runs and 200 MB are kept, in this browser only.'))
      .toBeVisible();
    await expect.element(page.getByRole('button', { name: 'Export all' })).toBeDisabled();
  });

  test('is searched by all words, and by star', async () => {
    await fill();
    await store.star(A, true);
    await show();
    const search = page.getByRole('searchbox');
    await search.fill('maxsup 3');
    await expect.poll(names).toEqual(['Sufficient, seed 3']);
    await search.fill('nowhere');
    await expect.element(page.getByText('No run matches.')).toBeVisible();
    await search.fill('');
    await page.getByRole('button', { name: 'Starred' }).click();
    await expect.poll(names).toEqual(['Before, seed 0']);
  });

  test('renders names as text', async () => {
    await store.put(writeOf(A, {}, { name: '<img src=x onerror=alert(1)>' }));
    await show();
    await expect.poll(names).toEqual(['<img src=x onerror=alert(1)>']);
    expect(document.querySelector('dialog img')).toBeNull();
  });

  test('follows what another tab does', async () => {
    await show();
    await expect.element(page.getByText('No run is kept yet.')).toBeVisible();
    await storeOf(name).put(writeOf(A));
    await expect.poll(names, { timeout: 5000 }).toEqual(['Before, seed 0']);
  });
});

describe('a run of the list', () => {
  test('is opened where it stopped, and the dialog closes', async () => {
    await fill();
    await show();
    await page.getByRole('button', { name: 'Open Sufficient, seed 3' }).click();
    await expect.poll(() => closed.mock.calls.length).toBe(1);
    expect(run.reopened[0]).toMatchObject({ id: B, parent: A, run: { saved: { step: 300 } } });
  });

  test('that cannot be opened says why, and the focus stays', async () => {
    await fill();
    await raw(name, (db) => db.delete('states', B));
    await show();
    await page.getByRole('button', { name: 'Open Sufficient, seed 3' }).click();
    await expect
      .element(status())
      .toHaveTextContent('“Sufficient, seed 3” cannot be opened. Its state is missing');
    expect(closed).not.toHaveBeenCalled();
    await expect.element(page.getByRole('button', { name: 'Open Sufficient, seed 3' })).toHaveFocus();
  });

  test('that is on the page says so', async () => {
    await fill();
    rememberOpen(C);
    await show();
    await expect.element(page.getByRole('listitem', { name: /Third/ })).toHaveTextContent('on the page');
    await expect.element(page.getByRole('button', { name: 'Open Third' })).toBeDisabled();
  });

  test('is renamed by Enter, and keeps its name by Escape', async () => {
    await fill();
    await show();
    await page.getByRole('button', { name: 'Rename Third' }).click();
    const field = page.getByRole('textbox', { name: 'Name of Third' });
    await expect.element(field).toHaveFocus();
    await field.fill('Other');
    await userEvent.keyboard('{Escape}');
    await expect.element(page.getByRole('button', { name: 'Rename Third' })).toHaveFocus();
    expect(closed).not.toHaveBeenCalled();
    await page.getByRole('button', { name: 'Rename Third' }).click();
    await field.fill('  Named\u202e ');
    await userEvent.keyboard('{Enter}');
    await expect.poll(names).toEqual(['Named', 'Sufficient, seed 3', 'Before, seed 0']);
    await expect.element(page.getByRole('button', { name: 'Rename Named' })).toHaveFocus();
    expect((await store.read(C)).entry.name).toBe('Named');
  });

  test('gets a star and loses it', async () => {
    await fill();
    await show();
    const star = page.getByRole('button', { name: 'Star Third' });
    await expect.element(star).toHaveAttribute('aria-pressed', 'false');
    await star.click();
    await expect.element(star).toHaveAttribute('aria-pressed', 'true');
    await expect.element(status()).toHaveTextContent('“Third” has a star.');
    expect((await store.read(C)).entry.starred).toBe(true);
  });

  test('is deleted and brought back, with the focus where one goes on', async () => {
    await fill();
    await show();
    await page.getByRole('button', { name: 'Delete Sufficient, seed 3' }).click();
    await expect.element(status()).toHaveTextContent('“Sufficient, seed 3” was deleted.');
    expect((await store.list()).entries.find(({ id }) => id === B)?.deleted).toBeDefined();
    const undo = page.getByRole('button', { name: 'Undo: bring Sufficient, seed 3 back' });
    await expect.element(undo).toHaveFocus();
    await userEvent.keyboard('{Enter}');
    await expect.poll(names).toEqual(['Third', 'Sufficient, seed 3', 'Before, seed 0']);
    await expect.element(page.getByRole('button', { name: 'Open Sufficient, seed 3' })).toHaveFocus();
  });
});

describe('files', () => {
  test('are saved, all or one', async () => {
    await fill();
    await show();
    const saved: string[] = [];
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      saved.push(this.download);
    });
    await page.getByRole('button', { name: 'Export all' }).click();
    await expect
      .element(status())
      .toHaveTextContent(/^collapse-lab-runs-[\d-]+\.jsonl with 3 runs was saved/);
    await page.getByRole('button', { name: 'Export Third' }).click();
    await expect.element(status()).toHaveTextContent('with 1 run was saved');
    expect(saved).toHaveLength(2);
  });

  test('are imported, and what is wrong with them is said', async () => {
    await fill();
    const { file } = await exportRuns(store);
    const text = await file.text();
    store = storeOf(freshDatabase(), { now: () => now });
    await show();
    await expect.element(page.getByText('No run is kept yet.')).toBeVisible();
    const input = document.querySelector('input[type=file]') as HTMLInputElement;
    await userEvent.upload(input, new File([text.slice(0, -50)], 'runs.jsonl'));
    await expect.element(status()).toHaveTextContent('2 runs imported from runs.jsonl.');
    await expect
      .element(status())
      .toHaveTextContent('Run 3 of the file was left out. It is cut off or broken');
    await expect.poll(() => names().length).toBe(2);
  });
});

describe('trouble', () => {
  test('with storage is said, and the page is not broken', async () => {
    vi.spyOn(IDBFactory.prototype, 'open').mockImplementation(() => {
      throw new DOMException('insecure', 'SecurityError');
    });
    await show();
    await expect.element(page.getByRole('alert')).toHaveTextContent(SENTENCES.unavailable);
    expect(page.getByRole('button').elements()).toHaveLength(1);
  });

  test('of a newer page offers nothing that would destroy', async () => {
    (await openDB(name, 9, { upgrade: (db) => void db.createObjectStore('entries') })).close();
    await show();
    await expect.element(page.getByRole('alert')).toHaveTextContent(SENTENCES.newer);
    expect(page.getByRole('button', { name: /new one|delete/i }).elements()).toHaveLength(0);
  });

  test('of a damaged history is set aside only after it was asked twice', async () => {
    (await openDB(name, 1, { upgrade: (db) => void db.createObjectStore('others') })).close();
    await show();
    await expect.element(page.getByRole('alert')).toHaveTextContent(SENTENCES.damaged);
    const first = page.getByRole('button', { name: /^Set the damaged history aside/ });
    await first.click();
    const leave = page.getByRole('button', { name: 'Leave it as it is' });
    await expect.element(leave).toHaveFocus();
    await leave.click();
    await expect.element(first).toHaveFocus();
    expect(localStorage.getItem(name)).toBeNull();
    await first.click();
    await page.getByRole('button', { name: 'Start a new history' }).click();
    await expect.element(page.getByText('No run is kept yet.')).toBeVisible();
    expect(await raw(name, (db) => Promise.resolve([...db.objectStoreNames]))).toEqual(['others']);
    const beside = localStorage.getItem(name) ?? '';
    store.close();
    indexedDB.deleteDatabase(beside);
  });

  test('of one run names it, and deletes it only after it was asked twice', async () => {
    await fill();
    await raw(name, (db) => db.put('entries', { id: B, name: 'Broken' }));
    await show();
    await page.getByText('1 stored run cannot be read').click();
    await expect.element(page.getByText(/“Broken”: Its part/)).toBeVisible();
    await page.getByRole('button', { name: 'Delete Broken for good…' }).click();
    expect(await raw(name, (db) => db.count('entries'))).toBe(3);
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await expect.element(status()).toHaveTextContent('“Broken” was deleted for good.');
    expect(await raw(name, (db) => db.count('entries'))).toBe(2);
  });
});

test('every control has a name and is large enough for a thumb or has room around it', async () => {
  await fill();
  await show();
  await expect.poll(() => names().length).toBe(3);
  for (const control of document.querySelectorAll<HTMLElement>('dialog :is(button, input)')) {
    const named = control.getAttribute('aria-label') ?? control.textContent.trim();
    const labelled = control.closest('label')?.textContent.trim() ?? '';
    expect(named || labelled, control.outerHTML).not.toBe('');
    if (control.matches('button')) expect(control.getBoundingClientRect().height).toBeGreaterThanOrEqual(24);
  }
  expect(document.querySelectorAll('dialog [style]')).toHaveLength(0);
  const ids = [...document.querySelectorAll('dialog [id]')].map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test.each([
  [390, 844],
  [1440, 900],
])('nothing is cut off at %i by %i', async (width, height) => {
  await page.viewport(width, height);
  await fill();
  for (let i = 0; i < 12; i++) await store.put(writeOf(newId()));
  await store.rename(C, 'Averyveryverylongnamewithoutanyspaces'.repeat(3));
  await show();
  await expect.poll(() => names().length).toBe(15);
  const dialog = document.querySelector('dialog') as HTMLDialogElement;
  expect(dialog.scrollWidth).toBeLessThanOrEqual(dialog.clientWidth);
  expect(dialog.getBoundingClientRect().right).toBeLessThanOrEqual(width);
  const found = dialog.querySelector('.found') as HTMLElement;
  expect(found.scrollWidth).toBeLessThanOrEqual(found.clientWidth);
  // The list scrolls, and what lies around it stays.
  expect(dialog.scrollHeight).toBeLessThanOrEqual(dialog.clientHeight);
});
