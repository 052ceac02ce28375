import { expect, test, type Page } from '@playwright/test';
import { openLab, SMALL } from './lab.ts';

interface State {
  step: number;
  temperature: unknown;
  parameters: number[];
  series: Record<string, number[]>;
}
const stateOf = (page: Page): Promise<State> =>
  page.evaluate(async () => ({
    step: window.lab.metrics().step,
    temperature: window.lab.config().knobs['model.temperature'],
    parameters: [...(await window.lab.parameters())],
    series: window.lab.series(),
  }));

const prepare = (page: Page): Promise<void> =>
  page.evaluate(async (small) => {
    const { lab } = window;
    await lab.load({ preset: 'before', seed: 2, executor: 'oracle' });
    await lab.set(small);
    await lab.step(30);
    await lab.set({ 'model.temperature': 1 });
    await lab.step(30);
  }, SMALL);

test.beforeEach(async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await openLab(page);
});

test('undo and redo by keys bring a run back bit by bit, and say what they did', async ({ page }) => {
  await prepare(page);
  const after = await stateOf(page);
  await page.keyboard.press('Control+z');
  await expect(
    page.getByText(/Taken back: Temperature T? ?4 → 1\. The run is at step 30 again/),
  ).toBeVisible();
  expect(await stateOf(page)).toMatchObject({ step: 30, temperature: 4 });
  await page.keyboard.press('Control+Shift+Z');
  await expect(page.getByText(/Brought back: Temperature/)).toBeVisible();
  expect(await stateOf(page)).toEqual(after);
  await expect(page.getByRole('button', { name: 'Redo' })).toBeDisabled();
});

test('the line of time goes to any step and to each change; a change there begins another run', async ({
  page,
}) => {
  await prepare(page);
  const end = await stateOf(page);
  const line = page.getByRole('slider', { name: 'Step of the run' });
  await expect(line).toHaveValue('60');
  await line.focus();
  await line.press('Home');
  await expect.poll(async () => (await stateOf(page)).step).toBe(0);
  await line.press('End');
  await expect.poll(async () => (await stateOf(page)).step).toBe(60);
  expect(await stateOf(page)).toEqual(end);

  await page.getByRole('button', { name: '1 change' }).click();
  await page
    .getByRole('group', { name: 'Changes of this run' })
    .getByRole('button', { name: /^30 Temperature/ })
    .click();
  await expect.poll(async () => (await stateOf(page)).step).toBe(30);
  await page.keyboard.press('Escape');
  await expect(line).toHaveAttribute('aria-valuetext', 'step 30 of 60');
  await page.evaluate(async () => {
    await window.lab.set({ 'model.temperature': 2 });
    await window.lab.step(5);
  });
  await expect(line).toHaveAttribute('aria-valuetext', 'step 35 of 35');
  const log = await page.evaluate(() => window.lab.log());
  expect(log.events).toEqual([{ step: 30, key: 'model.temperature', value: 2 }]);
});

test('jump() says how far it can go', async ({ page }) => {
  await prepare(page);
  const said = await page.evaluate(() =>
    window.lab.jump(61).then(
      () => '',
      (error: unknown) => String(error),
    ),
  );
  expect(said).toContain('jump(step) needs a whole number from 0 to 60, not 61');
});

test('a worker that is killed while it trains is replaced, and at most a second of training is lost', async ({
  page,
}) => {
  await prepare(page);
  await page.evaluate(() => {
    window.lab.play();
  });
  await expect.poll(() => page.evaluate(() => window.lab.metrics().step)).toBeGreaterThan(500);
  const [worker] = page.workers();
  if (!worker) throw new Error('no worker');
  const before = await page.evaluate(() => {
    const { step } = window.lab.metrics();
    return { step, perSecond: window.lab.engine().stepsPerSecond };
  });
  await worker.evaluate(() => {
    self.close();
  });
  const notice = page.getByText(/The trainer stopped without a word at step/);
  await expect(notice).toBeVisible();
  const [, at = '', from = ''] =
    /at step (\d+)\. A new one goes on from step (\d+)\./.exec((await notice.textContent()) ?? '') ?? [];
  expect(Number(at)).toBeGreaterThanOrEqual(before.step);
  console.log(`lost ${String(Number(at) - Number(from))} steps at ${before.perSecond.toFixed(0)} steps/s`);
  // Twice as much as a second at the pace of that moment: the pace is the machine's.
  expect(Number(at) - Number(from)).toBeLessThanOrEqual(2 * before.perSecond + 50);
  // It trains on by itself, as it did.
  await expect.poll(() => page.evaluate(() => window.lab.metrics().step)).toBeGreaterThan(Number(at));
  // The same numbers as a run that nothing happened to.
  const { state, log } = await page.evaluate(async () => {
    await window.lab.pause();
    return {
      state: { step: window.lab.metrics().step, parameters: [...(await window.lab.parameters())] },
      log: await window.lab.log(),
    };
  });
  const again = await page.evaluate(
    async ({ log, step }) => {
      await window.lab.load({ log });
      await window.lab.step(step);
      return [...(await window.lab.parameters())];
    },
    { log, step: state.step },
  );
  expect(again).toEqual(state.parameters);
});
