import { expect, test, type Browser, type Page } from '@playwright/test';
import { launchOptions, withFonts } from '../chromium.ts';
import { openLab } from './lab.ts';
import { illegible } from './legible.ts';

/*
 * The page with its own fonts, with others in their place, and with large text. Chromium is started anew for each, with
 * the fonts of tests/fonts and no others.
 */

interface Look {
  set?: 'wide' | 'narrow';
  /** Whether the page does not get its own fonts. */
  blocked?: boolean;
  /** In place of all that the page names, as a user may decide. */
  family?: string;
  /** The size of letters that the browser is set to, in pixels. */
  size?: number;
}

const LOOKS: Record<string, Look> = {
  'its own fonts': {},
  'its own fonts blocked, on a bare Debian': { blocked: true },
  'a wide font in their place': { blocked: true, family: 'sans-serif' },
  'a narrow font in their place': { blocked: true, set: 'narrow' },
  'text of 200 %': { size: 32 },
  'text of 200 % in a wide font': { size: 32, blocked: true, family: 'sans-serif' },
};

const WIDE_SCREENS = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 768, height: 1024 },
];
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

let browser: Browser | undefined;
test.afterEach(async () => {
  await browser?.close();
});

async function newPage(
  { set = 'wide', blocked = false, size }: Look,
  options: Parameters<Browser['newPage']>[0],
): Promise<Page> {
  const { chromium } = await import('@playwright/test');
  browser = await chromium.launch({
    ...launchOptions,
    env: withFonts(set),
    args: [...launchOptions.args, ...(size ? [`--blink-settings=defaultFontSize=${size}`] : [])],
  });
  const { baseURL } = test.info().project.use;
  const page = await browser.newPage({ ...(baseURL && { baseURL }), serviceWorkers: 'block', ...options });
  if (blocked) await page.route('**/fonts/*.woff2', (route) => route.abort());
  return page;
}

async function collapsed(look: Look, options: Parameters<Browser['newPage']>[0]): Promise<Page> {
  const page = await newPage(look, options);
  await openLab(page);
  await page.evaluate(async (family) => {
    if (family !== undefined) {
      // The page's policy lets no other styles in.
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(`:root { --text: ${family} !important; --math: serif !important }`);
      document.adoptedStyleSheets = [sheet];
    }
    await window.lab.load({ preset: 'before', seed: 0, executor: 'oracle' });
    await window.lab.step(40);
    await document.fonts.ready;
  }, look.family);
  await expect(page.getByText('the same flat mix everywhere').first()).toBeVisible();
  return page;
}

for (const [name, look] of Object.entries(LOOKS)) {
  test(`with ${name} all text can be read on wide screens`, async () => {
    const page = await collapsed(look, { viewport: { width: 1440, height: 900 } });
    for (const viewport of WIDE_SCREENS) {
      await page.setViewportSize(viewport);
      await expect.poll(() => illegible(page), { message: `${viewport.width} wide` }).toEqual([]);
    }
  });

  test(`with ${name} all text can be read on a phone`, async () => {
    const page = await collapsed(look, PHONE);
    for (const view of ['Live', 'Knobs', 'Curves']) {
      await page.getByRole('button', { name: view, exact: true }).tap();
      await expect.poll(() => illegible(page), { message: view }).toEqual([]);
    }
  });
}

for (const name of ['its own fonts', 'a wide font in their place'] as const)
  test(`with ${name} the formula is in view at 1440 × 900, and the run bar is one line at 1024 × 768`, async () => {
    const page = await collapsed(LOOKS[name] ?? {}, { viewport: { width: 1440, height: 900 } });
    await expect(page.getByRole('region', { name: 'The loss, term by term' })).toBeInViewport({ ratio: 1 });
    await page.setViewportSize({ width: 1024, height: 768 });
    await expect
      .poll(async () => (await page.getByRole('region', { name: 'Run controls' }).boundingBox())?.height)
      .toBe(48);
  });

test('nothing moves when the fonts arrive', async () => {
  const page = await newPage({}, { viewport: { width: 1440, height: 900 } });
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/fonts/*.woff2', async (route) => {
    await gate;
    await route.continue();
  });
  await page.emulateMedia({ reducedMotion: 'reduce' });
  // The page counts as loaded only once its fonts are.
  await page.goto('./', { waitUntil: 'commit' });
  await expect(page.getByRole('slider', { name: 'Temperature T' })).toBeVisible();
  await page.evaluate(async () => {
    await window.lab.load({ preset: 'before', seed: 0, executor: 'oracle' });
    await window.lab.step(40);
  });
  await expect(page.getByText('the same flat mix everywhere')).toBeVisible();
  await expect(page.getByRole('region', { name: 'The loss, term by term' })).toBeVisible();
  const boxes = (): Promise<string[]> =>
    page
      .locator('h1, h2, .map, .bar section, .scale, .bars, dl, figure, aside .row, .reach')
      .evaluateAll((all) =>
        all.map((element) => {
          const { top, height } = element.getBoundingClientRect();
          return `${element.localName} ${top.toFixed(0)} ${height.toFixed(0)}`;
        }),
      );
  const before = await boxes();
  expect(await page.evaluate(() => document.fonts.check('13px Arimo'))).toBe(false);
  release();
  await expect
    .poll(() =>
      page.evaluate(() =>
        [...document.fonts]
          .filter(({ family, status }) => /^"?(Arimo|STIX Two)"?$/.test(family) && status !== 'loaded')
          .map(({ family, status }) => `${family} ${status}`),
      ),
    )
    .toEqual([]);
  expect(await boxes()).toEqual(before);
});
