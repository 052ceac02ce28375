/** From navigation to the first training step, on the built page: each time in a browser context that has seen nothing. */
import { inBrowser, LAB } from './browser.ts';
import { watchFrames, type FrameSeen } from './frames.ts';
import { say, spreadOf, type Target } from './report.ts';

const TIMES = 10;

/**
 * The trainer marks its first step in its own timeline. When the page has its first frame of a step ≥ 1 is told too: by
 * then it is drawn as well. The server is on the same machine.
 */
export async function benchStart(): Promise<{
  bench: string;
  times: number[];
  shown: number[];
  targets: Target[];
}> {
  return inBrowser([LAB], async ([served]) => {
    if (!served) throw new Error('Nothing is served.');
    const times: number[] = [];
    const shown: number[] = [];
    // Once more than it counts: the first one starts the browser's own processes.
    for (let i = 0; i <= TIMES; i++) {
      const context = await served.browser.newContext({ viewport: { width: 1440, height: 900 } });
      const page = await context.newPage();
      await watchFrames(page);
      await page.goto(served.url);
      const first = await page.waitForFunction(() =>
        (window as unknown as { framesSeen: FrameSeen[] }).framesSeen.find(({ step }) => step >= 1),
      );
      const { at } = (await first.jsonValue()) as FrameSeen;
      const origin = await page.evaluate(() => performance.timeOrigin);
      const trained = await page
        .workers()[0]
        ?.evaluate(
          () => performance.timeOrigin + (performance.getEntriesByName('first-step')[0]?.startTime ?? NaN),
        );
      if (i > 0) {
        times.push((trained ?? NaN) - origin);
        shown.push(at);
      }
      await context.close();
    }
    const target: Target = {
      name: 'navigation to first step, ms',
      value: spreadOf(times),
      atMost: 400,
    };
    console.log(
      `navigation to first step: ${say(spreadOf(times))} ms, to its frame ${say(spreadOf(shown))} ms`,
    );
    return { bench: 'start', times, shown, targets: [target] };
  });
}
