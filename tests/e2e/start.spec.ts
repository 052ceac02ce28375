import { expect, test, type Page } from '@playwright/test';
import { openLab, SMALL } from './lab.ts';

declare global {
  interface Window {
    firstStep?: number;
  }
}

/** A server closes connections that were idle for some seconds, also one that is just about to be used. */
const RETRIED = { maxRetries: 3 };

const stepOf = (page: Page): Promise<number> => page.evaluate(() => window.lab.metrics().step);

/** Lays a line of script before the trainer's own. */
async function beforeTrainer(page: Page, line: string): Promise<void> {
  await page.route('**/trainer-*.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${line}\n${await response.text()}` });
  });
}

test('training begins before anything of tfjs was asked for', async ({ page }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  /** What tfjs calls itself by, whatever its chunks are called. */
  const withTfjs = async (): Promise<string[]> => {
    const urls = [...new Set(asked)].filter((url) => url.endsWith('.js'));
    const texts = await Promise.all(urls.map(async (url) => (await page.request.get(url, RETRIED)).text()));
    return urls.filter((_, i) => texts[i]?.includes('registerBackend'));
  };
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  await page.goto('./');
  await page.evaluate(() => window.lab.ready());
  await expect.poll(() => stepOf(page)).toBeGreaterThan(0);
  const engine = await page.evaluate(() => window.lab.engine());
  expect(engine).toMatchObject({
    executor: 'wasm',
    backend: 'wasm',
    adapter: '',
    software: false,
    simd: true,
  });
  expect(asked.filter((url) => url.includes('/trainer-'))).not.toEqual([]);
  expect(await withTfjs()).toEqual([]);
  await page.evaluate(() => window.lab.use('tfjs:cpu'));
  expect(await withTfjs()).not.toEqual([]);
});

test('the trainer notes its first step in its own timeline, which begins after the page’s', async ({
  page,
}) => {
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  await page.goto('./');
  await page.evaluate(() => window.lab.ready());
  await expect.poll(() => stepOf(page)).toBeGreaterThan(0);
  const marks = await page.workers()[0]?.evaluate(() => performance.getEntriesByName('first-step').length);
  expect(marks).toBe(1);
});

test('the story goes on only where somebody sees it: it waits for a page that does not draw yet', async ({
  page,
}) => {
  // The app comes late; the trainer is there.
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  await page.route('**/index-client-*.js', async (route) => {
    await gate;
    await route.continue();
  });
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  // What the first frame says, however late this test looks.
  await page.addInitScript(() => {
    Object.defineProperty(window, 'lab', {
      configurable: true,
      set: (lab: typeof window.lab) => {
        Object.defineProperty(window, 'lab', { value: lab });
        void lab.ready().then(() => {
          window.firstStep = lab.metrics().step;
        });
      },
    });
  });
  await page.goto('./', { waitUntil: 'commit' });
  await expect.poll(() => page.workers().length).toBe(1);
  const [worker] = page.workers();
  await expect.poll(() => worker?.evaluate(() => performance.getEntriesByName('first-step').length)).toBe(1);
  open();
  await page.waitForFunction(() => window.firstStep !== undefined);
  const first = await page.evaluate(() => window.firstStep);
  // A tenth of a second of it at thirty steps a second, and one more for each second that it waited.
  expect(first).toBeLessThan(60);
});

test('what plays by itself follows a knob and a click from the first moment', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  await page.goto('./');
  await page.evaluate(async () => {
    await window.lab.ready();
    await window.lab.pause();
  });
  const paused = await stepOf(page);
  expect((await page.evaluate(() => window.lab.step(3))).step).toBe(paused + 3);
  expect(await page.evaluate(() => window.lab.config())).toMatchObject({ preset: 'intro', seed: 0 });
});

test('without SIMD the scalar build trains, and the page says so', async ({ page }) => {
  await beforeTrainer(page, 'WebAssembly.validate = () => false;');
  await openLab(page);
  await page.evaluate(async (small) => {
    await window.lab.load({ preset: 'before' });
    await window.lab.set(small);
    await window.lab.step(20);
  }, SMALL);
  expect(await page.evaluate(() => window.lab.engine())).toMatchObject({ executor: 'wasm', simd: false });
  await expect(page.getByRole('button', { name: /Executor: WASM, no SIMD/ })).toBeVisible();
});

for (const [what, line] of [
  ['is missing', "Reflect.deleteProperty(self, 'WebAssembly');"],
  [
    'may not be compiled',
    "WebAssembly.compile = () => Promise.reject(new WebAssembly.CompileError('refused by the page'));",
  ],
] as const)
  test(`where WebAssembly ${what} the oracle trains, and the page says why`, async ({ page }) => {
    await beforeTrainer(page, line);
    await openLab(page);
    await expect(page.getByText(/WebAssembly cannot be had here, so the oracle trains/)).toBeVisible();
    expect((await page.evaluate(() => window.lab.engine())).executor).toBe('oracle');
    // Asked for by name it is refused, and what is there stays.
    await expect(page.evaluate(() => window.lab.use('wasm'))).rejects.toThrow(/WebAssembly/);
    expect((await page.evaluate(() => window.lab.step(2))).step).toBe(2);
    expect(await page.evaluate(async () => (await window.lab.log()).executor ?? '')).toBe('');
  });

test('a run handed from wasm to tfjs, the oracle and back keeps its parameters', async ({ page }) => {
  await openLab(page);
  const rounds = await page.evaluate(async (small) => {
    const { lab } = window;
    await lab.load({ preset: 'sufficient', executor: 'wasm' });
    await lab.set(small);
    const rounds: { before: number[]; after: number[]; executor: string }[] = [];
    for (const id of ['tfjs:cpu', 'oracle', 'wasm'] as const) {
      await lab.step(5);
      const before = [...(await lab.parameters())];
      const { executor } = await lab.use(id);
      rounds.push({ before, after: [...(await lab.parameters())], executor });
    }
    await lab.step(5);
    return rounds;
  }, SMALL);
  expect(rounds.map(({ executor }) => executor)).toEqual(['tfjs', 'oracle', 'wasm']);
  for (const { before, after } of rounds) expect(after).toEqual(before);
  expect(rounds[1]?.before).not.toEqual(rounds[0]?.after);
  const { events } = await page.evaluate(() => window.lab.log());
  expect(events.filter(({ key }) => key === 'executor').map(({ step, value }) => [step, value])).toEqual([
    [5, 'tfjs:cpu'],
    [10, 'oracle'],
    [15, 'wasm'],
  ]);
  expect(await stepOf(page)).toBe(20);
});

test('on wasm a replayed log gives the same bits, and a kept run goes on where it stopped', async ({
  page,
}) => {
  await openLab(page);
  const { once, again } = await page.evaluate(async (small) => {
    const { lab } = window;
    await lab.load({ preset: 'before', seed: 4 });
    await lab.set(small);
    await lab.step(40);
    await lab.set({ 'model.temperature': 1 });
    await lab.step(40);
    const told = async () => ({ parameters: [...(await lab.parameters())], series: lab.series() });
    const once = await told();
    const log = await lab.log();
    await lab.load({ log });
    // By other pieces.
    for (const n of [7, 33, 1, 39]) await lab.step(n);
    return { once, again: await told() };
  }, SMALL);
  expect(again).toEqual(once);
  const runs = () => page.evaluate(() => window.lab.runs());
  await expect.poll(async () => (await runs())[0]?.final.step).toBe(80);
  const id = (await runs())[0]?.id ?? '';
  await page.reload();
  await page.evaluate(() => window.lab.ready());
  await page.evaluate((kept) => window.lab.open(kept), id);
  expect(await page.evaluate(async () => [...(await window.lab.parameters())])).toEqual(once.parameters);
  expect((await page.evaluate(() => window.lab.engine())).executor).toBe('wasm');
  const ends = await page.evaluate(async () => {
    const { lab } = window;
    const log = await lab.log();
    await lab.step(20);
    const on = [...(await lab.parameters())];
    await lab.load({ log });
    await lab.step(100);
    return [on, [...(await lab.parameters())]];
  });
  expect(ends[1]).toEqual(ends[0]);
});

test('a trainer on wasm that dies is replaced, and trains on', async ({ page }) => {
  await openLab(page);
  await page.evaluate(async (small) => {
    await window.lab.load({ preset: 'sufficient' });
    await window.lab.set(small);
    await window.lab.step(30);
  }, SMALL);
  await page
    .workers()[0]
    ?.evaluate(() => {
      self.close();
    })
    .catch(() => undefined);
  await expect(page.getByText(/The trainer stopped without a word at step 30/)).toBeVisible();
  expect((await page.evaluate(() => window.lab.step(10))).step).toBe(40);
  expect((await page.evaluate(() => window.lab.engine())).executor).toBe('wasm');
});
