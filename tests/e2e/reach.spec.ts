import { expect, test, type Page } from '@playwright/test';
import { openLab } from './lab.ts';

/** Mean OKLCH chroma of the pixels of a map, by the name of its picture. */
function chromaOf(page: Page, name: RegExp): Promise<number> {
  return page
    .locator('.map')
    .filter({ has: page.locator('canvas') })
    .and(page.locator(`[aria-label*="${name.source}"]`))
    .locator('canvas')
    .evaluate((canvas: HTMLCanvasElement) => {
      const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data;
      if (!pixels) throw new Error('The map has no pixels.');
      const linear = Float64Array.from({ length: 256 }, (_, i) => {
        const c = i / 255;
        return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
      });
      let [sum, count] = [0, 0];
      for (let i = 0; i < pixels.length; i += 4) {
        if (pixels[i + 3] !== 255) continue;
        const [r, g, b] = [0, 1, 2].map((c) => linear[pixels[i + c] ?? 0] ?? 0) as [number, number, number];
        const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
        const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
        const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
        sum += Math.hypot(
          1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
          0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
        );
        count++;
      }
      return sum / count;
    });
}
const truth = (page: Page): Promise<number> => chromaOf(page, /what is true/);
const model = (page: Page): Promise<number> => chromaOf(page, /what the model says/);
/** How colourful the model's map is, in shares of the true one. */
const share = async (page: Page): Promise<number> => (await model(page)) / (await truth(page));

async function collapse(page: Page, rest: Record<string, number> = {}): Promise<void> {
  await page.evaluate(async (knobs) => {
    await window.lab.load({ preset: 'before', executor: 'wasm' });
    await window.lab.set(knobs);
    await window.lab.step(60);
  }, rest);
  await expect(page.getByText('the same flat mix everywhere')).toBeVisible();
  await expect.poll(() => truth(page)).toBeGreaterThan(0.05);
  await expect.poll(() => model(page)).toBeLessThan(0.02);
}

/** Drags the handle by the mouse to a share of its axis. */
async function dragTo(page: Page, position: number): Promise<void> {
  const handle = page.getByRole('slider', { name: /^Reach/ });
  const box = await handle.boundingBox();
  if (!box) throw new Error('The handle has no box.');
  const now = Number(await handle.inputValue());
  const at = (p: number): [number, number] => [box.x + 9 + p * (box.width - 18), box.y + 44];
  await page.mouse.move(...at(now));
  await page.mouse.down();
  await page.mouse.move(...at(position), { steps: 8 });
  await page.mouse.up();
}

test.beforeEach(async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await openLab(page);
});

test('dragging the reach brings the colour back where nothing else holds the model', async ({ page }) => {
  await collapse(page, { 'loss.entropy_weight': 0, 'loss.maxsup_weight': 0 });
  await dragTo(page, 0.75);
  expect(await page.evaluate(() => window.lab.reach().reach)).toBeGreaterThan(8);
  await page.evaluate(() => window.lab.step(150));
  await expect.poll(() => share(page)).toBeGreaterThan(0.8);
  await expect(page.getByText('as varied as the truth')).toBeVisible();
  await expect(page.getByText(/^At step 60 the reach went from 0\.25 to/)).toBeVisible();
});

test('with the field note’s regularizers the reach brings half of it back, and the page names and ends the rest', async ({
  page,
}) => {
  await collapse(page);
  await dragTo(page, 0.75);
  // At once, with the weights as they are: the network knew.
  await expect.poll(() => share(page)).toBeGreaterThan(0.8);
  await page.evaluate(() => window.lab.step(120));
  // Now the entropy hinge and MaxSup act: they hold mean entropy near 1.6 nats, where the truth has 1.1.
  await expect(page.getByRole('heading', { name: 'Paler than the truth.' })).toBeVisible();
  await expect.poll(() => share(page)).toBeLessThan(0.6);
  expect(await share(page)).toBeGreaterThan(0.3);
  await page.getByRole('button', { name: 'Switch both off' }).click();
  await expect.poll(() => share(page), { timeout: 30_000 }).toBeGreaterThan(0.8);
  const { knobs } = await page.evaluate(() => window.lab.config());
  expect(knobs).toMatchObject({ 'loss.entropy_weight': 0, 'loss.maxsup_weight': 0 });
});

test('the handle by keyboard, from the collapse to no limit', async ({ page }) => {
  await collapse(page, { 'loss.entropy_weight': 0, 'loss.maxsup_weight': 0 });
  await page.getByRole('slider', { name: /^Reach/ }).focus();
  await page.keyboard.press('End');
  await expect.poll(() => page.evaluate(() => window.lab.config().knobs['model.use_logit_norm'])).toBe(false);
  await page.evaluate(() => window.lab.step(60));
  await expect.poll(() => share(page)).toBeGreaterThan(0.8);
});
