import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';
import { serve, type Host } from './host.ts';
import { SMALL } from './lab.ts';

/**
 * The built page with a second lab, which only tests have: nothing on the page assumes the first one, and switching is
 * safe at any time. The second lab is two folders and a line in each list of labs: tests/example/withExample.ts.
 */
test.describe.configure({ mode: 'default' });

let folder = '';
let host: Host;
test.beforeAll(async () => {
  test.setTimeout(400_000);
  folder = await mkdtemp(join(tmpdir(), 'collapse-lab-example-'));
  await build({
    configFile: fileURLToPath(new URL('../example/vite.config.ts', import.meta.url)),
    root: fileURLToPath(new URL('../..', import.meta.url)),
    build: { outDir: folder, emptyOutDir: true },
    logLevel: 'warn',
  });
  host = await serve('/', pathToFileURL(`${folder}/`));
});
test.afterAll(async () => {
  await host.close();
  await rm(folder, { recursive: true, force: true });
});

async function open(page: Page, hash = ''): Promise<string[]> {
  const errors: string[] = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto(host.url + hash);
  await page.evaluate(() => window.lab.ready());
  return errors;
}

async function choose(page: Page, from: string, to: string): Promise<void> {
  await page.getByRole('button', { name: `Lab: ${from}` }).click();
  await page.getByRole('button', { name: to }).click();
}

test('a lab is chosen from the list, shows its own things only, and the first is found as it was left', async ({
  page,
}) => {
  const errors = await open(page);
  const before = await page.evaluate(async (small) => {
    await window.lab.load({ preset: 'before', seed: 2, executor: 'oracle' });
    await window.lab.set(small);
    await window.lab.step(40);
    return { parameters: [...(await window.lab.parameters())], kl: window.lab.series()['kl'] };
  }, SMALL);
  await choose(page, 'Service mix', 'Example words');
  await expect(page.getByRole('heading', { name: 'Words and their topics' })).toBeVisible();
  await expect(page).toHaveTitle('Example words · Collapse Lab');
  await expect(page.getByRole('slider', { name: 'Tilt weight' })).toBeVisible();
  await expect(page.getByText('What is true')).toBeHidden();
  await expect(page.getByRole('region', { name: 'Reach' })).toBeHidden();
  await expect(page.getByText('Share of the first topic')).toBeVisible();
  expect(await page.evaluate(() => 'reach' in window.lab)).toBe(false);

  await page.evaluate(() => window.lab.step(400));
  await expect(page.getByRole('heading', { name: 'Every word is about art.' })).toBeVisible();
  const words = await page.evaluate(() => window.lab.metrics());

  await choose(page, 'Example words', 'Service mix');
  await expect(page.getByText('What is true')).toBeVisible();
  const after = await page.evaluate(async () => ({
    step: window.lab.metrics().step,
    parameters: [...(await window.lab.parameters())],
    kl: window.lab.series()['kl'],
    config: window.lab.config(),
  }));
  expect(after).toMatchObject({ step: 40, ...before, config: { preset: 'before', seed: 2 } });

  await choose(page, 'Service mix', 'Example words');
  await expect(page.getByRole('heading', { name: 'Every word is about art.' })).toBeVisible();
  expect(await page.evaluate(() => window.lab.metrics())).toEqual(words);
  await page.getByRole('button', { name: 'Take the tilt away' }).click();
  await expect(page.getByRole('heading', { name: 'The words are being learned.' })).toBeVisible();
  expect(errors).toEqual([]);
});

test('links, YAML, runs, undo and checkpoints of the second lab work as those of the first', async ({
  page,
}) => {
  await open(page, '#lab=example');
  expect(await page.evaluate(() => window.lab.config())).toMatchObject({ lab: 'example', preset: 'tilted' });
  const trained = await page.evaluate(async () => {
    const { lab } = window;
    await lab.load({ lab: 'example', preset: 'plain', seed: 4, executor: 'wasm' });
    await lab.step(20);
    await lab.set({ 'loss.tilt_weight': 2 });
    await lab.step(20);
    return {
      link: lab.share({ log: true }),
      yaml: await lab.export('yaml'),
      checkpoint: [...(await lab.checkpoint())],
      series: lab.series(),
      parameters: [...(await lab.parameters())],
      id: (await lab.runs())[0]?.lab,
    };
  });
  expect(trained.yaml).toContain('lab: example');
  const again = await page.evaluate(async ({ link, yaml, checkpoint }) => {
    const { lab } = window;
    await lab.load({ preset: 'before', lab: 'service-mix', executor: 'oracle' });
    const configOfYaml = await lab.load({ yaml });
    const wrong = await lab.load({ yaml: 'lab: example\nlos: { tilt_weight: 1 }\ntilt_weigt: 3\n' });
    const problems = lab.problems().map(({ text }) => text);
    await lab.load({ url: link, executor: 'wasm' });
    await lab.step(40);
    const replayed = { series: lab.series(), parameters: [...(await lab.parameters())] };
    const undone = await lab.undo();
    await lab.load({ preset: 'before', lab: 'service-mix', executor: 'oracle' });
    await lab.load({ checkpoint: Uint8Array.from(checkpoint) });
    const opened = { step: lab.metrics().step, parameters: [...(await lab.parameters())] };
    return { configOfYaml, wrong, problems, replayed, undone, opened };
  }, trained);
  expect(again.configOfYaml).toMatchObject({ lab: 'example', knobs: { 'loss.tilt_weight': 2 } });
  expect(again.wrong.lab).toBe('example');
  expect(again.problems.join(' ')).toContain(
    'is not a knob of Example words. Did you mean loss.tilt_weight?',
  );
  expect(again.replayed).toEqual({ series: trained.series, parameters: trained.parameters });
  expect(again.undone).toMatchObject({ kind: 'run' });
  expect(again.opened).toEqual({ step: 40, parameters: trained.parameters });
});

for (const [width, height] of [
  [1440, 900],
  [390, 844],
] as const)
  test(`axe finds nothing in the second lab at ${String(width)} × ${String(height)}`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await open(page, '#lab=example');
    await page.evaluate(() => window.lab.step(10));
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  });

test('the keyboard plays the second lab and moves its knob', async ({ page }) => {
  await open(page, '#lab=example');
  await page.keyboard.press('.');
  await expect.poll(() => page.evaluate(() => window.lab.metrics().step)).toBe(1);
  const slider = page.getByRole('slider', { name: 'Tilt weight' });
  await slider.focus();
  await page.keyboard.press('Home');
  await expect.poll(() => page.evaluate(() => window.lab.config().knobs['loss.tilt_weight'])).toBe(0);
});

for (const [width, height, switches] of [
  [1440, 900, 80],
  [1024, 768, 60],
  [390, 844, 60],
] as const)
  test(`${String(switches)} switches while it trains and is dragged, at ${String(width)} × ${String(height)}`, async ({
    page,
  }) => {
    // A run is made at each switch: minutes on a busy machine.
    test.setTimeout(600_000);
    await page.setViewportSize({ width, height });
    const errors = await open(page);
    const mixed = await page.evaluate(async (count) => {
      const { lab } = window;
      const own = {
        'service-mix': { metric: 'floorKl', knob: 'model.temperature' },
        example: { metric: 'firstShare', knob: 'loss.tilt_weight' },
      } as const;
      type Id = keyof typeof own;
      const wrong: string[] = [];
      const look = (): void => {
        const { lab: id, knobs } = lab.config();
        const other = id === 'example' ? own['service-mix'] : own.example;
        const [mine, metrics] = [own[id as Id], lab.metrics()];
        if (!(mine.metric in metrics) || other.metric in metrics)
          wrong.push(`${id}: ${Object.keys(metrics).join()}`);
        if (!(mine.knob in knobs) || other.knob in knobs) wrong.push(`${id}: ${Object.keys(knobs).join()}`);
        const title = document.querySelector('#stage h2')?.textContent ?? '';
        const shown =
          title === 'Words and their topics' ? 'example' : title === 'What is true' ? 'service-mix' : '';
        if (shown !== '' && shown !== id) wrong.push(`${id} is shown as ${shown}`);
      };
      const drag = (): void => {
        for (const slider of [...document.querySelectorAll<HTMLInputElement>('input[type=range]')].slice(
          0,
          4,
        )) {
          slider.valueAsNumber = slider.valueAsNumber * 0.9 + Number(slider.max) * 0.05;
          slider.dispatchEvent(new Event('input', { bubbles: true }));
        }
      };
      const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
      const watch = { on: true };
      const watching = (async () => {
        while (watch.on) {
          await frame();
          look();
          drag();
        }
      })();
      for (let i = 0; i < count; i++) {
        const to: Id = i % 2 === 0 ? 'example' : 'service-mix';
        const small = {
          'data.points': 64,
          'data.validation': 32,
          'model.hidden': '8',
          'training.batch_size': 16,
        };
        await lab.load({ lab: to, ...(to === 'service-mix' ? { preset: 'before' } : {}) });
        look();
        if (to === 'service-mix' && i < 2) await lab.set(small);
        lab.play();
        await frame();
        await frame();
      }
      watch.on = false;
      await watching;
      return wrong;
    }, switches);
    expect([...new Set(mixed)]).toEqual([]);
    expect(errors).toEqual([]);
  });
