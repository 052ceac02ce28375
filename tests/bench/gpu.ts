/**
 * The webgpu executor against plain tfjs and jax-js on WebGPU, in one page of one browser, rounds interleaved. What it
 * runs on is the browser's software adapter, or with WEBGPU_ADAPTER=hardware the machine's own.
 */
import { inBrowser } from './browser.ts';
import { headShare, modelsRatio, shareOf, tableOfGpu } from './gpuReport.ts';
import { ensurePeers } from './peers.ts';
import { race, type Race } from './race.ts';
import type { Target } from './report.ts';
import type { Row } from './rows.ts';

const RACE: Race = {
  name: 'gpu',
  title: 'MLP 16-64-64-8, batch 256: LogitNorm, temperature, KL, entropy hinge, MaxSup, Adam, on WebGPU',
  rounds: 7,
  milliseconds: 200,
  compareAfter: 10,
  judge: 'oracle',
  gpuEvery: 1,
};

export async function benchGpu(): Promise<{ bench: string; race: Race; rows: Row[]; targets: Target[] }> {
  ensurePeers();
  return inBrowser(['tests/bench/training/index.html'], async ([served]) => {
    if (!served) throw new Error('Nothing is served.');
    const page = await served.browser.newPage();
    page.on('console', (message) => {
      console.log(`  ${message.text()}`);
    });
    await page.goto(served.url);
    console.log(RACE.title);
    const rows = await race(page, RACE);
    tableOfGpu(rows);
    return { bench: 'gpu', race: RACE, rows, targets: targetsOf(rows) };
  });
}

/** What is asked of the webgpu executor. */
const targetsOf = (rows: readonly Row[]): Target[] => [
  { name: 'webgpu : plain tfjs webgpu, K = 1', ...modelsRatio(rows, 'webgpu 1', 'plain 1'), atLeast: 20 },
  { name: 'webgpu : plain tfjs webgpu, K = 16', ...modelsRatio(rows, 'webgpu 16', 'plain 16'), atLeast: 20 },
  { name: 'webgpu : jax-js webgpu jit, K = 1', ...modelsRatio(rows, 'webgpu 1', 'jax 1'), atLeast: 2.5 },
  { name: 'webgpu : jax-js webgpu by hand, K = 16', ...modelsRatio(rows, 'webgpu 16', 'jax 16') },
  headShare(rows),
  { name: 'webgpu GFLOP/s : multiply-add loop, K = 16', ...shareOf(rows, 'webgpu 16') },
];
