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
  // The buttons of a bar are one stop of Tab.
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect.poll(() => step(page)).toBe(at + 1);
  await expect(button(page, 'One step')).toBeFocused();

  await page.keyboard.press('Home');
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
  await tabTo(page, page.getByRole('slider', { name: 'Entropy weight' }));
  await page.keyboard.press('Enter');
  await expect(entry).toBeFocused();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('2.5');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.evaluate(() => window.lab.config().knobs['loss.entropy_weight'])).toBe(2.5);
  await expect(entry).toBeFocused();
  // Letters that are shortcuts elsewhere are text here.
  await page.keyboard.type('tk');
  await expect(entry).toBeFocused();
  await page.keyboard.press('Escape');

  await page.keyboard.press('F1');
  const said = page.getByText('How strongly a prediction is pushed up').first();
  await expect(said).toBeVisible();
  await page.keyboard.press('F1');
  await expect(said).toBeHidden();
});

test('dialogs give the focus back to what opened them', async ({ page }) => {
  for (const [opener, name] of [
    ['File', 'Load…'],
    ['File', 'Export…'],
    ['Share…', ''],
    ['Settings', 'Help and shortcuts'],
  ] as const) {
    await button(page, opener).focus();
    await page.keyboard.press('Enter');
    if (name) {
      await button(page, name).focus();
      await page.keyboard.press('Enter');
    }
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
    await expect(button(page, opener)).toBeFocused();
  }
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'How this page works' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(button(page, 'Settings')).toBeFocused();
});

test('the executor is chosen from the keyboard, and the choice keeps the focus', async ({ page }) => {
  const badge = button(page, /^Executor/);
  await tabTo(page, button(page, /^Lab: /));
  await page.keyboard.press('ArrowRight');
  await expect(badge).toBeFocused();
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
  for (let i = 0; i < 4; i++) await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to the knobs' });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('complementary', { name: 'Knobs' })).toBeFocused();
  // The address is the run's.
  expect(new URL(page.url()).hash).toMatch(/^(#v=1&.*)?$/);
});

test('keys and skip links go to each part of the page, and K from group to group of the knobs', async ({
  page,
}) => {
  const parts = {
    s: page.locator('#sentence'),
    m: page.getByRole('region', { name: 'Maps', exact: true }),
    c: page.getByRole('region', { name: 'Curves', exact: true }),
    k: page.getByRole('complementary', { name: 'Knobs' }),
  };
  for (const [key, part] of Object.entries(parts)) {
    await page.keyboard.press(key);
    await expect(part).toBeFocused();
  }
  const groups = parts.k.locator('.group');
  const count = await groups.count();
  expect(count).toBeGreaterThan(2);
  for (let i = 0; i <= count; i++) {
    await page.keyboard.press('k');
    await expect(groups.nth(i % count)).toBeFocused();
  }
  for (const name of ['sentence', 'maps', 'curves', 'knobs']) {
    await page.getByRole('link', { name: `Skip to the ${name}` }).focus();
    await page.keyboard.press('Enter');
    await expect(parts[name[0] as keyof typeof parts]).toBeFocused();
  }
});

test('a menu opens with the arrow key, and its items are one stop of Tab', async ({ page }) => {
  const file = button(page, 'File');
  await file.focus();
  await page.keyboard.press('Enter');
  await expect(button(page, 'Runs…')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(button(page, 'Runs…')).toBeHidden();
  await expect(file).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(button(page, 'Runs…')).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(button(page, 'Export…')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(file).toBeFocused();
});

test('Tab goes through the whole page, in order and around, and comes soon to what is used most', async ({
  page,
}) => {
  test.slow();
  await page.evaluate(() => window.lab.step(40));
  await expect(button(page, 'Bring the colour back')).toBeVisible();
  const stops: { area: string; name: string }[] = [];
  for (let i = 0; i < 250; i++) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const at = document.activeElement;
      if (!at || at === document.body) return undefined;
      const around = at.closest('.skips, header, .bar, aside.knobs, .now, .stage, .curves');
      const area =
        around?.className.split(' ').find((name) => !name.startsWith('svelte')) ??
        around?.localName ??
        'elsewhere';
      return { area, name: at.getAttribute('aria-label') ?? at.textContent.trim() };
    });
    if (!stop) break;
    stops.push(stop);
  }
  const areas = stops.map(({ area }) => area).filter((area, i, all) => area !== all[i - 1]);
  expect(areas.map((area) => (area.startsWith('svelte') ? 'header' : area))).toEqual([
    'skips',
    'header',
    'bar',
    'now',
    'stage',
    'curves',
    'knobs',
  ]);
  // After the four skip links: the bar at the top, the settings, the run, and what the sentence offers.
  const at = (name: string): number => stops.findIndex((stop) => stop.name === name) - 4;
  expect(at('Play')).toBeLessThanOrEqual(3);
  expect(at('Bring the colour back')).toBeLessThanOrEqual(12);
  expect(stops.length).toBeLessThan(90);
});
