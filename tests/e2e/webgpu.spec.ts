import { expect, test, type Page } from '@playwright/test';
import { beforeTrainer, HARDWARE, SLOW_WASM, tellGpu, withBrowser } from './gpu.ts';
import { openLab, SMALL } from './lab.ts';

const stepOf = (page: Page): Promise<number> => page.evaluate(() => window.lab.metrics().step);
const engineOf = (page: Page) => page.evaluate(() => window.lab.engine());
const eventsOf = (page: Page) => page.evaluate(async () => (await window.lab.log()).events);

/** A small run on a GPU that was chosen, playing. */
async function playOnGpu(page: Page): Promise<void> {
  await openLab(page);
  await page.evaluate(async (small) => {
    await window.lab.load({ preset: 'sufficient' });
    await window.lab.set(small);
    await window.lab.use('webgpu');
    window.lab.play();
  }, SMALL);
  await expect.poll(() => stepOf(page)).toBeGreaterThan(5);
  expect(await engineOf(page)).toMatchObject({ executor: 'webgpu', backend: 'webgpu', software: true });
}

/** It trains on, on the processor, from where it was a second before at most, and its curves go on. */
async function goesOn(page: Page): Promise<void> {
  await expect.poll(async () => (await engineOf(page)).executor).toBe('wasm');
  const at = await stepOf(page);
  await expect.poll(() => stepOf(page)).toBeGreaterThan(at);
  await page.evaluate(() => window.lab.pause());
  const { steps, kl, log } = await page.evaluate(async () => {
    const { step = [], kl = [] } = window.lab.series();
    return { steps: step, kl, log: await window.lab.log() };
  });
  expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
  expect(kl.every(Number.isFinite)).toBe(true);
  expect(log.events.at(-1)).toMatchObject({ key: 'executor', value: 'wasm' });
}

test.describe('on an adapter that is hardware', () => {
  test('the opening run is handed over to WebGPU by itself where wasm is slower, and goes on', async ({
    page,
  }) => {
    test.slow();
    await beforeTrainer(page, HARDWARE, SLOW_WASM);
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    await page.goto('./');
    expect(await page.evaluate(async () => (await window.lab.ready()).executor)).toBe('wasm');
    await expect.poll(async () => (await engineOf(page)).executor, { timeout: 150_000 }).toBe('webgpu');
    const { race, adapter, software } = await engineOf(page);
    expect([adapter, software]).toEqual(['A fast card', false]);
    expect(race).toMatchObject({ state: 'measured', adapter: 'A fast card' });
    expect(race?.webgpu).toBeGreaterThan(race?.wasm ?? Infinity);
    const [event] = (await eventsOf(page)).filter(({ key }) => key === 'executor');
    expect(event).toMatchObject({ value: 'webgpu' });
    expect(event?.step).toBeGreaterThan(0);
    // It learns on, from where it was.
    await expect.poll(() => stepOf(page)).toBeGreaterThan((event?.step ?? 0) + 10);
    const { steps, kl } = await page.evaluate(() => {
      const { step = [], kl = [] } = window.lab.series();
      return { steps: step, kl };
    });
    const klAt = (at: number): number => kl[steps.findLastIndex((step) => step <= at)] ?? NaN;
    const handedOver = event?.step ?? NaN;
    // At step 120 the story cuts the reach, to which a slow machine may have come meanwhile.
    expect(klAt(Math.min(handedOver + 10, 119))).toBeLessThanOrEqual(klAt(handedOver));
    // Nobody has touched the story: its link has no words, and there is nothing to undo.
    expect(await page.evaluate(() => window.lab.share())).not.toContain('executor');
    await expect(page.getByRole('button', { name: 'Undo' })).toBeDisabled();
    await page.getByRole('button', { name: /^Executor: WebGPU, A fast card/ }).click();
    await expect(
      page.getByText(/WebGPU [\d.,\s]+steps\/s on A fast card, WASM [\d.]+ steps\/s/),
    ).toBeVisible();
    // The next run of this shape begins on it.
    await page.keyboard.press('Escape');
    await page.getByRole('combobox', { name: 'Start a preset from step 0' }).selectOption('after');
    await expect.poll(() => page.evaluate(() => window.lab.config().preset)).toBe('after');
    const log = await page.evaluate(() => window.lab.log());
    expect(log).toMatchObject({ executor: 'webgpu', events: [] });
  });

  test('the opening run stays on wasm where that is faster, and the menu says both', async ({ page }) => {
    await beforeTrainer(page, HARDWARE);
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    await page.goto('./');
    await expect.poll(async () => (await engineOf(page)).race?.state, { timeout: 60_000 }).toBe('measured');
    const { race, executor } = await engineOf(page);
    expect(executor).toBe('wasm');
    expect(race?.wasm).toBeGreaterThan(race?.webgpu ?? Infinity);
    expect(await stepOf(page)).toBeGreaterThan(0);
    expect((await eventsOf(page)).some(({ key }) => key === 'executor')).toBe(false);
    await page.getByRole('button', { name: /^Executor: WASM/ }).click();
    await expect(
      page.getByText(/Measured on this network: WebGPU .* on A fast card, WASM .*steps\/s/),
    ).toBeVisible();
  });

  test('a run that a script loads stays where it is, however slow', async ({ page }) => {
    await beforeTrainer(page, HARDWARE, SLOW_WASM);
    await openLab(page);
    await page.evaluate(async () => {
      await window.lab.load({ preset: 'sufficient' });
      window.lab.play();
    });
    await expect.poll(() => stepOf(page)).toBeGreaterThan(12);
    const engine = await engineOf(page);
    expect(engine.executor).toBe('wasm');
    expect(engine.race).toBeUndefined();
  });

  test('a GPU that fails while it is made ready is named in the menu, and nowhere else', async ({ page }) => {
    await beforeTrainer(
      page,
      HARDWARE,
      `GPUDevice.prototype.createComputePipelineAsync = () => Promise.reject(new Error('No shader today.'));`,
    );
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    await page.goto('./');
    await expect.poll(async () => (await engineOf(page)).race?.state, { timeout: 60_000 }).toBe('out');
    await expect.poll(() => stepOf(page)).toBeGreaterThan(0);
    await expect(page.getByText('No shader today.')).toHaveCount(0);
    await page.getByRole('button', { name: /^Executor: WASM/ }).click();
    await expect(page.getByText(/WebGPU is not taken by itself\. .*No shader today\./)).toBeVisible();
  });
});

test('a hand-over to WebGPU and one back keep the weights as they are, and the curve is the one of no hand-over', async ({
  page,
}) => {
  await openLab(page);
  const { handed, way, alone } = await page.evaluate(async (small) => {
    const { lab } = window;
    const begin = async (): Promise<void> => {
      await lab.load({ preset: 'sufficient', executor: 'wasm' });
      await lab.set(small);
      await lab.step(40);
    };
    const curve = (): { step: number[]; kl: number[] } => {
      const { step = [], kl = [] } = lab.series();
      return { step, kl };
    };
    await begin();
    await lab.step(80);
    const alone = curve();
    await begin();
    const handed = [];
    for (const id of ['webgpu', 'wasm'] as const) {
      const before = [...(await lab.parameters())];
      const { executor } = await lab.use(id);
      handed.push({ executor, before, after: [...(await lab.parameters())] });
      await lab.step(40);
    }
    return { handed, way: curve(), alone };
  }, SMALL);
  expect(handed.map(({ executor }) => executor)).toEqual(['webgpu', 'wasm']);
  for (const { before, after } of handed) expect(after).toEqual(before);
  expect(handed[1]?.before).not.toEqual(handed[0]?.before);
  // Moments came along too, or Adam would set out anew: what is left is rounding.
  expect(way.step).toEqual(alone.step);
  way.kl.forEach((kl, i) => {
    expect(Math.abs(kl - (alone.kl[i] ?? NaN))).toBeLessThan(1e-5 * (alone.kl[i] ?? NaN));
  });
  expect(way.kl.at(-1)).toBeLessThan(0.7 * (way.kl[0] ?? 0));
});

test('an emulated adapter is left alone until it is chosen; without one, choosing is refused with a sentence', async ({
  page,
}) => {
  await beforeTrainer(page);
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  await page.goto('./');
  await expect.poll(async () => (await engineOf(page)).race?.state).toBe('out');
  expect((await engineOf(page)).race?.reason).toContain('emulated on the processor');
  await tellGpu(page, 'hide');
  const said = await page.evaluate(async () => {
    const refused = (task: Promise<unknown>): Promise<string> => task.then(() => '', String);
    const { lab } = window;
    const log = { ...(await lab.log()), executor: 'webgpu' as const };
    const said = [await refused(lab.use('webgpu')), await refused(lab.load({ executor: 'webgpu' }))];
    // A log may be of another machine: it is replayed on what there is.
    await lab.load({ log });
    return [...said, lab.engine().executor, (await lab.log()).executor];
  });
  expect(said[0]).toMatch(/offers no WebGPU adapter.*wasm/);
  expect(said[1]).toMatch(/offers no WebGPU adapter.*wasm/);
  expect(said.slice(2)).toEqual(['wasm', 'wasm']);
  await expect(page.getByText(/The run asks for the executor webgpu at step 0/)).toBeVisible();
  await tellGpu(page, 'show');
  expect(await page.evaluate(async () => (await window.lab.use('webgpu')).executor)).toBe('webgpu');
});

test('a device that is destroyed costs a second at most; the GPU is offered again, and taken by hand alone', async ({
  baseURL,
}) => {
  await withBrowser(baseURL, async (page) => {
    await beforeTrainer(page);
    await playOnGpu(page);
    await tellGpu(page, 'destroy');
    await expect(
      page.getByText(/The GPU was lost at step \d+\. The processor goes on from step \d+\./),
    ).toBeVisible();
    await expect.poll(async () => (await engineOf(page)).executor).toBe('wasm');
    const again = page.getByRole('button', { name: 'Train on it again' });
    await expect(again).toBeVisible();
    await expect(page.getByText(/The GPU was lost at step \d+\. .*The GPU is there again\./)).toBeVisible();
    await goesOn(page);
    await again.click();
    await expect.poll(async () => (await engineOf(page)).executor).toBe('webgpu');
    const at = await stepOf(page);
    await page.evaluate(() => window.lab.step(10));
    expect(await stepOf(page)).toBe(at + 10);
    expect((await eventsOf(page)).map(({ value }) => value)).toEqual(['wasm', 'webgpu']);
  });
});

test('an adapter that is gone is not offered before it is back', async ({ baseURL }) => {
  await withBrowser(baseURL, async (page) => {
    await beforeTrainer(page);
    await playOnGpu(page);
    await tellGpu(page, 'hide', 'destroy');
    await goesOn(page);
    const again = page.getByRole('button', { name: 'Train on it again' });
    expect(await again.count()).toBe(0);
    await tellGpu(page, 'show');
    await expect(again).toBeVisible();
  });
});

test('a GPU process that dies leaves the run on the processor', async ({ baseURL }) => {
  await withBrowser(baseURL, async (page, browser) => {
    await playOnGpu(page);
    const cdp = await browser.newBrowserCDPSession();
    await cdp.send('Browser.crashGpuProcess').catch(() => undefined);
    await goesOn(page);
    await expect(page.getByText(/The GPU was lost at step/)).toBeVisible();
  });
});

test('a worker that is killed while a GPU trains goes on on the processor', async ({ baseURL }) => {
  await withBrowser(baseURL, async (page) => {
    await playOnGpu(page);
    await page.workers()[0]?.evaluate(() => {
      self.close();
    });
    await expect(page.getByText(/The trainer stopped without a word at step/)).toBeVisible();
    await goesOn(page);
  });
});

test('a worker that dies again and again is given up, and everything can still be exported', async ({
  page,
}) => {
  await openLab(page);
  await page.evaluate(async (small) => {
    await window.lab.load({ preset: 'sufficient', executor: 'oracle' });
    await window.lab.set(small);
    await window.lab.step(20);
  }, SMALL);
  for (let i = 0; i < 4; i++) {
    const worker = page.workers().at(-1);
    const closed = worker?.waitForEvent('close');
    await worker?.evaluate(() => {
      self.close();
    });
    await closed;
    if (i < 3) {
      await expect(page.getByText(/The trainer stopped without a word at step 20\./)).toBeVisible();
      // Another one answers.
      expect((await page.evaluate(() => window.lab.samples(1))).length).toBe(1);
    }
  }
  await expect(page.getByText(/The trainer stopped: the browser ended its worker/).first()).toBeVisible();
  const json = await page.evaluate(() => window.lab.export('json'));
  expect(JSON.parse(json)).toMatchObject({ run: { preset: 'sufficient' } });
});
