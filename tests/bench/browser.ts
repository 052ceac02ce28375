import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright';
import { build, preview, type InlineConfig } from 'vite';
import { shared } from '../../vite.shared.ts';
import { launchOptions } from '../chromium.ts';

/** A page of the bench that is built and served, with a browser that can open it. */
export interface Served {
  browser: Browser;
  url: string;
}

/** The lab as it ships, built into a folder of its own. */
export const LAB = 'index.html';

/**
 * Builds pages, serves them, and gives them to f with one browser for all.
 *
 * @param inputs HTML files: {@link LAB}, or pages of the bench, which are built without the lab's content policy
 */
export async function inBrowser<T>(
  inputs: readonly string[],
  f: (pages: Served[]) => Promise<T>,
): Promise<T> {
  const folders: string[] = [];
  const servers: { close: () => Promise<void> }[] = [];
  let browser: Browser | undefined;
  try {
    const urls: string[] = [];
    for (const input of inputs) {
      const outDir = mkdtempSync(join(tmpdir(), 'collapse-lab-bench-'));
      folders.push(outDir);
      const config = configOf(input, outDir);
      await build(config);
      const server = await preview({ ...config, preview: { port: 0 } });
      servers.push(server);
      const base = server.resolvedUrls?.local[0];
      if (!base) throw new Error('The preview has no address.');
      urls.push(input === LAB ? base : new URL(input, base).href);
    }
    const opened = (browser = await chromium.launch(launchOptions));
    return await f(urls.map((url) => ({ browser: opened, url })));
  } finally {
    await browser?.close();
    for (const server of servers) await server.close();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
}

function configOf(input: string, outDir: string): InlineConfig {
  if (input === LAB) return { logLevel: 'error', build: { outDir } };
  return {
    ...shared,
    configFile: false,
    logLevel: 'error',
    resolve: {
      ...shared.resolve,
      // Peers bring copies of their own: a second core would have other backends.
      dedupe: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu'],
    },
    build: { target: 'es2023', outDir, rolldownOptions: { input, checks: { bundlerTimings: false } } },
  };
}
