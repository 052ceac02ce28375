import type { Page } from '@playwright/test';
import { SMALL } from './lab.ts';

/** Plays the opening story to where it waits, told of a small run so that it is over soon. */
export async function tellStory(page: Page): Promise<void> {
  await page.evaluate(async (small) => {
    await window.lab.load({ preset: 'intro', executor: 'oracle' });
    const { events, knobs, seed } = await window.lab.log();
    await window.lab.load({
      log: {
        lab: 'service-mix',
        preset: 'intro',
        seed,
        knobs: { ...knobs, ...small },
        events,
        executor: 'oracle',
      },
    });
    window.lab.play();
    while (window.lab.metrics().step < 150) await new Promise(requestAnimationFrame);
  }, SMALL);
}
