import { expect, test, type Page } from '@playwright/test';
import { openLab, SMALL } from './lab.ts';

declare global {
  interface Window {
    /** When the page said that it had drawn a frame, in ms. */
    answers: number[];
  }
}

async function watchAnswers(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.answers = [];
    const port = MessagePort.prototype as unknown as { postMessage: (message: unknown) => void };
    const post = port.postMessage;
    port.postMessage = function (this: MessagePort, message: unknown, ...rest: unknown[]) {
      if ((message as { kind?: string } | null)?.kind === 'drawn') window.answers.push(performance.now());
      post.call(this, message, ...(rest as []));
    };
  });
}

/** Times between answers while the run plays; the first two may belong to frames of the pause before. */
async function gaps(page: Page, count: number): Promise<number[]> {
  return page.evaluate(async (wanted) => {
    const from = window.answers.length + 2;
    window.lab.play();
    while (window.answers.length <= from + wanted) await new Promise(requestAnimationFrame);
    await window.lab.pause();
    return window.answers
      .slice(from, from + wanted)
      .map((at, i) => (window.answers[from + i + 1] ?? NaN) - at);
  }, count);
}

test('with less motion the page asks for two frames a second, and as soon as that ends for more', async ({
  page,
}) => {
  await watchAnswers(page);
  await openLab(page);
  await page.evaluate(async (small) => {
    await window.lab.load({ preset: 'before', executor: 'oracle' });
    await window.lab.set(small);
  }, SMALL);
  // Two frames come for each answer.
  for (const gap of await gaps(page, 2)) expect(gap).toBeGreaterThan(950);
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  expect(Math.min(...(await gaps(page, 6)))).toBeLessThan(950);
});

test('what a command changes is shown at once, whatever the pace of frames', async ({ page }) => {
  await openLab(page);
  await page.evaluate(async (small) => {
    await window.lab.load({ preset: 'before', executor: 'oracle' });
    await window.lab.set(small);
  }, SMALL);
  const shown = await page.evaluate(async () => {
    window.lab.play();
    await window.lab.pause();
    const { step } = await window.lab.step(7);
    await new Promise(requestAnimationFrame);
    const counter = document.querySelector('.counter strong')?.textContent ?? '';
    return { step, counter: Number(counter.replace(/\D/g, '')) };
  });
  expect(shown.counter).toBe(shown.step);
});

test('nothing starts by itself; the story waits for its play button', async ({ page }) => {
  await openLab(page);
  await page.evaluate(() => window.lab.samples(1));
  expect(await page.evaluate(() => window.lab.metrics().step)).toBe(0);
  expect(await page.evaluate(() => window.lab.config().preset)).toBe('intro');
  await expect(page.getByText('Press play.')).toBeVisible();
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect.poll(() => page.evaluate(() => window.lab.metrics().step)).toBeGreaterThan(0);
});

test('a story that plays by itself stops when less motion is asked for', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  await page.goto('./');
  await expect(page.getByRole('button', { name: 'Pause', exact: true })).toBeVisible();
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
});

test('with less motion nothing fades or slides', async ({ page }) => {
  await openLab(page);
  await page.setViewportSize({ width: 390, height: 844 });
  const durations = async (): Promise<string> =>
    page.locator('.sheet').evaluate((element) => getComputedStyle(element).animationDuration);
  await page.getByRole('button', { name: 'Knobs', exact: true }).click();
  expect(await durations()).toBe('0s');
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  expect(await durations()).toBe('0.12s');
});
