import type { CDPSession, Page } from 'playwright';
import type { Opened } from './training/contender.ts';
import type {} from './training/main.ts';

export interface Race {
  name: 'reference' | 'serviceMix';
  title: string;
  rounds: number;
  /** Milliseconds of each contender in each round. */
  milliseconds: number;
  /** Steps after which those that do the same work are compared, in which they warm up too. */
  compareAfter: number;
  /** The entry with which the others are compared. */
  judge: string;
}

export interface Row extends Opened {
  /** Steps per second of each round, by the clock; NaN where it did not work. */
  rates: number[];
  /** Steps per second of the page's thread on a processor; NaN too where others do the work. */
  busyRates: number[];
}

/** Rounds from one to the next in which those work whose single step is longer than a round of the others. */
const SELDOM = 5;

/** Lets all contenders of a page work in turn, round after round: a machine that changes its pace changes it for all. */
export async function race(page: Page, how: Race): Promise<Row[]> {
  const opened = await page.evaluate(([name, steps, judge]) => window.bench.open(name, steps, judge), [
    how.name,
    how.compareAfter,
    how.judge,
  ] as const);
  const rows = opened.map((row): Row => ({ ...row, rates: [], busyRates: [] }));
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  for (let round = 0; round < how.rounds; round++)
    for (const row of rows.filter(({ missing }) => missing === undefined)) {
      const works = row.kind !== 'gpu' || round % SELDOM === 0;
      const before = await threadSeconds(session);
      const done = works
        ? await page.evaluate(([id, ms]) => window.bench.work(id, ms), [row.id, how.milliseconds] as const)
        : { steps: NaN, milliseconds: NaN };
      const busy = (await threadSeconds(session)) - before;
      row.rates.push((1000 * done.steps) / done.milliseconds);
      row.busyRates.push(row.kind === 'thread' ? done.steps / busy : NaN);
    }
  await session.detach();
  return rows;
}

/** How long the page's thread has been on a processor. */
async function threadSeconds(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  const found = metrics.find(({ name }) => name === 'ThreadTime');
  if (!found) throw new Error('This browser does not say how long a thread was on a processor.');
  return found.value;
}
