/**
 * `npm run icons`: draws the icons of the installed page from public/icon.svg, in the Chromium of the tests. They are
 * committed, for nothing else that is built needs a browser.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureChromium, ensureDependencies, findChromium, root } from './env.mjs';

ensureDependencies();
ensureChromium();
const { chromium } = await import('playwright');

const svg = readFileSync(join(root, 'public/icon.svg'), 'utf8');
const paper = '#fdfdfb';
/**
 * `share` is how much of the side the drawing takes: systems cut any shape out of a maskable icon that holds the
 * middle 80 %, and iOS rounds the corners itself and paints what is transparent black.
 */
const icons = [
  { name: 'icon-192.png', size: 192, share: 1, background: 'transparent' },
  { name: 'icon-512.png', size: 512, share: 1, background: 'transparent' },
  { name: 'maskable-512.png', size: 512, share: 0.72, background: paper },
  { name: 'apple-touch-icon.png', size: 180, share: 0.86, background: paper },
];

const folder = join(root, 'public/icons');
mkdirSync(folder, { recursive: true });
const executablePath = findChromium();
const browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ['--no-sandbox'] });
try {
  for (const { name, size, share, background } of icons) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    await page.setContent(
      `<style>body{margin:0;display:grid;place-items:center;height:100vh;background:${background}}` +
        `svg{width:${share * 100}%}</style>${svg}`,
    );
    writeFileSync(join(folder, name), await page.screenshot({ omitBackground: true }));
    await page.close();
    console.log(`public/icons/${name}`);
  }
} finally {
  await browser.close();
}
