import { expect, test, type Page } from '@playwright/test';
import { openLab } from './lab.ts';

const DARK = 'rgb(18, 19, 21)';
const LIGHT = 'rgb(253, 253, 251)';
const paper = (page: Page): Promise<string> =>
  page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
/** A term's colour as the page's styles have it, and as the row of its knob shows it. */
const termColor = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => {
    const row = document.querySelector('[data-knob="loss.entropy_weight"]');
    const probe = document.createElement('i');
    row?.append(probe);
    probe.style.color = 'var(--term)';
    const shown = getComputedStyle(probe).color;
    probe.remove();
    return [getComputedStyle(document.documentElement).getPropertyValue('--color-entropy'), shown];
  });
const TERM = {
  light: ['#b4530a', 'rgb(180, 83, 10)'],
  dark: ['#f0a060', 'rgb(240, 160, 96)'],
};
/** What the browser paints its own parts in, for the system's scheme of now. */
const chrome = (page: Page): Promise<string | undefined> =>
  page.evaluate(
    () =>
      [...document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]')].find(
        ({ media }) => matchMedia(media).matches,
      )?.content,
  );

async function choose(page: Page, theme: string): Promise<void> {
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByRole('radio', { name: theme }).check({ force: true });
}

test('the theme follows the system until one is chosen, and the browser’s own colours follow', async ({
  page,
}) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await openLab(page);
  expect([await paper(page), await chrome(page)]).toEqual([DARK, '#121315']);
  expect(await termColor(page)).toEqual(TERM.dark);
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  expect([await paper(page), await chrome(page)]).toEqual([LIGHT, '#fdfdfb']);
  expect(await termColor(page)).toEqual(TERM.light);

  await choose(page, 'dark');
  expect([await paper(page), await chrome(page)]).toEqual([DARK, '#121315']);
  expect(await termColor(page)).toEqual(TERM.dark);
  await page.keyboard.press('Escape');
  await choose(page, 'system');
  expect([await paper(page), await chrome(page)]).toEqual([LIGHT, '#fdfdfb']);
});

test('a chosen theme is there before the page’s script', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await page.addInitScript(() => {
    localStorage.setItem('collapse-lab.theme', 'dark');
  });
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/assets/index-*.js', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto('./', { waitUntil: 'commit' });
  await expect.poll(() => paper(page)).toBe(DARK);
  release();
  await page.evaluate(async () => {
    while (!('lab' in window)) await new Promise(requestAnimationFrame);
    await window.lab.ready();
  });
  expect(await paper(page)).toBe(DARK);
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await expect(page.getByRole('radio', { name: 'dark' })).toBeChecked();
});

test('where nothing may be stored, a theme holds for the visit', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, 'localStorage', {
      get() {
        throw new DOMException('denied', 'SecurityError');
      },
    });
  });
  await page.emulateMedia({ colorScheme: 'light' });
  await openLab(page);
  await choose(page, 'dark');
  expect(await paper(page)).toBe(DARK);
});
