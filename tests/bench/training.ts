/**
 * Steps per second of our executors and of peers, on the reference work and on service-mix as it ships: one page of one
 * browser, rounds interleaved, medians with their spread. Machines differ, ratios hardly do: those that matter are
 * taken round by round.
 */
import { inBrowser } from './browser.ts';
import { ensurePeers } from './peers.ts';
import { say, short, spreadOf, table, type Target } from './report.ts';
import type { Race, RaceResult, Row } from './training/contender.ts';
import type {} from './training/main.ts';

const RACES: readonly { name: 'reference' | 'serviceMix'; title: string; how: Race }[] = [
  {
    name: 'reference',
    title: 'MLP 16-64-64-8, batch 256: LogitNorm, temperature, KL, entropy hinge, MaxSup, Adam',
    how: { rounds: 40, milliseconds: 100, compareAfter: 20, judge: 'oracle' },
  },
  {
    name: 'serviceMix',
    title: 'service-mix as it ships, preset before',
    how: { rounds: 20, milliseconds: 200, compareAfter: 20, judge: 'oracle' },
  },
];

export async function benchTraining(): Promise<{ bench: string; results: object; targets: Target[] }> {
  ensurePeers();
  return inBrowser(['tests/bench/training/index.html'], async ([served]) => {
    if (!served) throw new Error('Nothing is served.');
    const page = await served.browser.newPage();
    page.on('console', (message) => {
      console.log(`  ${message.text()}`);
    });
    await page.goto(served.url);
    const results: Record<string, RaceResult> = {};
    for (const { name, title, how } of RACES) {
      console.log(`\n${title}`);
      results[name] = await page.evaluate(([race, options]) => window.bench.race(race, options), [
        name,
        how,
      ] as const);
    }
    for (const { name, title } of RACES) {
      console.log(`\n${title}`);
      tableOf(results[name] as RaceResult);
    }
    const targets = targetsOf(results['reference'] as RaceResult);
    return { bench: 'training', results, targets };
  });
}

const worked = (rates: Row['rates']): number[] => rates.filter((rate) => rate !== null);

function tableOf({ rows, race }: RaceResult): void {
  table([
    ['who', 'steps/s', 'model-steps/s', 'GFLOP/s', `off the ${race.judge}`, ''],
    ...rows.map(({ id, name, instead, missing, models, flops, rates, distance }) => {
      if (missing !== undefined) return [name, `cannot run: ${missing}`];
      const spread = spreadOf(worked(rates));
      const { median } = spread;
      return [
        name,
        say(spread),
        models === 0 ? '' : short(models * median),
        short((flops * median) / 1e9),
        distance === undefined ? (id === race.judge ? '0' : '') : distance.toExponential(1),
        instead ?? '',
      ];
    }),
  ]);
}

/** What is asked of the wasm executor, of this race. */
function targetsOf({ rows }: RaceResult): Target[] {
  const steps = (row: Row, round: number): number => row.rates[round] ?? NaN;
  const models = (row: Row, round: number): number => row.models * steps(row, round);
  const flops = (row: Row, round: number): number => row.flops * steps(row, round);
  /** Round by round, as a machine that slows down slows both. */
  const ratio = (a: string, b: string, of: typeof steps): Pick<Target, 'value' | 'missing'> => {
    const [one, other] = [a, b].map((id) => rows.find((row) => row.id === id && row.rates.length > 0));
    if (!one || !other) return { missing: `${one ? b : a} did not run` };
    return { value: spreadOf(worked(one.rates).map((_, round) => of(one, round) / of(other, round))) };
  };
  return [
    { name: 'wasm : jax-js wasm jit', ...ratio('wasm', 'jax wasm', steps), atLeast: 9 },
    { name: 'wasm : plain tfjs wasm', ...ratio('wasm', 'plain wasm', steps), atLeast: 15 },
    { name: 'wasm : plain tfjs cpu', ...ratio('wasm', 'plain cpu', steps), atLeast: 50 },
    { name: 'wasm GFLOP/s : XNNPACK 512³', ...ratio('wasm', 'matmul', flops), atLeast: 0.9 },
    { name: 'head and metrics, share of a step', ...headShare(rows), atMost: 0.15 },
    { name: 'K = 16 model-steps/s : jax-js by hand', ...ratio('wasm 16', 'jax wasm 16', models), atLeast: 3 },
  ];
}

/** By how much a step is longer that computes head and metrics twice. */
function headShare(rows: readonly Row[]): Pick<Target, 'value' | 'missing'> {
  const [once, twice] = ['wasm', 'wasm head twice'].map((id) => rows.find((row) => row.id === id));
  if (!once || !twice || once.missing !== undefined || twice.missing !== undefined)
    return { missing: 'wasm did not run' };
  return {
    value: spreadOf(worked(once.rates).map((rate, round) => rate / (twice.rates[round] as number) - 1)),
  };
}
