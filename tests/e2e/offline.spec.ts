import AxeBuilder from '@axe-core/playwright';
import { expect as baseExpect, test as base, type BrowserContext, type Page } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { serve, type Host } from './host.ts';
import { SMALL } from './lab.ts';

const test = base.extend<{ host: Host }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the names of fixtures from this pattern
  host: async ({}, use) => {
    const host = await serve('/some/folder/');
    await use(host);
    await host.close();
  },
});
test.use({ serviceWorkers: 'allow' });
// Every page is loaded two or three times, and two megabytes are kept: minutes where the processor is shared.
test.describe.configure({ timeout: 180_000 });
const expect = baseExpect.configure({ timeout: 30_000 });

async function open(page: Page, url: string): Promise<void> {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto(url);
  await page.evaluate(() => window.lab.ready());
}

/** Until the page is kept as a whole. */
async function visited(page: Page, url: string): Promise<void> {
  await open(page, url);
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller?.state)).toBe('activated');
}

async function offline(context: BrowserContext, host: Host): Promise<void> {
  host.down();
  await context.setOffline(true);
}

const release = (page: Page): Promise<string | null> =>
  page.evaluate(() => document.querySelector('meta[name=release]')?.getAttribute('content') ?? null);

/** The page that comes after a reload that it did by itself, with its console API ready. */
async function comesBack(page: Page, version: string): Promise<void> {
  await expect.poll(() => release(page).catch(() => null)).toBe(version);
  await page.waitForFunction(() => 'lab' in window);
  await page.evaluate(() => window.lab.ready());
}

const cacheNames = (page: Page): Promise<string[]> => page.evaluate(() => caches.keys());

/** Has the browser look for a new version, as it does by itself when a page is opened, or after a day. */
const look = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    await (await navigator.serviceWorker.ready).update();
  });

const prompt = (page: Page) => page.getByRole('region', { name: 'New version' });

test('after the first visit the page loads and trains without a connection, on each executor', async ({
  page,
  context,
  host,
}) => {
  await visited(page, host.url);
  await offline(context, host);
  await page.reload();
  await page.evaluate(() => window.lab.ready());
  for (const executor of ['oracle', 'tfjs:cpu'] as const) {
    const { step, kl, engine } = await page.evaluate(
      async ([executor, small]) => {
        await window.lab.load({ preset: 'sufficient', executor });
        await window.lab.set(small);
        const { step, kl } = await window.lab.step(20);
        return { step, kl, engine: window.lab.engine().executor };
      },
      [executor, SMALL] as const,
    );
    expect({ step, engine }).toEqual({ step: 20, engine: executor === 'oracle' ? 'oracle' : 'tfjs' });
    expect(kl).toBeGreaterThan(0);
  }
  // Bundled data, and parts that no visit has shown yet.
  await page.evaluate(() => window.lab.set({ 'data.source': 'places' }));
  await page.keyboard.press('?');
  await expect(page.getByText('Works offline: the browser has kept all parts of this page.')).toBeVisible();
});

test('a link replays without a connection, bit by bit', async ({ page, context, host }) => {
  await visited(page, host.url);
  const link = await page.evaluate(async (small) => {
    await window.lab.load({ preset: 'before', seed: 5, executor: 'tfjs:cpu' });
    await window.lab.set(small);
    await window.lab.step(6);
    await window.lab.set({ 'model.temperature': 1 });
    await window.lab.step(6);
    return window.lab.share({ log: true });
  }, SMALL);
  const before = await page.evaluate(() => window.lab.parameters());
  await offline(context, host);
  const other = await context.newPage();
  await open(other, link);
  await other.evaluate(() => window.lab.step(12));
  expect(await other.evaluate(() => window.lab.parameters())).toEqual(before);
});

test('a new version waits: the old page goes on, and comes back with the new one when it is accepted', async ({
  page,
  host,
}) => {
  await visited(page, host.url);
  await page.evaluate(async (small) => {
    await window.lab.load({ preset: 'before', seed: 3, executor: 'oracle' });
    await window.lab.set(small);
    await window.lab.step(4);
  }, SMALL);
  const [old] = await cacheNames(page);
  await host.release('two');
  host.asked();
  await look(page);
  await expect(prompt(page)).toContainText('A new version is ready.');
  const { violations } = await new AxeBuilder({ page })
    .include('section[aria-label="New version"]')
    .analyze();
  expect(violations).toEqual([]);
  // Only what differs was fetched; the rest was copied.
  expect(host.asked().sort()).toEqual(['index.html', 'sw.js']);
  expect(await page.evaluate(() => window.lab.step(1).then(({ step }) => step))).toBe(5);

  // A reload is no acceptance.
  await page.reload();
  await page.evaluate(() => window.lab.ready());
  expect(await release(page)).toBeNull();
  await expect(prompt(page)).toBeVisible();
  // By keyboard it is the first thing backwards.
  await page.keyboard.press('Shift+Tab');
  await expect(prompt(page).getByRole('button', { name: 'Later' })).toBeFocused();
  // Whoever opens a page keeps what waits.
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toContainText('Works offline');
  await page.keyboard.press('Escape');
  expect(await cacheNames(page)).toHaveLength(2);
  host.asked();

  await prompt(page).getByRole('button', { name: 'Later' }).focus();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await comesBack(page, 'two');
  // What waited was kept as a whole: nothing of it had to be fetched.
  expect(host.asked()).not.toContain('index.html');
  expect(await page.evaluate(() => window.lab.config().seed)).toBe(3);
  await expect.poll(() => cacheNames(page)).toEqual([expect.stringMatching(/two$/)]);
  expect(await cacheNames(page)).not.toContain(old);
  await expect(prompt(page)).toBeHidden();
});

test('a tab that did not accept goes on, is told, and still finds its own parts', async ({
  page,
  context,
  host,
}) => {
  await visited(page, host.url);
  const other = await context.newPage();
  await open(other, host.url);
  // The next version has another name for a part that nobody has opened yet.
  await host.release('two');
  const part = await page.evaluate(async () => {
    const [name = ''] = await caches.keys();
    const keys = await (await caches.open(name)).keys();
    return keys.map(({ url }) => url).find((url) => /\/HelpDialog-[^/]+\.js$/.test(url)) ?? '';
  });
  const path = part.slice(host.url.length);
  await host.rename(path, path.replace('HelpDialog-', 'HelpDialog-next'));
  await look(page);
  await prompt(page).getByRole('button', { name: 'Reload with it' }).click();
  await comesBack(page, 'two');
  await expect(prompt(other)).toContainText('Another tab has taken a new version.');
  expect(await release(other)).toBeNull();
  await other.evaluate((small) => window.lab.set(small), SMALL);
  expect(await other.evaluate(() => window.lab.step(3).then(({ step }) => step))).toBe(3);
  await other.keyboard.press('?');
  await expect(other.getByRole('dialog')).toContainText('Works offline');
  await other.keyboard.press('Escape');
  await prompt(other).getByRole('button', { name: 'Reload with it' }).click();
  await expect.poll(() => release(other).catch(() => null)).toBe('two');
});

test('a version of which one file fails is not taken: the old one stays whole', async ({
  page,
  context,
  host,
}) => {
  await visited(page, host.url);
  const before = await cacheNames(page);
  await host.release('two');
  // As a host that answers everything with its start page.
  host.put('index.html', '<!doctype html><title>Not found</title>');
  await look(page);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toContainText('Works offline');
  await expect
    .poll(() =>
      page.evaluate(async () => {
        const { installing, waiting } = await navigator.serviceWorker.ready;
        return [installing, waiting].filter(Boolean).length;
      }),
    )
    .toBe(0);
  expect(await cacheNames(page)).toEqual(before);
  await offline(context, host);
  await page.reload();
  await page.evaluate(() => window.lab.ready());
  expect(await release(page)).toBeNull();
});

test('a first visit to a host that lacks a file says why the page does not work offline', async ({
  page,
  host,
}) => {
  host.put('theme.js', null);
  await open(page, host.url);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toContainText(
    /Not yet\. \/some\/folder\/theme\.js could not be had as it was built\. The next visit tries again\./,
  );
  expect(await cacheNames(page)).toEqual([]);
});

test('what is not the page’s own is left alone', async ({ page, host }) => {
  await visited(page, host.url);
  await page.evaluate(() => caches.open('somebody else’s'));
  await page.evaluate(() => caches.open('collapse-lab:%2Fsome%2F:1'));
  host.put('below/index.html', '<!doctype html><title>Another program</title>');
  await page.goto(`${host.url}below/index.html`);
  expect(await page.title()).toBe('Another program');
  expect((await page.goto(`${host.url}nothing`))?.status()).toBe(404);
  await host.release('two');
  await page.goto(`${host.url}?from=mail#v=1&preset=before`);
  await page.evaluate(() => window.lab.ready());
  expect(await page.evaluate(() => window.lab.config().preset)).toBe('before');
  await prompt(page).getByRole('button', { name: 'Reload with it' }).click();
  await comesBack(page, 'two');
  await expect
    .poll(() => cacheNames(page).then((names) => names.sort()))
    .toEqual(['collapse-lab:%2Fsome%2F:1', expect.stringMatching(/folder%2F:two$/), 'somebody else’s']);
});

test('the worker that docs/hosting.md gives takes everything away', async ({ page, host }) => {
  await visited(page, host.url);
  const docs = await readFile(new URL('../../docs/hosting.md', import.meta.url), 'utf8');
  const [, worker = ''] = /```js\n([\s\S]+?)```/.exec(docs) ?? [];
  host.put('sw.js', worker);
  host.put('index.html', '<!doctype html><title>Moved</title>');
  await look(page);
  await expect.poll(() => page.title().catch(() => '')).toBe('Moved');
  expect(await page.evaluate(() => caches.keys())).toEqual([]);
  expect(await page.evaluate(() => navigator.serviceWorker.getRegistrations())).toEqual([]);
});

test('the page can be installed', async ({ page, host }) => {
  await open(page, host.url);
  const href = await page.locator('link[rel=manifest]').getAttribute('href');
  const address = new URL(href ?? '', host.url).href;
  const manifest = (await (await page.request.get(address)).json()) as {
    start_url: string;
    icons: { src: string; sizes: string; type: string }[];
  };
  expect(new URL(manifest.start_url, address).href).toBe(host.url);
  const touch = await page.locator('link[rel=apple-touch-icon]').getAttribute('href');
  const pictures = [...manifest.icons, { src: touch ?? '', sizes: '180x180', type: 'image/png' }];
  for (const { src, sizes, type } of pictures) {
    const answer = await page.request.get(new URL(src, host.url).href);
    expect(answer.headers()['content-type']).toBe(type);
    if (type === 'image/png') {
      // Width and height stand in the first chunk.
      const bytes = await answer.body();
      expect(`${String(bytes.readUInt32BE(16))}x${String(bytes.readUInt32BE(20))}`).toBe(sizes);
    }
  }
});
