import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import type { RunSummary } from '../../src/app/keptRuns.ts';
import { fromMenu, openLab, SMALL } from './lab.ts';

interface State {
  step: number;
  knobs: Record<string, unknown>;
  parameters: number[];
  series: Record<string, number[]>;
}
const stateOf = (page: Page): Promise<State> =>
  page.evaluate(async () => ({
    step: window.lab.metrics().step,
    knobs: window.lab.config().knobs,
    parameters: [...(await window.lab.parameters())],
    series: window.lab.series(),
  }));
const runs = (page: Page): Promise<RunSummary[]> => page.evaluate(() => window.lab.runs());
const stepOf = (page: Page): Promise<number> => page.evaluate(() => window.lab.metrics().step);
const lastKept = async (page: Page): Promise<number> => (await runs(page))[0]?.final.step ?? 0;

const train = (page: Page): Promise<void> =>
  page.evaluate(async (small) => {
    const { lab } = window;
    await lab.load({ preset: 'before', seed: 3, executor: 'oracle' });
    await lab.set(small);
    await lab.step(60);
    await lab.set({ 'model.temperature': 1 });
    await lab.step(60);
  }, SMALL);

/** Starts to train, and waits until what was trained since was kept. */
async function playUntilKept(page: Page): Promise<void> {
  await train(page);
  await page.evaluate(() => {
    window.lab.play();
  });
  await expect.poll(() => lastKept(page)).toBeGreaterThan(200);
}

test('a run is found again after a reload, where it stopped, and goes on bit by bit', async ({ page }) => {
  await openLab(page);
  await train(page);
  const before = await stateOf(page);
  await expect.poll(() => lastKept(page)).toBe(120);
  await page.reload();
  await page.evaluate(() => window.lab.ready());
  expect(await stateOf(page)).toEqual(before);
  const [on, straight] = await page.evaluate(async () => {
    const { lab } = window;
    await lab.step(30);
    const on = [...(await lab.parameters())];
    const log = await lab.log();
    await lab.load({ log });
    await lab.step(150);
    return [on, [...(await lab.parameters())]];
  });
  expect(on).toEqual(straight);
});

test('a reload in the middle of training loses at most a second', async ({ page }) => {
  await openLab(page);
  await playUntilKept(page);
  const before = await page.evaluate(() => ({
    step: window.lab.metrics().step,
    perSecond: window.lab.engine().stepsPerSecond,
  }));
  await page.reload();
  await page.evaluate(() => window.lab.ready());
  const lost = before.step - (await stepOf(page));
  console.log(`reload: lost ${String(lost)} steps at ${before.perSecond.toFixed(0)} steps/s`);
  // A state each second, its way to the disk, and a machine whose pace changes from one second to the next.
  expect(lost).toBeLessThanOrEqual(2.5 * before.perSecond + 50);
});

test('a tab that is killed while it trains comes back with what it had', async ({ page, context }) => {
  await openLab(page);
  await playUntilKept(page);
  const before = await page.evaluate(() => ({
    step: window.lab.metrics().step,
    perSecond: window.lab.engine().stepsPerSecond,
  }));
  const cdp = await context.newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  void cdp.send('Page.crash').catch(() => undefined);
  await crashed;
  // Another tab of the same browser: the history is the browser's.
  const other = await context.newPage();
  await openLab(other);
  const [kept] = await runs(other);
  if (!kept) throw new Error('nothing was kept');
  const lost = before.step - kept.final.step;
  console.log(`tab kill: lost ${String(lost)} steps at ${before.perSecond.toFixed(0)} steps/s`);
  expect(lost).toBeLessThanOrEqual(2.5 * before.perSecond + 50);
  await other.evaluate((id) => window.lab.open(id), kept.id);
  expect(await stepOf(other)).toBe(kept.final.step);
  expect((await other.evaluate(() => window.lab.step(5))).step).toBe(kept.final.step + 5);
});

test('the opening story and a look that trains nothing leave no run behind', async ({ page }) => {
  await openLab(page);
  await page.evaluate(() => window.lab.step(100));
  await train(page);
  await expect.poll(() => lastKept(page)).toBe(120);
  expect(await runs(page)).toHaveLength(1);
  await page.evaluate(async () => {
    await window.lab.undo();
    await window.lab.jump(10);
  });
  await fromMenu(page, 'File', 'Runs…');
  await expect(page.getByRole('dialog').getByRole('listitem')).toHaveCount(1);
});

test('what was undone and gone on from otherwise is kept beside the new run', async ({ page }) => {
  await openLab(page);
  await train(page);
  await expect.poll(() => lastKept(page)).toBe(120);
  await page.evaluate(async () => {
    await window.lab.undo();
    await window.lab.step(25);
  });
  await expect.poll(async () => (await runs(page)).map(({ final }) => final.step)).toEqual([85, 120]);
  const [branch, old] = await runs(page);
  expect(branch?.parent).toBe(old?.id);
  await page.evaluate((id) => window.lab.open(id), old?.id ?? '');
  expect(await stepOf(page)).toBe(120);
});

test('a run that comes back from under another is kept under its own settings', async ({ page }) => {
  await openLab(page);
  await train(page);
  await page.evaluate(async () => {
    await window.lab.load({ preset: 'sufficient', seed: 5, executor: 'oracle' });
    await window.lab.step(30);
    await window.lab.undo();
    await window.lab.step(1);
  });
  await expect
    .poll(async () => (await runs(page)).map(({ preset, name, final }) => [preset, name, final.step]))
    .toEqual([
      ['before', 'Before, seed 3', 121],
      ['sufficient', 'Sufficient, seed 5', 30],
    ]);
  await page.reload();
  await page.evaluate(() => window.lab.ready());
  expect(await page.evaluate(() => window.lab.config())).toMatchObject({ preset: 'before', seed: 3 });
});

test('two tabs keep what each trained, also of the same run', async ({ page, context }) => {
  await openLab(page);
  await train(page);
  await expect.poll(() => lastKept(page)).toBe(120);
  const [first] = await runs(page);
  const other = await context.newPage();
  await openLab(other);
  await other.evaluate((id) => window.lab.open(id), first?.id ?? '');
  await other.evaluate(() => window.lab.step(40));
  await page.evaluate(() => window.lab.step(7));
  const steps = async (): Promise<number[]> =>
    (await runs(page)).map(({ final }) => final.step).sort((a, b) => a - b);
  await expect.poll(steps).toEqual([127, 160]);
});

/** What the browser lets the origin store, in bytes. */
async function limitStorage(context: BrowserContext, page: Page, quotaSize: number): Promise<void> {
  const cdp = await context.newCDPSession(page);
  await cdp.send('Storage.overrideQuotaForOrigin', { origin: new URL(page.url()).origin, quotaSize });
}

test('full storage is said once, and training goes on', async ({ page, context }) => {
  await openLab(page);
  await limitStorage(context, page, 1000);
  await train(page);
  await expect(page.getByText(/no more room for runs/).first()).toBeVisible();
  expect((await page.evaluate(() => window.lab.step(10))).step).toBe(130);
});

test('a history that cannot be read is set aside by nobody but its owner, and the page works', async ({
  page,
}) => {
  await openLab(page);
  await train(page);
  await expect.poll(() => lastKept(page)).toBe(120);
  const [kept] = await runs(page);
  // Garbage where the run's state was.
  await page.evaluate(
    (id) =>
      new Promise<void>((resolve, reject) => {
        const open = indexedDB.open('collapse-lab.history');
        open.onerror = () => {
          reject(new Error('open'));
        };
        open.onsuccess = () => {
          const tx = open.result.transaction('states', 'readwrite');
          tx.objectStore('states').put({ nonsense: true, id });
          tx.oncomplete = () => {
            open.result.close();
            resolve();
          };
        };
      }),
    kept?.id ?? '',
  );
  await page.reload();
  await page.evaluate(() => window.lab.ready());
  await expect(page.getByText(/cannot be opened\. Its state is missing/).first()).toBeVisible();
  expect((await page.evaluate(() => window.lab.step(3))).step).toBeGreaterThan(0);
  // It is still there, to be looked at.
  expect(await runs(page)).toHaveLength(1);
});

test('without any storage the page trains, and says why nothing is kept', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, 'indexedDB', {
      get: () => {
        throw new DOMException('no', 'SecurityError');
      },
    });
  });
  await openLab(page);
  await train(page);
  await expect(page.getByText(/lets the page store nothing/).first()).toBeVisible();
  expect((await page.evaluate(() => window.lab.step(10))).step).toBe(130);
});

test('a checkpoint is taken out and in, and goes on bit by bit', async ({ page }) => {
  await openLab(page);
  await train(page);
  const { on, again, refused } = await page.evaluate(async () => {
    const { lab } = window;
    const file = await lab.checkpoint();
    await lab.step(20);
    const on = { parameters: [...(await lab.parameters())], series: lab.series() };
    await lab.load({ preset: 'sufficient', executor: 'oracle' });
    await lab.load({ checkpoint: file });
    await lab.step(20);
    const again = { parameters: [...(await lab.parameters())], series: lab.series() };
    const refused = await lab.load({ checkpoint: file.slice(0, 1000) }).then(
      () => '',
      (error: unknown) => String(error),
    );
    return { on, again, refused };
  });
  expect(again).toEqual(on);
  expect(refused).toMatch(/Error: .+\./);
  expect(await stepOf(page)).toBe(140);
});
