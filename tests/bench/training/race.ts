import type { Contender, Entry, Race, RaceResult, Row } from './contender.ts';

/** Rounds from one to the next in which those work that work seldom. */
const SELDOM = 5;

/**
 * Lets all contenders work in turn, round after round, so that a machine that changes its pace changes it for all. Who
 * cannot run is a row that says why.
 */
export async function race(
  entries: readonly Entry[],
  how: Race,
  say: (text: string) => void,
): Promise<RaceResult> {
  const running: { row: Row; contender: Contender; every: number }[] = [];
  const rows: Row[] = [];
  const parameters = new Map<string, Float64Array>();
  for (const { id, name, instead, seldom, create } of entries) {
    const row: Row = { id, name, ...(instead && { instead }), models: 1, flops: 0, rates: [] };
    rows.push(row);
    try {
      const contender = await create();
      await contender.train(how.compareAfter);
      if (contender.parameters) parameters.set(id, await contender.parameters());
      row.models = contender.models;
      row.flops = contender.flops;
      running.push({ row, contender, every: seldom ? SELDOM : 1 });
      say(`${name}: ready`);
    } catch (error) {
      row.missing = error instanceof Error ? error.message : String(error);
      say(`${name}: cannot run: ${row.missing}`);
    }
  }
  const judge = parameters.get(how.judge);
  for (const row of rows) {
    const own = parameters.get(row.id);
    if (judge && own && row.id !== how.judge) row.distance = distance(own, judge);
  }
  for (let round = 0; round < how.rounds; round++) {
    for (const { row, contender, every } of running)
      row.rates.push(
        round % every === 0
          ? await rateOf(
              contender,
              how.milliseconds,
              row.rates.findLast((rate) => rate !== null),
            )
          : null,
      );
    if ((round + 1) % SELDOM === 0) say(`round ${round + 1} of ${how.rounds}`);
  }
  return { race: how, rows };
}

/** Steps per second over some milliseconds; in four calls or so where the pace is known. */
async function rateOf(
  { train }: Contender,
  milliseconds: number,
  last: number | null | undefined,
): Promise<number> {
  const call = Math.max(1, Math.round(((last ?? 0) * milliseconds) / 4000));
  const started = performance.now();
  let steps = 0;
  let elapsed = 0;
  while (elapsed < milliseconds) {
    await train(call);
    steps += call;
    elapsed = performance.now() - started;
  }
  return (1000 * steps) / elapsed;
}

/** Relative distance of one model; where there are several in `a`, of the first. */
function distance(a: Float64Array, b: Float64Array): number {
  let [difference, size] = [0, 0];
  b.forEach((x, i) => {
    difference += ((a[i] ?? NaN) - x) ** 2;
    size += x ** 2;
  });
  return Math.sqrt(difference / size);
}
