import { afterAll, expect, test } from 'vitest';
import { layoutOf } from '../../../src/engine/webgpu/layout.ts';
import { tileOf } from '../../../src/engine/webgpu/shaders/passes.ts';
import { openGpu, takenForFast, webgpuOn } from '../../support/gpu.ts';
import { chunkOfMembers } from '../../support/members.ts';
import { setupOf } from '../../support/networks.ts';

/* How much an invocation makes depends on the device and on how many models there are; what comes out does not. */

const gpu = await openGpu();
afterAll(() => {
  gpu.device.destroy();
});

const K = 140;
const setup = setupOf({
  inputs: 3,
  hidden: [64, 8],
  classes: 8,
  activation: 'silu',
  batch: 250,
  members: Array.from({ length: K }, () => ({})),
  seed: 1,
});
const count = setup.state.parameters.length / K;
const seeds = Array.from({ length: K }, () => 7);

test('models have the same bits in larger tiles as in smaller ones', async () => {
  const fast = takenForFast(gpu);
  const layout = layoutOf(setup.plan);
  const tiles = [
    tileOf(layout, setup.plan.batchSize, 1, false),
    tileOf(layout, setup.plan.batchSize, K, false),
    tileOf(layout, setup.plan.batchSize, 1, true),
  ];
  expect(new Set(tiles).size).toBe(3);

  const chunk = chunkOfMembers({ setup }, seeds, 0, 3);
  const all = await webgpuOn(fast)(setup);
  await all.train(chunk);
  const { parameters } = await all.save();
  all.dispose();
  for (const k of [0, 77, K - 1]) {
    const of = (state: Float64Array, size = count) => state.slice(k * size, (k + 1) * size);
    const own = (rates: Float64Array) =>
      Float64Array.from({ length: 3 }, (_, step) => rates[step * K + k] as number);
    const alone = await webgpuOn(fast)({
      ...setup,
      members: 1,
      state: { parameters: of(setup.state.parameters), moments: of(setup.state.moments, 2 * count) },
      knobs: of(setup.knobs, setup.plan.knobs.length),
    });
    await alone.train({
      steps: 3,
      batches: chunk.batches.slice(k, k + 1),
      learningRate: own(chunk.learningRate),
      correction1: own(chunk.correction1),
      correction2: own(chunk.correction2),
    });
    expect((await alone.save()).parameters).toEqual(of(parameters));
    alone.dispose();
  }
});
