/**
 * Steps per second of our executors and of peers, on the reference work and on service-mix as it ships: one page of one
 * browser, rounds interleaved, medians with their spread. Ratios are taken round by round; where both work on the
 * page's own thread, of the time that it was on a processor, so that other jobs of the machine matter little.
 */
import { inBrowser } from './browser.ts';
import { ensurePeers } from './peers.ts';
import { race, type Race } from './race.ts';
import { say, short, spreadOf, table, type Target } from './report.ts';
import { counted, ratioOf, type Row } from './rows.ts';

const RACES: readonly Race[] = [
  {
    name: 'reference',
    title: 'MLP 16-64-64-8, batch 256: LogitNorm, temperature, KL, entropy hinge, MaxSup, Adam',
    rounds: 20,
    milliseconds: 150,
    compareAfter: 20,
    judge: 'oracle',
    gpuEvery: 5,
  },
  {
    name: 'serviceMix',
    title: 'service-mix as it ships, preset before',
    rounds: 15,
    milliseconds: 200,
    compareAfter: 20,
    judge: 'oracle',
    gpuEvery: 5,
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
    const results: { race: Race; rows: Row[] }[] = [];
    for (const one of RACES) {
      console.log(`\n${one.title}`);
      results.push({ race: one, rows: await race(page, one) });
    }
    for (const { race: one, rows } of results) {
      console.log(`\n${one.title}`);
      tableOf(rows, one.judge);
    }
    const rows = results.find(({ race: { name } }) => name === 'reference')?.rows ?? [];
    return { bench: 'training', results, targets: targetsOf(rows) };
  });
}

function tableOf(rows: readonly Row[], judge: string): void {
  table([
    ['who', 'steps/s by the clock', 'per s of processor', 'model-steps', 'GFLOP', `off the ${judge}`, ''],
    ...rows.map(({ id, name, instead, missing, kind, models, flops, rates, busyRates, distance }) => {
      if (missing !== undefined) return [name, `cannot run: ${missing}`];
      const busy = spreadOf(counted(busyRates));
      const { median } = kind === 'thread' ? busy : spreadOf(counted(rates));
      return [
        name,
        say(spreadOf(counted(rates))),
        kind === 'thread' ? say(busy) : '',
        models === 0 ? '' : short(models * median),
        short((flops * median) / 1e9),
        distance === undefined ? (id === judge ? '0' : '') : distance.toExponential(1),
        instead ?? '',
      ];
    }),
  ]);
}

/** What is asked of the wasm executor, of the reference work. */
function targetsOf(rows: readonly Row[]): Target[] {
  const ratio = (a: string, b: string, per?: (row: Row) => number) => ratioOf(rows, a, b, per);
  const models = (row: Row): number => row.models;
  const flops = (row: Row): number => row.flops;
  // By how much a step is longer that computes head and metrics twice.
  const { value: twice, ...why } = ratio('wasm', 'wasm head twice');
  const head = twice && { median: twice.median - 1, least: twice.least - 1, most: twice.most - 1 };
  return [
    { name: 'wasm : jax-js wasm jit', ...ratio('wasm', 'jax wasm'), atLeast: 9 },
    { name: 'wasm : plain tfjs wasm', ...ratio('wasm', 'plain wasm'), atLeast: 15 },
    { name: 'wasm : plain tfjs cpu', ...ratio('wasm', 'plain cpu'), atLeast: 50 },
    { name: 'wasm GFLOP/s : XNNPACK 512³', ...ratio('wasm', 'matmul', flops), atLeast: 0.9 },
    { name: 'head and metrics, share of a step', ...(head ? { value: head } : why), atMost: 0.15 },
    { name: 'K = 64 on two workers : on one', ...ratio('wasm 64 on 2', 'wasm 64 on 1'), atLeast: 1.7 },
    { name: 'K = 16 model-steps/s : jax-js by hand', ...ratio('wasm 16', 'jax wasm 16', models), atLeast: 3 },
  ];
}
