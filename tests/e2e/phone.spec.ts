import { devices, expect, test, type Page } from '@playwright/test';
import { openLab } from './lab.ts';

test.use({
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
  userAgent: devices['Pixel 7'].userAgent,
});

const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
const box = async (page: Page, selector: string): Promise<DOMRect> =>
  page
    .locator(selector)
    .first()
    .evaluate((element) => element.getBoundingClientRect().toJSON() as DOMRect);

async function collapsed(page: Page): Promise<void> {
  await openLab(page);
  await page.evaluate(async () => {
    await window.lab.load({ preset: 'before', executor: 'oracle' });
    await window.lab.step(60);
  });
}

test('sentence, maps, reach, remedy and tabs are on one screen, and nothing lies over the maps', async ({
  page,
}) => {
  await collapsed(page);
  await expect(
    page.getByRole('heading', { name: 'Every place gets the same flat answer.' }),
  ).toBeInViewport();
  await expect(page.getByRole('button', { name: 'Bring the colour back' })).toBeInViewport({ ratio: 1 });
  const dock = await box(page, '.dock');
  const maps = await page
    .locator('.stage canvas')
    .evaluateAll((all) =>
      all.slice(0, 2).map((canvas) => canvas.getBoundingClientRect().toJSON() as DOMRect),
    );
  expect(maps).toHaveLength(2);
  for (const map of maps) {
    expect(map.width).toBeGreaterThan(150);
    expect(map.bottom).toBeLessThanOrEqual(dock.top);
  }
  await expect(page.getByRole('region', { name: 'Reach', exact: true })).toBeInViewport({ ratio: 1 });
});

test('below the maps stands the KL with its hatch, and it can be scrolled clear of the dock', async ({
  page,
}) => {
  await collapsed(page);
  await page.evaluate(() => {
    scrollTo(0, document.documentElement.scrollHeight);
  });
  const kl = await box(page, '.curves canvas');
  const dock = await box(page, '.dock');
  expect(kl.height).toBeGreaterThan(100);
  expect(kl.bottom).toBeLessThanOrEqual(dock.top);
  expect(kl.top).toBeGreaterThan(52);
});

test('a knob is moved in the sheet while both maps stay in view', async ({ page }) => {
  await collapsed(page);
  // From wherever the page was scrolled to.
  await page.evaluate(() => {
    scrollTo(0, 800);
  });
  await page.getByRole('button', { name: 'Knobs', exact: true }).tap();
  const sheet = page.getByRole('region', { name: 'Knobs', exact: true });
  await expect(sheet).toBeFocused();
  const top = (await sheet.boundingBox())?.y ?? 0;
  const maps = await page
    .locator('.stage canvas')
    .evaluateAll((all) =>
      all.slice(0, 2).map((canvas) => canvas.getBoundingClientRect().toJSON() as DOMRect),
    );
  for (const map of maps) {
    expect(map.top).toBeGreaterThanOrEqual(52);
    expect(map.bottom).toBeLessThanOrEqual(top);
  }
  await page.getByRole('slider', { name: 'Temperature T' }).press('Home');
  await expect.poll(() => page.evaluate(() => window.lab.config().knobs['model.temperature'])).toBe(1);
  await page.getByRole('button', { name: 'Close the knobs' }).tap();
  await expect(sheet).toBeHidden();
  await expect(page.getByRole('button', { name: 'Knobs', exact: true })).toBeFocused();
  await expect(page.getByRole('region', { name: 'Reach', exact: true })).toBeVisible();
});

test('Escape closes the sheet and goes back to its tab', async ({ page }) => {
  await collapsed(page);
  await page.keyboard.press('k');
  await expect(page.getByRole('region', { name: 'Knobs', exact: true })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Knobs', exact: true })).toBeFocused();
});

test('curves take the place of the maps, and the reach stays', async ({ page }) => {
  await collapsed(page);
  await expect(page.getByText('Loss by term')).toBeHidden();
  await page.getByRole('button', { name: 'Curves', exact: true }).tap();
  await expect(page.getByText('Loss by term')).toBeVisible();
  await expect(page.getByText('What the model says')).toBeHidden();
  await expect(page.getByRole('region', { name: 'Reach', exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Live', exact: true }).tap();
  await expect(page.getByText('What the model says')).toBeVisible();
});

test('nothing of the wide page is lost', async ({ page }) => {
  await openLab(page);
  await page.getByRole('button', { name: 'More', exact: true }).tap();
  await page.getByRole('combobox', { name: 'Start a preset from step 0' }).selectOption('after');
  await expect.poll(() => page.evaluate(() => window.lab.config().preset)).toBe('after');
  await page.getByRole('button', { name: 'One step', exact: true }).tap();
  await expect.poll(() => page.evaluate(() => window.lab.metrics().step)).toBe(1);
  const seed = page.getByRole('textbox', { name: 'Seed' });
  await seed.fill('3');
  await seed.press('Enter');
  await expect.poll(() => page.evaluate(() => window.lab.config().seed)).toBe(3);
  await page.getByRole('radio', { name: '10/s' }).check({ force: true });
  await page.getByRole('radio', { name: 'dark' }).check({ force: true });
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(page.getByRole('radio', { name: /Oracle/ })).toBeVisible();
  for (const name of ['Help and shortcuts', 'Runs…', 'Load…', 'Export…', 'Doctor…', 'Share…']) {
    const opener = page.getByRole('button', { name, exact: true });
    if (!(await opener.isVisible())) await page.getByRole('button', { name: 'More', exact: true }).tap();
    await opener.tap();
    await expect(page.getByRole('dialog')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toBeHidden();
    // The menu that it was opened from is closed: its button has the focus.
    await expect(page.getByRole('button', { name: 'More', exact: true })).toBeFocused();
  }
  await page.getByRole('button', { name: 'Knobs', exact: true }).tap();
  for (const name of ['Before', 'First fix', 'Sufficient'])
    await expect(page.getByRole('button', { name, exact: true })).toBeVisible();
});

test('the top bar says which lab is open, and lists all', async ({ page }) => {
  await openLab(page);
  await page.getByRole('button', { name: 'Lab: Service mix' }).tap();
  const lab = page.getByRole('group', { name: 'Labs' }).getByRole('button');
  await expect(lab).toHaveText([/Service mix.*flat mix everywhere/]);
  await lab.tap();
  await expect(lab).toBeHidden();
});

test('what belongs to the shell is large enough for a thumb', async ({ page }) => {
  await collapsed(page);
  const small = (): Promise<string[]> =>
    page.evaluate(() =>
      [
        ...document.querySelectorAll(
          'header button, .dock nav button, .menu button, .menu select, .menu .segment, .sheet .head button',
        ),
      ].flatMap((element) => {
        const { width, height } = element.getBoundingClientRect();
        return width > 0 && (width < 44 || height < 44) && !element.matches('.word')
          ? [`${element.getAttribute('aria-label') ?? element.textContent} ${width} × ${height}`]
          : [];
      }),
    );
  expect(await small()).toEqual([]);
  await page.getByRole('button', { name: 'More', exact: true }).tap();
  expect(await small()).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Knobs', exact: true }).tap();
  expect(await small()).toEqual([]);
});

test('no width makes the page scroll sideways; on its side, the stage is left and the hand right', async ({
  page,
}) => {
  await collapsed(page);
  for (const [width, height] of [
    [360, 740],
    [390, 844],
    [414, 896],
    [768, 1024],
    [844, 390],
  ] as const) {
    await page.setViewportSize({ width, height });
    expect(await overflow(page), `${width} × ${height}`).toBe(0);
  }
  const [stage, dock] = [await box(page, '.stage'), await box(page, '.dock')];
  expect(stage.right).toBeLessThanOrEqual(dock.left + 1);
  expect(await page.evaluate(() => document.documentElement.scrollHeight - innerHeight)).toBe(0);
  for (const name of ['Live', 'Knobs', 'Curves'])
    await expect(page.getByRole('button', { name, exact: true })).toBeInViewport({ ratio: 1 });
});
