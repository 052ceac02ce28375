import { afterAll, expect, test } from 'vitest';
import type { Executor } from '../../../src/engine/executor.ts';
import { openGpu, watch, webgpuOn } from '../../support/gpu.ts';
import { chunkOfMembers } from '../../support/members.ts';
import { setupOf, type NetworkCase } from '../../support/networks.ts';

const gpu = await openGpu();
const create = webgpuOn(gpu);
afterAll(() => {
  gpu.device.destroy();
});
const held = watch(gpu);

const TINY: NetworkCase = {
  inputs: 2,
  hidden: [],
  classes: 2,
  activation: 'tanh',
  batch: 4,
  members: [{}],
  seed: 1,
  terms: ['kl'],
};

test('stays the same over 5,000 steps, whatever is asked in between', async () => {
  const setup = setupOf(TINY);
  const executor = await create(setup);
  const CHUNK = 1000;
  const round = async (of: Executor, from: number): Promise<void> => {
    const { loss } = await of.train(chunkOfMembers({ setup }, [1], from, CHUNK));
    expect(Number.isFinite(loss.at(-1))).toBe(true);
    for (const set of ['train', 'validation', 'stage'] as const) await of.predict(set);
    of.setKnobs(setup.knobs);
    of.restore(await of.save());
  };
  await round(executor, 0);
  const [memory, live] = [executor.memory(), held.live()];
  // The executor knows of everything that it holds.
  expect(memory.bytes).toBe(live.bytes);
  for (let from = CHUNK; from < 5000; from += CHUNK) {
    await round(executor, from);
    expect(executor.memory()).toEqual(memory);
    expect(held.live()).toEqual(live);
  }
  executor.dispose();
  expect(held.live()).toEqual({ buffers: 0, bytes: 0 });
  expect(executor.memory().bytes).toBe(0);
});

test('returns to nothing after each of 30 executors of a few widths; what is compiled is kept for the next', async () => {
  const before = held.pipelines();
  const cases = [[], [3], [9]].map((hidden) => setupOf({ ...TINY, hidden }));
  let compiled = 0;
  for (let i = 0; i < 30; i++) {
    const setup = cases[i % cases.length] as (typeof cases)[number];
    const executor = await create(setup);
    await executor.train(chunkOfMembers({ setup }, [1], 0, 2));
    await executor.predict('stage');
    expect(held.live().buffers).toBeGreaterThan(0);
    executor.dispose();
    expect(held.live()).toEqual({ buffers: 0, bytes: 0 });
    if (i === cases.length - 1) compiled = held.pipelines();
  }
  expect(compiled).toBeGreaterThan(before);
  expect(held.pipelines()).toBe(compiled);
});
