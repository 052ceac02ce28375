import { afterAll, expect, test } from 'vitest';
import { OracleExecutor } from '../../../src/engine/oracle/oracleExecutor.ts';
import type { KnobValues } from '../../../src/terms/knob.ts';
import { relativeDistance } from '../../support/executors.ts';
import { openGpu, webgpuOn } from '../../support/gpu.ts';
import { chunkOfMembers } from '../../support/members.ts';
import { setupOf, type NetworkCase } from '../../support/networks.ts';
import { EVERYTHING } from '../../support/paritySuite.ts';

/* Widths and batches that fill no quad and no workgroup, with none to three hidden layers. */

const gpu = await openGpu();
const create = webgpuOn(gpu);
afterAll(() => {
  gpu.device.destroy();
});

const SGD: KnobValues = {
  'training.optimizer': 'sgd',
  'training.momentum': 0.9,
  'training.learning_rate': 0.02,
};
const CASES: [title: string, network: NetworkCase][] = [
  [
    'no hidden layer, one class more than a quad, a batch of one',
    { inputs: 3, hidden: [], classes: 5, activation: 'tanh', batch: 1, members: [{}, EVERYTHING], seed: 1 },
  ],
  [
    'one layer of seven, a batch of 17, nine inputs',
    {
      inputs: 9,
      hidden: [7],
      classes: 9,
      activation: 'tanh',
      batch: 17,
      members: [EVERYTHING, SGD, {}],
      seed: 2,
    },
  ],
  [
    'three layers, a batch of 65, two classes',
    {
      inputs: 1,
      hidden: [5, 13, 3],
      classes: 2,
      activation: 'tanh',
      batch: 65,
      members: [{ 'training.grad_clip': 0.05 }, EVERYTHING],
      seed: 3,
    },
  ],
  [
    'an activation after the last layer too',
    {
      inputs: 3,
      hidden: [6],
      classes: 5,
      activation: 'gelu',
      lastActivation: 'silu',
      batch: 9,
      members: [EVERYTHING, {}],
      seed: 5,
    },
  ],
  [
    'one layer wider than a workgroup, many classes',
    {
      inputs: 2,
      hidden: [66],
      classes: 17,
      activation: 'tanh',
      batch: 6,
      members: [EVERYTHING],
      seed: 4,
    },
  ],
];

test.each(CASES)('%s: 100 steps end where the oracle does, within 2e-6', async (_, network) => {
  const setup = setupOf(network);
  const seeds = network.members.map((_, k) => k);
  const [judge, other] = [new OracleExecutor(setup), await create(setup)];
  const chunk = chunkOfMembers({ setup }, seeds, 0, 100);
  const [expected, got] = [await judge.train(chunk), await other.train(chunk)];
  expect(relativeDistance(got.loss, expected.loss)).toBeLessThan(5e-6);
  const [wanted, found] = [await judge.save(), await other.save()];
  const count = wanted.parameters.length / seeds.length;
  for (const k of seeds) {
    const of = (parameters: Float64Array) => parameters.subarray(k * count, (k + 1) * count);
    expect(relativeDistance(of(found.parameters), of(wanted.parameters)), `member ${String(k)}`).toBeLessThan(
      2e-6,
    );
  }
  for (const set of ['train', 'validation', 'stage'] as const)
    expect(relativeDistance(await other.predict(set), await judge.predict(set)), set).toBeLessThan(1e-5);
  other.dispose();
});
