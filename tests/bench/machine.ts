import type { Browser } from 'playwright';
import { launchOptions } from '../chromium.ts';
import { chromium } from 'playwright';
import { describeProcessor, type Processor } from './processor.ts';

/** Where it was measured. */
export interface MachineInWords extends Processor {
  chromium: string;
  /** What WebGPU runs on. */
  adapter: string;
}

export async function describeMachine(): Promise<MachineInWords> {
  const browser = await chromium.launch(launchOptions);
  try {
    return {
      ...describeProcessor(),
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
