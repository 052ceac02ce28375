import type { ExecutorId } from '../../src/engine/protocol.ts';
import type { Served } from './browser.ts';
import type {} from './bare/main.ts';
import { framesSeen, watchFrames, type FrameSeen } from './frames.ts';
import { openLab, PRESET } from './lab.ts';
import { say, spreadOf, type Target } from './report.ts';

const ROUNDS = 7;
const MILLISECONDS = 2500;

export interface Driven {
  executor: ExecutorId;
  /** Steps per second of each round. */
  played: number[];
  alone: number[];
  target: Target;
}

/**
 * Steps per second of the page that plays at full speed and draws what it gets, against an executor in a worker with
 * nothing around it: the same browser, turn by turn.
 */
export async function drivenByPage(lab: Served, bare: Served, executor: ExecutorId): Promise<Driven> {
  const page = await lab.browser.newPage({ viewport: { width: 1440, height: 900 } });
  await watchFrames(page);
  await openLab(page, lab.url, executor);
  const other = await bare.browser.newPage();
  await other.goto(bare.url);
  await other.evaluate(([id, preset]) => window.bare.load(id, preset), [executor, PRESET] as const);
  await page.bringToFront();

  const played: number[] = [];
  const alone: number[] = [];
  // Once more than it counts, to warm both up.
  for (let round = 0; round <= ROUNDS; round++) {
    const from = (await framesSeen(page)).length;
    await page.evaluate(async (milliseconds) => {
      window.lab.play();
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      await window.lab.pause();
    }, MILLISECONDS);
    const rate = rateOf((await framesSeen(page)).slice(from));
    const best = await other.evaluate((milliseconds) => window.bare.run(milliseconds), MILLISECONDS);
    if (round === 0) continue;
    played.push(rate);
    alone.push(best);
  }
  await page.close();
  await other.close();
  const target: Target = {
    name: `service-mix driven by the page : bare ${executor}`,
    value: spreadOf(played.map((rate, round) => rate / (alone[round] as number))),
    atLeast: 0.85,
  };
  console.log(`page ${say(spreadOf(played))} steps/s, bare ${say(spreadOf(alone))} steps/s`);
  return { executor, played, alone, target };
}

/** Steps per second between the first and the last frame. */
function rateOf(frames: readonly FrameSeen[]): number {
  const [first, last] = [frames[0], frames.at(-1)];
  if (!first || !last || last.at <= first.at) throw new Error('The page got no frames while it played.');
  return (1000 * (last.step - first.step)) / (last.at - first.at);
}
