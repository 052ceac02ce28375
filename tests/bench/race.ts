import type { CDPSession, Page } from 'playwright';
import type { Row } from './rows.ts';
import type {} from './training/main.ts';

export interface Race {
  name: 'reference' | 'serviceMix' | 'gpu';
  title: string;
  rounds: number;
  /** Milliseconds of each contender in each round. */
  milliseconds: number;
  /** Steps after which those that do the same work are compared, in which they warm up too. */
  compareAfter: number;
  /** The entry with which the others are compared. */
  judge: string;
  /** Rounds from one to the next in which those on a GPU work: a single step may be longer than a round of the others. */
  gpuEvery: number;
}

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
      const works = row.kind !== 'gpu' || round % how.gpuEvery === 0;
      const before = await threadSeconds(session);
      const done = works
        ? await page.evaluate(([id, ms]) => window.bench.work(id, ms), [row.id, how.milliseconds] as const)
        : { steps: NaN, milliseconds: NaN };
      const busy = (await threadSeconds(session)) - before;
      row.rates.push((1000 * done.steps) / done.milliseconds);
      row.busyRates.push(row.kind === 'workers' ? NaN : done.steps / busy);
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
