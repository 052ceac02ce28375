import { chromium, expect, test } from '@playwright/test';
import { launchOptions } from '../chromium.ts';
import { openLab, SMALL } from './lab.ts';

test('a worker that cannot be loaded is explained, and commands reject instead of waiting', async ({
  page,
}) => {
  await page.route('**/trainer-*.js', (route) => route.abort());
  await page.goto('./');
  await expect(page.getByText(/trainer could not start/).first()).toBeVisible();
  const said = await page.evaluate(() =>
    window.lab.load({ preset: 'before' }).then(
      () => '',
      (error: unknown) => String(error),
    ),
  );
  expect(said).toContain('The trainer could not start');
});

test('raw MaxSup without LogitNorm is stopped, marked and named; reset gives a working run', async ({
  page,
}) => {
  await openLab(page);
  const { stopped, later, after } = await page.evaluate(async () => {
    await window.lab.load({ preset: 'sufficient', executor: 'oracle' });
    await window.lab.set({ 'loss.maxsup_weight': 0.5, 'loss.maxsup_form': 'raw' });
    const stopped = await window.lab.step(1000);
    const later = await window.lab.step(10);
    await window.lab.set({ 'loss.maxsup_form': 'centered' });
    await window.lab.reset();
    return { stopped, later, after: await window.lab.step(10) };
  });
  expect(stopped.status).toBe('diverged');
  expect(stopped.step).toBeLessThan(1000);
  expect(later.step).toBe(stopped.step);
  expect(after).toMatchObject({ status: 'ok', step: 10 });
});

test('the page says which term made a run diverge', async ({ page }) => {
  await openLab(page);
  await page.evaluate(async () => {
    await window.lab.load({ preset: 'sufficient', executor: 'oracle' });
    await window.lab.set({ 'loss.maxsup_weight': 0.5, 'loss.maxsup_form': 'raw' });
    await window.lab.step(1000);
  });
  await expect(page.getByText(/MaxSup.*no lower bound without LogitNorm/).first()).toBeVisible();
});

test('a learning rate of 10 ends in a finite run or in a sentence, never in a frozen page', async ({
  page,
}) => {
  await openLab(page);
  const metrics = await page.evaluate(async (small) => {
    await window.lab.load({ preset: 'sufficient', executor: 'oracle' });
    await window.lab.set({ ...small, 'training.learning_rate': 10 });
    return window.lab.step(300);
  }, SMALL);
  expect(metrics.status).toBe('diverged');
  await expect(page.getByText(/learning rate, now 10/).first()).toBeVisible();
});

test('when the GPU process dies, the run goes on from its last checkpoint on the processor', async ({
  baseURL,
}) => {
  // A browser of its own: after a crash of its GPU process the next tests would meet a browser without WebGPU.
  const browser = await chromium.launch(launchOptions);
  try {
    const page = await browser.newPage(baseURL === undefined ? {} : { baseURL });
    await openLab(page);
    await page.evaluate(async (small) => {
      await window.lab.load({ preset: 'sufficient', executor: 'tfjs:webgpu' });
      await window.lab.set(small);
      await window.lab.step(5);
    }, SMALL);
    expect(await page.evaluate(() => window.lab.engine().backend)).toBe('webgpu');
    const cdp = await browser.newBrowserCDPSession();
    await cdp.send('Browser.crashGpuProcess').catch(() => undefined);
    const { metrics, engine, log, series } = await page.evaluate(async () => {
      const metrics = await window.lab.step(20);
      return {
        metrics,
        engine: window.lab.engine(),
        log: await window.lab.log(),
        series: window.lab.series(),
      };
    });
    expect(engine.backend).toBe('wasm');
    expect(metrics.status).toBe('ok');
    expect(metrics.step).toBeGreaterThanOrEqual(20);
    expect(log.events.map(({ key, value }) => `${key} ${String(value)}`)).toContain('executor wasm');
    const steps = series['step'] ?? [];
    expect([...steps].sort((a, b) => a - b)).toEqual(steps);
    await expect(page.getByText(/GPU was lost at step/).first()).toBeVisible();
  } finally {
    await browser.close();
  }
});

test('a browser without module workers is told so', async ({ page }) => {
  await page.addInitScript(() => {
    Reflect.deleteProperty(window, 'Worker');
  });
  await page.goto('./');
  await expect(page.getByText(/browser/i).first()).toBeVisible();
});
