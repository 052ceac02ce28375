import { cpus, loadavg } from 'node:os';
import type { Browser } from 'playwright';
import { launchOptions } from '../chromium.ts';
import { chromium } from 'playwright';

/** Where it was measured. */
export interface MachineInWords {
  processor: string;
  cores: number;
  /** Mean number of jobs over the last minute, before the bench began. */
  load: number;
  chromium: string;
  /** What WebGPU runs on. */
  adapter: string;
}

export async function describeMachine(): Promise<MachineInWords> {
  const browser = await chromium.launch(launchOptions);
  try {
    return {
      processor: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      load: loadavg()[0] ?? NaN,
      chromium: browser.version(),
      adapter: await adapterOf(browser),
    };
  } finally {
    await browser.close();
  }
}

/** Of a page without WebGPU too: one that is not served over TLS or by this machine has none. */
async function adapterOf(browser: Browser): Promise<string> {
  const page = await browser.newPage();
  await page.goto('chrome://version');
  return page.evaluate(async () => {
    const adapter = await (navigator as Partial<Navigator>).gpu?.requestAdapter();
    return adapter ? `${adapter.info.vendor} ${adapter.info.architecture}`.trim() : 'none';
  });
}
