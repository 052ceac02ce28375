import { expect, test, type Page } from '@playwright/test';
import { openLab } from './lab.ts';

/*
 * Calm components as pictures: one seed, the oracle, nothing that moves. Words are left out and sizes are set, so that the
 * fonts of a machine do not matter. `npx playwright test pictures --update-snapshots` draws them anew; look at them then.
 */

const CALM = `
  svg text { visibility: hidden !important; }
  .map { width: 240px !important; height: 240px !important; flex: none !important; }
  .bars { width: 640px !important; height: 136px !important; right: auto !important; }
  .scale .bar { width: 480px !important; }
  .reach .handle { width: 280px !important; }
  figure .picture { width: 320px !important; height: 150px !important; }
`;
/** Antialiasing differs between versions of a browser. */
const LIKE = { maxDiffPixelRatio: 0.02 };

async function calm(page: Page, preset: string, steps: number): Promise<void> {
  await page.evaluate(
    async ({ preset, steps, css }) => {
      // The page's policy lets no other styles in.
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      document.adoptedStyleSheets.push(sheet);
      await window.lab.load({ preset, seed: 0, executor: 'oracle' });
      await window.lab.step(steps);
    },
    { preset, steps, css: CALM },
  );
  await expect(page.locator('.map canvas').first()).toHaveCSS('width', '240px');
}

for (const colorScheme of ['light', 'dark'] as const)
  test(`maps, bars, histogram and curve look as they did, ${colorScheme}`, async ({ page }) => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await openLab(page);

    await calm(page, 'before', 40);
    await expect(page.getByText('the same flat mix everywhere')).toBeVisible();
    const [truth, model] = [page.locator('.map canvas').first(), page.locator('.map canvas').nth(1)];
    await expect(truth).toHaveScreenshot(`truth-${colorScheme}.png`, LIKE);
    await expect(model).toHaveScreenshot(`collapsed-${colorScheme}.png`, LIKE);
    await expect(page.locator('.bars canvas')).toHaveScreenshot(`bars-${colorScheme}.png`, LIKE);
    await expect(page.locator('.scale .bar')).toHaveScreenshot(`scale-${colorScheme}.png`, LIKE);
    await expect(page.locator('.reach .handle svg').first()).toHaveScreenshot(
      `reach-${colorScheme}.png`,
      LIKE,
    );
    await expect(page.locator('figure .picture canvas').first()).toHaveScreenshot(
      `kl-${colorScheme}.png`,
      LIKE,
    );

    await calm(page, 'sufficient', 100);
    await expect(page.getByText('the same flat mix everywhere')).toBeHidden();
    await expect(model).toHaveScreenshot(`learned-${colorScheme}.png`, LIKE);
  });
