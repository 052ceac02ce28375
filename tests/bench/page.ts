/**
 * What the page costs while it trains: time of the main thread for each frame message, and how often the browser gets to
 * paint. The built page in headless Chromium at 1440 × 900; its busy time is read from the browser's own trace.
 */
import type { Browser, Page } from 'playwright';
import { quantiles } from '../../src/science/statistics.ts';
import { inBrowser, LAB } from './browser.ts';
import { drivenByPage, type Driven } from './driven.ts';
import { MARK, watchFrames } from './frames.ts';
import { openLab } from './lab.ts';
import type { Target } from './report.ts';

const SECONDS = 8;
const EXECUTORS = ['wasm', 'oracle', 'tfjs:cpu'] as const;

interface TraceEvent {
  name: string;
  ph: string;
  ts: number;
  dur?: number;
  pid: number;
  tid: number;
}

interface Row extends Busy {
  executor: string;
  /** Milliseconds between two animation frames. */
  intervalMedian: number;
  intervalP95: number;
}

/** Milliseconds of the main thread for each frame message: everything that it does until the next one. */
interface Busy {
  frames: number;
  busyMedian: number;
  busyP95: number;
  longestTask: number;
}

const say = ({ frames, busyMedian, busyP95, longestTask }: Busy): string =>
  `main thread per frame message: median ${busyMedian.toFixed(1)} ms, p95 ${busyP95.toFixed(1)} ms, longest task ${longestTask.toFixed(1)} ms (${String(frames)} frames)`;

interface Measured {
  bench: string;
  seconds: number;
  targets: Target[];
}

/** The column of curves alone, each of more than ten curves ten thousand rows long. */
export async function benchCurves(): Promise<Measured & Busy> {
  return inBrowser(['tests/bench/curves/index.html'], async ([served]) => {
    if (!served) throw new Error('Nothing is served.');
    const page = await served.browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(served.url);
    await page.locator('canvas').nth(4).waitFor();
    await intervalsOf(page, 1);
    const row = await busyIn(served.browser, page);
    console.log(`curves, 10 000 rows: ${say(row)}`);
    return { bench: 'curves', seconds: SECONDS, ...row, targets: [] };
  });
}

export async function benchPage(): Promise<Measured & { rows: Row[]; driven: Driven }> {
  return inBrowser([LAB, 'tests/bench/bare/index.html'], async ([lab, bare]) => {
    if (!lab || !bare) throw new Error('Nothing is served.');
    const rows: Row[] = [];
    for (const executor of EXECUTORS) rows.push(await measure(lab.browser, lab.url, executor));
    for (const row of rows)
      console.log(
        `${row.executor.padEnd(10)} ${say(row)}; animation frames every ${row.intervalMedian.toFixed(1)} ms, p95 ${row.intervalP95.toFixed(1)} ms`,
      );
    const driven = await drivenByPage(lab, bare, EXECUTORS[0]);
    return { bench: 'page', seconds: SECONDS, rows, driven, targets: [driven.target] };
  });
}

async function measure(browser: Browser, url: string, executor: (typeof EXECUTORS)[number]): Promise<Row> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await watchFrames(page);
  await openLab(page, url, executor);
  await page.evaluate(() => {
    window.lab.play();
  });
  // First how often it paints, then what it does: a loop that asks for every frame is work of its own.
  await intervalsOf(page, 1);
  const intervals = await intervalsOf(page, SECONDS);
  const row = await busyIn(browser, page);
  const [intervalMedian = NaN, intervalP95 = NaN] = quantiles(intervals, [0.5, 0.95]);
  await page.close();
  return {
    executor,
    ...row,
    intervalMedian,
    intervalP95,
  };
}

async function busyIn(browser: Browser, page: Page): Promise<Busy> {
  await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline', 'blink.user_timing'] });
  await page.waitForTimeout(1000 * SECONDS);
  const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const { busy, longest } = busyTimes(trace.traceEvents);
  const [busyMedian = NaN, busyP95 = NaN] = quantiles(busy, [0.5, 0.95]);
  return {
    frames: busy.length,
    busyMedian,
    busyP95,
    longestTask: longest,
  };
}

/** Milliseconds between the animation frames of so many seconds. */
function intervalsOf(page: Page, seconds: number): Promise<number[]> {
  return page.evaluate(
    (ms) =>
      new Promise<number[]>((resolve) => {
        const found: number[] = [];
        const start = performance.now();
        let last = start;
        const next = (now: number): void => {
          found.push(now - last);
          last = now;
          if (now - start < ms) requestAnimationFrame(next);
          else resolve(found.slice(1));
        };
        requestAnimationFrame(next);
      }),
    1000 * seconds,
  );
}

/** What the thread that got the marks did between one and the next, in milliseconds. */
function busyTimes(events: readonly TraceEvent[]): { busy: number[]; longest: number } {
  const marks = events.filter(({ name, ph }) => name === MARK && ph !== 'E').sort((a, b) => a.ts - b.ts);
  const [first] = marks;
  if (!first) throw new Error('No frame came while it was measured.');
  const tasks = events
    .filter(
      ({ name, ph, pid, tid }) =>
        name.endsWith('RunTask') && ph === 'X' && pid === first.pid && tid === first.tid,
    )
    .sort((a, b) => a.ts - b.ts);
  if (tasks.length === 0) throw new Error('The trace holds no tasks of the main thread.');
  const busy = marks.slice(1).map(() => 0);
  let at = 0;
  let longest = 0;
  for (const { ts, dur = 0 } of tasks) {
    // A message's own task begins before its mark.
    while (at < busy.length && (marks[at + 1]?.ts ?? Infinity) <= ts + dur) at++;
    if (ts + dur < first.ts || at >= busy.length) continue;
    busy[at] = (busy[at] ?? 0) + dur / 1000;
    longest = Math.max(longest, dur / 1000);
  }
  return { busy, longest };
}
