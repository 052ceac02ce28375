import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { openLab } from './lab.ts';
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
  const theme = page.getByRole('button', { name: /^Theme/ });
  const before = await theme.getAttribute('aria-label');
  await theme.click();
  await expect(theme).not.toHaveAttribute('aria-label', before ?? '');
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
    const more = async (): Promise<void> => {
      if (small) await press('More');
    };
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
      load: { open: () => more().then(() => press('Load…')), close },
      export: { open: () => more().then(() => press('Export…')), close },
      share: { open: () => more().then(() => press('Share…')), close },
      help: { open: () => more().then(() => press(small ? 'Help' : 'Help and shortcuts')), close },
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
        engine: '[popover]',
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
