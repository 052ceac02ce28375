import { headShare, modelsRatio, shareOf, tableOfGpu } from '../gpuReport.ts';
import { describeProcessor, type Processor } from '../processor.ts';
import type { Target } from '../report.ts';
import { ratioOf, type Row } from '../rows.ts';
import { Contest } from '../training/contest.ts';
import { onGpu, sharedGpu } from '../training/gpu.ts';

const ROUNDS = 9;
const MILLISECONDS = 200;
/** Steps after which the weights are compared. */
const COMPARE_AFTER = 10;
const MEMBERS = [1, 16, 64, 256, 1024] as const;
/** Where the GPU is emulated: a step takes long enough without more. */
const MOST_ON_SOFTWARE = 64;

export interface Measured {
  bench: 'dawn';
  machine: Processor & { node: string; adapter: string; software: boolean };
  rows: Row[];
  targets: Target[];
}

/** Lets all contenders work in turn, round after round, and prints what they did. */
export async function measure(): Promise<Measured> {
  const { adapter } = await sharedGpu();
  const machine = {
    ...describeProcessor(),
    node: process.version,
    adapter: adapter.name,
    software: adapter.software,
  };
  const { cores, processor, load, node } = machine;
  console.log(
    `${cores} cores of ${processor}, load ${load.toFixed(1)}; Node ${node}; Dawn on ${adapter.name}`,
  );
  const members = MEMBERS.filter((k) => !adapter.software || k <= MOST_ON_SOFTWARE);
  if (adapter.software) console.log(`It is a software adapter: no more than K = ${MOST_ON_SOFTWARE}.`);
  const contest = new Contest(onGpu(members, [1]));
  const opened = await contest.open(COMPARE_AFTER, 'oracle', (text) => {
    console.log(`  ${text}`);
  });
  const rows = opened.map((row): Row => ({ ...row, rates: [], busyRates: [] }));
  for (let round = 0; round < ROUNDS; round++)
    for (const row of rows.filter(({ missing }) => missing === undefined)) {
      const { steps, milliseconds } = await contest.work(row.id, MILLISECONDS);
      row.rates.push((1000 * steps) / milliseconds);
    }
  tableOfGpu(rows);
  return { bench: 'dawn', machine, rows, targets: targetsOf(rows, members) };
}

function targetsOf(rows: readonly Row[], members: readonly number[]): Target[] {
  const many = Math.min(256, Math.max(...members));
  return [
    // Plain models in turn do as many steps a second as one does.
    ...members.map((k) => ({
      name: `webgpu, K = ${k} : plain tfjs, model-steps/s`,
      ...modelsRatio(rows, `webgpu ${k}`, 'plain 1'),
      atLeast: 20,
    })),
    { name: 'webgpu, K = 1 : jax-js jit', ...modelsRatio(rows, 'webgpu 1', 'jax 1'), atLeast: 2.5 },
    ...[1, many].map((k) => ({
      name: `webgpu, K = ${k} : wasm on one core, model-steps/s`,
      ...modelsRatio(rows, `webgpu ${k}`, 'wasm'),
    })),
    // Steps per second the other way round: by how much a step is longer.
    { name: `webgpu, time of a step, K = ${many} : K = 1`, ...ratioOf(rows, 'webgpu 1', `webgpu ${many}`) },
    headShare(rows),
    ...members.map((k) => ({
      name: `webgpu, K = ${k}, GFLOP/s : multiply-add loop`,
      ...shareOf(rows, `webgpu ${k}`),
    })),
  ];
}
