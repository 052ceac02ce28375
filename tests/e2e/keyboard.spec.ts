import { expect, test, type Locator, type Page } from '@playwright/test';
import { openLab, SMALL } from './lab.ts';

/** Presses Tab until it stands on the control; fails where it cannot be reached so. */
async function tabTo(page: Page, control: Locator, most = 120): Promise<void> {
  for (let i = 0; i < most; i++) {
    if (await control.evaluate((element) => element === document.activeElement).catch(() => false)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${String(control)}.`);
}

const button = (page: Page, name: string | RegExp): Locator =>
  page.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name });
const step = (page: Page): Promise<number> => page.evaluate(() => window.lab.metrics().step);

test.beforeEach(async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await openLab(page);
  await page.evaluate(async (small) => {
    await window.lab.load({ preset: 'before', executor: 'oracle' });
    await window.lab.set(small);
  }, SMALL);
});

test('the run is played, paused, stepped, reset and bent from the keyboard', async ({ page }) => {
  await tabTo(page, button(page, 'Play'));
  await page.keyboard.press('Enter');
  await expect(button(page, 'Pause')).toBeFocused();
  await expect.poll(() => step(page)).toBeGreaterThan(0);
  await page.keyboard.press('Space');
  await expect(button(page, 'Play')).toBeFocused();

  const at = await page.evaluate(async () => {
    await window.lab.pause();
    return window.lab.metrics().step;
  });
  await tabTo(page, button(page, 'One step'));
  await page.keyboard.press('Enter');
  await expect.poll(() => step(page)).toBe(at + 1);
  await expect(button(page, 'One step')).toBeFocused();

  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Shift+Tab');
  await expect(button(page, /^Reset to step 0/)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect.poll(() => step(page)).toBe(0);
  await expect(button(page, /^Reset to step 0/)).toBeFocused();

  // At step 0 a preset is a new run: its button keeps the focus while that is made.
  const sufficient = button(page, 'Sufficient');
  await sufficient.focus();
  await page.keyboard.press('Enter');
  await expect(sufficient).toHaveAttribute('aria-pressed', 'true');
  await expect(sufficient).toBeFocused();
});

test('a knob, what is typed into it, and what it says about itself', async ({ page }) => {
  await page.keyboard.press('k');
  await expect(page.getByRole('complementary', { name: 'Knobs' })).toBeFocused();
  const slider = page.getByRole('slider', { name: 'Temperature T' });
  await tabTo(page, slider);
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => page.evaluate(() => window.lab.config().knobs['model.temperature'])).toBe(4.1);

  const entry = page.getByRole('textbox', { name: 'Entropy weight' });
  await tabTo(page, entry);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('2.5');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.evaluate(() => window.lab.config().knobs['loss.entropy_weight'])).toBe(2.5);
  await expect(entry).toBeFocused();
  // Letters that are shortcuts elsewhere are text here.
  await page.keyboard.type('tk');
  await expect(entry).toBeFocused();
  await page.keyboard.press('Escape');

  const about = button(page, 'About Entropy weight');
  await about.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByText('How strongly a prediction is pushed up').first()).toBeVisible();
});

test('dialogs give the focus back to what opened them', async ({ page }) => {
  for (const name of ['Load…', 'Export…', 'Share…', 'Help and shortcuts']) {
    await button(page, name).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await expect(dialog).toBeVisible();
    expect(await dialog.evaluate((element) => element.contains(document.activeElement))).toBe(true);
    // What is behind the dialog cannot be reached.
    for (let i = 0; i < 6; i++) {
      await page.keyboard.press('Tab');
      const outside = await dialog.evaluate(
        (element) => document.activeElement !== document.body && !element.contains(document.activeElement),
      );
      expect(outside).toBe(false);
    }
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(button(page, name)).toBeFocused();
  }
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'How this page works' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(button(page, 'Help and shortcuts')).toBeFocused();
});

test('the executor is chosen from the keyboard, and the choice keeps the focus', async ({ page }) => {
  const badge = button(page, /^Executor/);
  await tabTo(page, badge);
  await page.keyboard.press('Enter');
  const oracle = page.getByRole('radio', { name: /Oracle/ });
  await tabTo(page, oracle);
  // From the last one on to the first.
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => page.evaluate(() => window.lab.engine().backend)).toBe('wasm');
  await expect(page.getByRole('radio', { name: /^WASM/ })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(badge).toBeFocused();
});

test('theme, maps and skip links', async ({ page }) => {
  await page.keyboard.press('t');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await page.keyboard.press('t');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.keyboard.press('m');
  await expect(page.getByRole('region', { name: 'Maps', exact: true })).toBeFocused();

  await page.reload();
  await page.evaluate(() => window.lab.ready());
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to the knobs' });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('complementary', { name: 'Knobs' })).toBeFocused();
  // The address is the run's.
  expect(new URL(page.url()).hash).toMatch(/^(#v=1&.*)?$/);
});

test('Tab goes through the whole page, in order and around', async ({ page }) => {
  test.slow();
  const areas: string[] = [];
  for (let i = 0; i < 250; i++) {
    await page.keyboard.press('Tab');
    const area = await page.evaluate(() => {
      const at = document.activeElement;
      if (!at || at === document.body) return 'end';
      const around = at.closest('.skips, header, .bar, aside.knobs, .now, .stage, .curves');
      return (
        around?.className.split(' ').find((name) => !name.startsWith('svelte')) ??
        around?.localName ??
        'elsewhere'
      );
    });
    if (area === 'end') break;
    if (areas.at(-1) !== area) areas.push(area);
  }
  expect(areas.slice(0, 4)).toEqual(['skips', 'header', 'bar', 'knobs']);
  expect(areas).not.toContain('elsewhere');
  for (const area of ['now', 'stage', 'curves']) expect(areas.indexOf(area)).toBeGreaterThan(3);
});
