import type { Page } from 'playwright';
import type { ExecutorId } from '../../src/engine/protocol.ts';
import type {} from '../../src/app/main.ts';

/** Opens the built page and loads service-mix, paused at step 0; coloured everywhere, the most that there is to draw. */
export async function openLab(page: Page, url: string, executor: ExecutorId): Promise<void> {
  await page.goto(url);
  await page.evaluate(
    async ([id, preset]) => {
      await window.lab.ready();
      await window.lab.load({ preset, executor: id });
    },
    [executor, PRESET] as const,
  );
}

export const PRESET = 'sufficient';
