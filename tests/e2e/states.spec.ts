import { expect, test } from '@playwright/test';
import { fromMenu, openLab } from './lab.ts';
import { tellStory } from './story.ts';

test('before the first frame the shell stands, and says why its controls wait', async ({ page }) => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/trainer-*.js', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto('./');
  const bar = page.getByRole('region', { name: 'Run controls' });
  await expect(bar.getByText('The trainer is loading.')).toBeVisible();
  for (const name of ['Play', 'One step', 'Before'])
    await expect(page.getByRole('button', { name, exact: true })).toBeDisabled();
  await expect(page.getByRole('button', { name: 'Executor: loading' })).toBeVisible();
  release();
  await page.evaluate(() => window.lab.ready());
  await expect(bar.getByText('The trainer is loading.')).toBeHidden();
});

test('a part of the page that does not load says so, and loads when tried again', async ({ page }) => {
  let broken = true;
  await page.route('**/assets/page-service-mix-*.js', (route) => (broken ? route.abort() : route.continue()));
  await openLab(page);
  await expect(page.getByText('The picture could not be loaded.')).toBeVisible();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByText(/It failed again/)).toBeVisible();
  broken = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByText('What the model says')).toBeVisible();
  await expect(page.getByText('The picture could not be loaded.')).toBeHidden();
});

test('a dialog that does not load says so, and opens when asked again', async ({ page }) => {
  let broken = true;
  await page.route('**/assets/HelpDialog-*.js', (route) => (broken ? route.abort() : route.continue()));
  await openLab(page);
  await fromMenu(page, 'Settings', 'Help and shortcuts');
  await expect(page.getByText(/could not be loaded. Check the connection/)).toBeVisible();
  broken = false;
  await fromMenu(page, 'Settings', 'Help and shortcuts');
  await expect(page.getByRole('dialog')).toBeVisible();
});

test('when the trainer dies and no other comes to life, the configuration and the record can still be saved', async ({
  page,
}) => {
  await page.addInitScript(() => {
    const Real = window.Worker;
    window.Worker = class extends Real {
      constructor(...given: ConstructorParameters<typeof Worker>) {
        super(...given);
        const { trainer } = window as unknown as { trainer?: Worker };
        // One that takes the place of the first dies at once.
        if (trainer) queueMicrotask(() => this.dispatchEvent(new ErrorEvent('error')));
        else (window as unknown as { trainer: Worker }).trainer = this;
      }
    };
  });
  await openLab(page);
  await page.evaluate(async () => {
    await window.lab.load({ preset: 'before', seed: 4, executor: 'oracle' });
    await window.lab.set({ 'model.temperature': 2.5 });
    await window.lab.step(3);
    (window as unknown as { trainer: Worker }).trainer.dispatchEvent(
      new ErrorEvent('error', { message: 'out of memory' }),
    );
  });
  await expect(page.getByRole('heading', { name: 'The trainer is gone.' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Reload the page' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeDisabled();
  await fromMenu(page, 'File', 'Export…');
  await expect(page.getByRole('button', { name: /Download The whole run/ })).toBeEnabled();
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: /Download Configuration/ }).click();
  expect((await saved).suggestedFilename()).toBe('service-mix-before-seed4.yaml');
  const [yaml, csv, json] = await page.evaluate(() =>
    Promise.all([window.lab.export('yaml'), window.lab.export('csv'), window.lab.export('json')]),
  );
  expect(JSON.parse(json)).toMatchObject({
    run: { preset: 'before', seed: 4, executor: 'oracle', knobs: { 'model.temperature': 2.5 } },
  });
  expect(yaml).toContain('temperature: 2.5');
  expect(csv.trim().split('\n').length).toBeGreaterThan(1);
});

test('without a run there is nothing to export, and the dialog says so', async ({ page }) => {
  await page.route('**/trainer-*.js', (route) => route.abort());
  await page.goto('./');
  await expect(page.getByRole('heading', { name: 'The trainer is gone.' })).toBeVisible();
  await fromMenu(page, 'File', 'Export…');
  await expect(page.getByText(/nothing to export/).first()).toBeVisible();
});

test('a browser that lacks something is told what', async ({ page }) => {
  await page.addInitScript(() => {
    Reflect.deleteProperty(HTMLElement.prototype, 'popover');
  });
  await page.goto('./');
  await expect(page.getByText('This browser has no popovers, so that the lab cannot run.')).toBeVisible();
  await expect(page.getByText(/Chrome or Edge from/)).toBeVisible();
});

test('a browser without WebGPU trains, and says why it has no GPU to choose', async ({ page }) => {
  await page.addInitScript(() => {
    Reflect.deleteProperty(Navigator.prototype, 'gpu');
  });
  await openLab(page);
  await page.getByRole('button', { name: /^Executor/ }).click();
  for (const name of [/^WebGPU/, /tfjs, WebGPU/]) {
    const choice = page.getByRole('radio', { name });
    await expect(choice).toBeDisabled();
    await expect(page.locator('label', { has: choice })).toContainText('This browser has no WebGPU');
  }
  expect(await page.evaluate(async () => (await window.lab.step(1)).step)).toBe(1);
});

for (const colorScheme of ['light', 'dark'] as const)
  test(`without JavaScript the page says so, ${colorScheme}`, async ({ browser, baseURL }) => {
    const context = await browser.newContext({
      javaScriptEnabled: false,
      colorScheme,
      ...(baseURL !== undefined && { baseURL }),
    });
    const page = await context.newPage();
    await page.goto('./');
    await expect(page.getByText(/It needs JavaScript/)).toBeVisible();
    await context.close();
  });

test('the hint waits for the end of the story, leaves with one press, and does not come again', async ({
  page,
}) => {
  await openLab(page);
  const hint = page.getByRole('complementary', { name: 'Hint' });
  await expect(hint).toBeHidden();
  await tellStory(page);
  await expect(hint).toBeVisible();
  // It blocks nothing: what it points at can be used.
  const covered = await page.getByRole('region', { name: 'Reach', exact: true }).evaluate((element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return element.contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2));
  });
  expect(covered).toBe(true);
  await page.getByRole('button', { name: 'Dismiss the hint' }).click();
  await expect(hint).toBeHidden();
  await page.reload();
  await page.evaluate(() => window.lab.ready());
  await tellStory(page);
  await expect(page.getByRole('button', { name: 'Bring the colour back' })).toBeVisible();
  await expect(hint).toBeHidden();
});

test('a lab that cannot be fetched is named, and nothing waits for it', async ({ page }) => {
  await page.route('**/assets/lab-service-mix-*.js', (route) => route.abort());
  await page.goto('./');
  await expect(page.getByText('The lab Service mix could not be loaded. Check the connection')).toBeVisible();
  for (const answer of [page.evaluate(() => window.lab.ready()), page.evaluate(() => window.lab.load())])
    await expect(answer).rejects.toThrow('could not be loaded');
});
