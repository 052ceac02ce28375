import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Locator } from '@playwright/test';
import { openLab, SMALL } from './lab.ts';
import { tellStory } from './story.ts';

test('the page is painted before the worker is there', async ({ page }) => {
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  await page.route('**/trainer-*.js', async (route) => {
    await gate;
    await route.continue();
  });
  // What is fetched ahead belongs to what is waited for otherwise.
  await page.goto('./', { waitUntil: 'commit' });
  await expect(page.getByRole('slider', { name: 'Temperature T' })).toBeVisible();
  await expect(page.getByText('What is true')).toBeVisible();
  const painted = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint').length);
  expect(painted).toBe(1);
  open();
  await page.evaluate(() => window.lab.ready());
});

test('a worker that is busy does not hold up clicks, drags and typing', async ({ page }) => {
  // It waits for an answer that comes when everything else was done, and hears nothing meanwhile.
  let answer: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => (answer = resolve));
  await page.route('**/busy', async (route) => {
    await asked;
    await route.fulfill({ body: '' });
  });
  await openLab(page);
  await page.evaluate(() => window.lab.load({ preset: 'before', executor: 'oracle' }));
  let free = false;
  const busy = page
    .workers()[0]
    ?.evaluate(() => {
      const request = new XMLHttpRequest();
      request.open('GET', '/busy', false);
      request.send();
    })
    .then(() => (free = true));
  // A click
  await page.getByRole('button', { name: 'File', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Load…' })).toBeVisible();
  await page.keyboard.press('Escape');
  // A drag
  const slider = page.getByRole('slider', { name: 'Temperature T' });
  const box = await slider.boundingBox();
  if (!box) throw new Error('The slider has no box.');
  const valueBefore = await slider.getAttribute('aria-valuetext');
  await page.mouse.move(box.x + box.width * 0.8, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.4, box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
  await expect(slider).not.toHaveAttribute('aria-valuetext', valueBefore ?? '');
  // Typing
  const entry = page.getByRole('textbox', { name: 'Entropy weight' });
  await entry.fill('2.5');
  await expect(entry).toHaveValue('2.5');
  expect(free).toBe(false);
  answer();
  await busy;
  // What was asked meanwhile arrives once the worker listens again.
  await entry.press('Enter');
  await expect.poll(() => page.evaluate(() => window.lab.config().knobs['loss.entropy_weight'])).toBe(2.5);
});

test('by hand: from the collapsed preset the sufficient one brings the model’s answer back', async ({
  page,
}) => {
  await openLab(page);
  await page.evaluate(async () => {
    await window.lab.load({ preset: 'before', executor: 'oracle' });
    await window.lab.step(60);
  });
  await expect(page.getByText('the same flat mix everywhere')).toBeVisible();
  await page.getByRole('button', { name: 'Bring the colour back' }).click();
  await expect(page.getByText('as varied as the truth')).toBeVisible({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
});

test('a hidden page does not train', async ({ page }) => {
  await openLab(page);
  await page.evaluate(async () => {
    await window.lab.load({ preset: 'sufficient', executor: 'oracle' });
    Object.defineProperty(document, 'hidden', { configurable: true, value: true });
    document.dispatchEvent(new Event('visibilitychange'));
    window.lab.play();
  });
  // Two rounds of messages later the worker has had every chance to train.
  const steps = await page.evaluate(async () => {
    await window.lab.samples(1);
    await window.lab.samples(1);
    return window.lab.metrics().step;
  });
  expect(steps).toBe(0);
});

/** All that the dark theme can change; what only the other two sizes lay out otherwise has no colours of its own. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

for (const [name, viewport] of Object.entries({
  desktop: { width: 1440, height: 900 },
  tablet: { width: 1024, height: 768 },
  phone: { width: 390, height: 844 },
  'phone on its side': { width: 844, height: 390 },
}))
  test(`axe finds nothing in any view, ${name}`, async ({ page }) => {
    test.slow();
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme: 'light' });
    await openLab(page);
    // The story stops with everything in view: the hint, the remedy, the pins.
    await tellStory(page);
    const press = async (label: string | RegExp): Promise<void> => {
      await page
        .getByRole('button', typeof label === 'string' ? { name: label, exact: true } : { name: label })
        .click();
    };
    const close = async (): Promise<void> => {
      await page.keyboard.press('Escape');
    };
    const small = name.startsWith('phone');
    /** Opens the menu of the top bar; on a phone all are one. */
    const from = (menu: 'File' | 'Settings' | ''): Promise<void> =>
      small ? press('More') : menu ? press(menu) : Promise.resolve();
    const views: Record<string, { open: () => Promise<void>; close: () => Promise<void> }> = {
      live: {
        open: () => expect(page.getByRole('complementary', { name: 'Hint' })).toBeVisible(),
        close: () => Promise.resolve(),
      },
      ...(small && {
        knobs: { open: () => press('Knobs'), close },
        curves: { open: () => press('Curves'), close: () => press('Live') },
      }),
      engine: { open: () => press(small ? 'More' : /^Executor/), close },
      labs: { open: () => press(/^Lab: /), close },
      ...(!small && { file: { open: () => press('File'), close } }),
      load: { open: () => from('File').then(() => press('Load…')), close },
      export: { open: () => from('File').then(() => press('Export…')), close },
      share: { open: () => from('').then(() => press('Share…')), close },
      help: { open: () => from('Settings').then(() => press('Help and shortcuts')), close },
    };
    const found: string[] = [];
    const look = async (view: string, colorScheme: 'light' | 'dark', builder: AxeBuilder): Promise<void> => {
      const { violations } = await builder.analyze();
      for (const { id, nodes } of violations)
        found.push(
          `${view}, ${colorScheme}, ${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' ')}`,
        );
    };
    for (const [view, turn] of Object.entries(views)) {
      await turn.open();
      if (['load', 'export', 'share', 'help'].includes(view))
        await expect(page.getByRole('dialog')).toBeVisible();
      // What lies behind was looked at before.
      const part = {
        knobs: '.dock',
        engine: '[popover]:popover-open',
        labs: '[popover]:popover-open',
        file: '[popover]:popover-open',
        load: 'dialog',
        export: 'dialog',
        share: 'dialog',
        help: 'dialog',
      }[view];
      const axe = (): AxeBuilder => {
        const builder = new AxeBuilder({ page });
        return part === undefined ? builder : builder.include(part);
      };
      await look(view, 'light', axe());
      if (name === 'desktop' || name === 'phone') {
        await page.emulateMedia({ colorScheme: 'dark' });
        await look(view, 'dark', axe().withRules(COLOUR_RULES));
        await page.emulateMedia({ colorScheme: 'light' });
      }
      await turn.close();
    }
    expect(found).toEqual([]);
  });

test('at 1440 × 900 nothing scrolls but the columns themselves', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await openLab(page);
  const overflow = await page.evaluate(() => ({
    x: document.documentElement.scrollWidth - innerWidth,
    y: document.documentElement.scrollHeight - innerHeight,
  }));
  expect(overflow).toEqual({ x: 0, y: 0 });
});

test('at 1920 × 1080 the stage keeps to 1 000 pixels', async ({ page }) => {
  await page.setViewportSize({ width: 1920, height: 1080 });
  await openLab(page);
  const inner = await page
    .locator('section.stage > *')
    .first()
    .evaluate((element) => element.clientWidth);
  expect(inner).toBe(1000);
});

test('at 1024 × 768 the run bar is one line and nothing in the bars is cut off', async ({ page }) => {
  await page.setViewportSize({ width: 1024, height: 768 });
  await openLab(page);
  await page.evaluate(() => window.lab.load({ preset: 'before', executor: 'oracle' }));
  const bar = page.getByRole('region', { name: 'Run controls' });
  expect((await bar.boundingBox())?.height).toBe(48);
  const cut = await page.evaluate(() =>
    [...document.querySelectorAll('header *, .bar *')].flatMap((element) =>
      element.scrollWidth > element.clientWidth + 1 &&
      element.clientWidth > 1 &&
      getComputedStyle(element).display !== 'inline'
        ? [`${element.localName}.${element.className} ${element.scrollWidth} in ${element.clientWidth}`]
        : [],
    ),
  );
  expect(cut).toEqual([]);
});

test('the run bar says from where a run was bent', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await openLab(page);
  await page.evaluate(async () => {
    await window.lab.load({ preset: 'before', executor: 'oracle' });
    await window.lab.step(20);
  });
  await page.getByRole('button', { name: 'Sufficient', exact: true }).click();
  await expect(page.getByText('switched from Before at step 20')).toBeVisible();
});

test('the lab is named by the title, the top bar and an address of its own', async ({ page }) => {
  await openLab(page);
  await expect(page).toHaveTitle('Service mix · Collapse Lab');
  await page.getByRole('button', { name: 'Lab: Service mix' }).click();
  const open = page.getByRole('group', { name: 'Labs' }).getByRole('button', { name: /^Service mix/ });
  await expect(open).toHaveAttribute('aria-current', 'true');
  // The one that is open is not begun anew.
  await page.evaluate(() => window.lab.step(3));
  await open.click();
  await expect(open).toBeHidden();
  expect(await page.evaluate(() => window.lab.metrics().step)).toBe(3);

  await page.goto('./#lab=service-mix');
  await page.reload();
  await page.evaluate(() => window.lab.ready());
  expect(await page.evaluate(() => window.lab.config().preset)).toBe('intro');
  expect(await page.evaluate(() => window.lab.problems())).toEqual([]);
  // It stays as short as it is until something differs.
  await page.evaluate(() => window.lab.step(1));
  await page.waitForTimeout(1200);
  expect(new URL(page.url()).hash).toBe('#lab=service-mix');
  await page.evaluate(() => window.lab.set({ 'model.temperature': 2 }));
  await expect.poll(() => new URL(page.url()).hash).toContain('model.temperature=2');
});

for (const width of [1440, 1024, 768])
  test(`at ${width} the bars are as high as they are meant to be, whatever the run`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await openLab(page);
    await page.evaluate(async (small) => {
      await window.lab.load({ preset: 'before', executor: 'oracle' });
      await window.lab.set(small);
      await window.lab.step(12_345);
      for (let i = 0; i < 12; i++) {
        await window.lab.set({ 'model.temperature': 2 + i / 10 });
        await window.lab.step(1);
      }
      await window.lab.jump(12_346);
    }, SMALL);
    const bar = page.getByRole('region', { name: 'Run controls' });
    const heightOf = async (part: Locator): Promise<number | undefined> => (await part.boundingBox())?.height;
    expect(await heightOf(page.getByRole('banner'))).toBe(48);
    expect(await heightOf(bar)).toBe(width < 1024 ? 95 : 48);
    // Nothing in it lies over something else.
    const over = await bar.evaluate((element) => {
      const parts = [
        ...element.querySelectorAll('button, input:not([type=radio]), select, .segments, .counter'),
      ]
        .filter((part) => !part.matches('.segments *, .counter *') && part.getClientRects().length > 0)
        .map((part) => ({ part, box: part.getBoundingClientRect() }));
      return parts.flatMap(({ part, box }, i) =>
        parts
          .slice(0, i)
          .filter(
            ({ box: other }) =>
              Math.min(box.right, other.right) - Math.max(box.left, other.left) > 0.5 &&
              Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top) > 0.5,
          )
          .map(({ part: other }) => `${part.outerHTML.slice(0, 80)} over ${other.outerHTML.slice(0, 80)}`),
      );
    });
    expect(over).toEqual([]);
    const line = await page.getByRole('slider', { name: 'Step of the run' }).boundingBox();
    expect(line?.width).toBeGreaterThan(60);
    const edge = await bar.evaluate((element) => element.scrollWidth - element.clientWidth);
    expect(edge).toBe(0);
  });
