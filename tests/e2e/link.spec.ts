import { expect, test, type Page } from '@playwright/test';
import { openLab, SMALL } from './lab.ts';

interface Record_ {
  series: Record<string, number[]>;
  parameters: number[];
}
const record = (page: Page): Promise<Record_> =>
  page.evaluate(async () => ({
    series: window.lab.series(),
    parameters: [...(await window.lab.parameters())],
  }));

test('a run with ten moved knobs, shared with its log, gives the same curve bit by bit elsewhere', async ({
  page,
  browser,
  baseURL,
}) => {
  await openLab(page);
  const link = await page.evaluate(async (small) => {
    const { lab } = window;
    await lab.load({ preset: 'before', seed: 7, executor: 'tfjs:cpu' });
    await lab.set(small);
    const moves: Record<string, number | boolean | string>[] = [
      { 'model.temperature': 2 },
      { 'model.logit_norm': 3.7 },
      { 'loss.entropy_weight': 1.25 },
      { 'loss.min_entropy': 0.9 },
      { 'loss.maxsup_form': 'centered' },
      { 'loss.maxsup_weight': 0.033 },
      { 'loss.label_smoothing': 0.05 },
      { 'training.learning_rate': 0.01 },
      { 'training.optimizer': 'adamw' },
      { 'model.use_logit_norm': false },
    ];
    for (const move of moves) {
      await lab.step(4);
      await lab.set(move);
    }
    await lab.step(10);
    return lab.share({ log: true });
  }, SMALL);
  expect(link).toContain('#v=1&lab=service-mix&preset=before&seed=7');
  expect(link).toContain('40~model.use_logit_norm:false');
  const first = await record(page);

  const context = await browser.newContext({ reducedMotion: 'reduce', ...(baseURL && { baseURL }) });
  const other = await context.newPage();
  await other.goto(link);
  await other.evaluate(async () => {
    await window.lab.ready();
    await window.lab.step(50);
  });
  expect(await record(other)).toEqual(first);
  expect(await other.evaluate(() => window.lab.problems())).toEqual([]);
  // What is replayed stays in the address, until a hand takes over.
  expect(other.url()).toBe(link);
  await other.evaluate(() => window.lab.set({ 'training.learning_rate': 0.002 }));
  await expect.poll(() => other.url()).not.toContain('log=');
  expect(new URL(other.url()).hash).toContain('training.learning_rate=0.002');
  await context.close();
});

test('the settings stand in the address, and a reload brings them back', async ({ page }) => {
  await openLab(page);
  expect(new URL(page.url()).hash).toBe('');
  await page.evaluate(async () => {
    await window.lab.load({ preset: 'before', seed: 3, executor: 'oracle' });
    await window.lab.step(2);
    await window.lab.set({ 'model.temperature': 2.5 });
  });
  await expect.poll(() => new URL(page.url()).hash).toContain('seed=3&model.temperature=2.5');
  await page.reload();
  await page.evaluate(() => window.lab.ready());
  const { preset, seed, knobs } = await page.evaluate(() => window.lab.config());
  expect({ preset, seed, T: knobs['model.temperature'] }).toEqual({ preset: 'before', seed: 3, T: 2.5 });
});

test('a link that is partly wrong opens what is right, and names the rest', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('./#v=1&preset=before&model.temperature=0&loss.foo=1&seed=5');
  await page.evaluate(() => window.lab.ready());
  await expect(page.getByText(/model\.temperature must be a number from 0\.05 to 10/)).toBeVisible();
  await expect(page.getByText(/loss\.foo is not a knob/)).toBeVisible();
  expect(await page.evaluate(() => window.lab.config().seed)).toBe(5);
});

test('what is wrong with a link is known as soon as the lab is ready', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('./#v=1&preset=before&model.temperature=0&loss.foo=1&seed=5');
  const problems = await page.evaluate(async () => {
    await window.lab.ready();
    return window.lab.problems().map(({ key }) => key);
  });
  expect(problems.sort()).toEqual(['loss.foo', 'model.temperature']);
});

test('a link whose run cannot be made leaves the run as it ships, and says why', async ({ page }) => {
  // The data that the link asks for cannot be read.
  await page.route('**/places.json', (route) => route.abort());
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('./#v=1&preset=before&seed=5&data.source=places');
  const { engine, problems, seed } = await page.evaluate(async () => ({
    engine: await window.lab.ready(),
    problems: window.lab.problems().map(({ text }) => text),
    seed: window.lab.config().seed,
  }));
  expect({ executor: engine.executor, seed }).toEqual({ executor: 'wasm', seed: 0 });
  expect(problems).toEqual([expect.stringMatching(/^The run of the link could not be opened\. \w/)]);
});

test('a link whose executor cannot be had opens on another one, and says so', async ({ page }) => {
  await page.route('**/tfjs-*.js', (route) => route.abort());
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('./#v=1&preset=before&seed=5&executor=tfjs:cpu');
  const { engine, seed, log } = await page.evaluate(async () => ({
    engine: await window.lab.ready(),
    seed: window.lab.config().seed,
    log: await window.lab.log(),
  }));
  expect({ executor: engine.executor, seed, first: log.executor }).toEqual({
    executor: 'wasm',
    seed: 5,
    first: 'wasm',
  });
  await expect(page.getByText(/The run asks for the executor tfjs:cpu at step 0/)).toBeVisible();
});

test('markup in a link is text', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto(`./#v=1&preset=before&${encodeURIComponent('<img src=x onerror=alert(1)>')}=1`);
  await page.evaluate(() => window.lab.ready());
  await expect(page.getByText('<img src=x onerror=alert(1)> is not a knob of Service mix.')).toBeVisible();
  expect(await page.locator('img[src=x]').count()).toBe(0);
});

test('a link that is put into the address of an open page is opened', async ({ page }) => {
  await openLab(page);
  await page.evaluate(() => {
    location.hash = '#v=1&preset=sufficient&seed=11';
  });
  await expect.poll(() => page.evaluate(() => window.lab.config().seed)).toBe(11);
  expect(await page.evaluate(() => window.lab.config().preset)).toBe('sufficient');
});

test('the dialog gives the link with and without what was changed', async ({ page }) => {
  await openLab(page);
  await page.evaluate(async (small) => {
    await window.lab.load({ preset: 'before', executor: 'oracle' });
    await window.lab.set(small);
    await window.lab.step(3);
    await window.lab.set({ 'model.temperature': 1 });
  }, SMALL);
  await page.getByRole('button', { name: 'Share…' }).click();
  const field = page.getByRole('textbox', { name: 'Link of the run' });
  await expect(field).toHaveValue(/model\.temperature=1/);
  await expect(field).not.toHaveValue(/log=/);
  await page.getByRole('radio', { name: /The run with all that was changed/ }).check();
  await expect(field).toHaveValue(/executor=oracle&log=3~model\.temperature:1$/);
});
