import { describe, expect, test } from 'vitest';
import { ExecutorLost, type Executor } from '../../../src/engine/executor.ts';
import type { Gpu } from '../../../src/engine/webgpu/gpu.ts';
import { openGpu, watch, webgpuOn, within } from '../../support/gpu.ts';
import { chunkOfMembers } from '../../support/members.ts';
import { setupOf } from '../../support/networks.ts';

const setup = setupOf({
  inputs: 2,
  hidden: [],
  classes: 2,
  activation: 'tanh',
  batch: 4,
  members: [{}],
  seed: 1,
  terms: ['kl'],
});
const chunk = chunkOfMembers({ setup }, [1], 0, 50);

const CALLS: [name: string, call: (executor: Executor) => Promise<unknown>][] = [
  ['train', (executor) => executor.train(chunk)],
  ['predict', (executor) => executor.predict('validation')],
  ['save', (executor) => executor.save()],
];

async function opened(): Promise<{ gpu: Gpu; executor: Executor }> {
  const gpu = await openGpu();
  return { gpu, executor: await webgpuOn(gpu)(setup) };
}

/** What a call is rejected with. */
const reasonOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'it was not rejected',
    (error: unknown) => error,
  );

test.each(CALLS)('a device that is destroyed in the middle of %s is lost, and stays so', async (_, call) => {
  const { gpu, executor } = await opened();
  const running = reasonOf(call(executor));
  gpu.device.destroy();
  expect(await running).toBeInstanceOf(ExecutorLost);
  for (const [, later] of CALLS) expect(await reasonOf(later(executor))).toBeInstanceOf(ExecutorLost);
  expect(gpu.lost).toBe(true);
  await expect(webgpuOn(gpu)(setup)).rejects.toBeInstanceOf(ExecutorLost);
  // Nothing is left to be freed, but asking for it is no error.
  executor.dispose();
});

test('an error that the device reports to nobody ends the next call, by its name', async () => {
  const { gpu, executor } = await opened();
  await executor.train(chunk);
  const encoder = gpu.device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  // Without a pipeline.
  pass.dispatchWorkgroups(1);
  pass.end();
  gpu.device.queue.submit([encoder.finish()]);
  await expect.poll(() => gpu.lost).toBe(true);
  for (const [, call] of CALLS) {
    const reason = await reasonOf(call(executor));
    expect(reason).toBeInstanceOf(ExecutorLost);
    expect((reason as Error).message).toMatch(/^The GPU reported an error: .*pipeline/is);
  }
  executor.dispose();
  gpu.device.destroy();
});

describe('a plan that is too large', () => {
  test('for one piece of memory is refused in a sentence, and what was taken is given back', async () => {
    const gpu = await openGpu();
    const held = watch(gpu);
    await within(gpu, 200, () =>
      expect(webgpuOn(gpu)(setup)).rejects.toThrow(
        /^This needs 0\.0 MB of GPU memory in one piece \([a-z ]+\), and the GPU gives 0\.0 MB: train fewer or smaller models, with smaller batches, or use the executor wasm\.$/,
      ),
    );
    expect(held.live()).toEqual({ buffers: 0, bytes: 0 });
    // The device is as good as before.
    const executor = await webgpuOn(gpu)(setup);
    expect((await executor.train(chunk)).loss.every(Number.isFinite)).toBe(true);
    executor.dispose();
    gpu.device.destroy();
  });

  test('for this device is refused with what it needs and what there is', async () => {
    const gpu = await openGpu();
    const most = gpu.device.limits.maxStorageBufferBindingSize;
    const rows = Math.ceil(most / 16) + 1;
    const features = new Float32Array(2);
    const stage = { rows, features };
    await expect(webgpuOn(gpu)({ ...setup, data: { ...setup.data, stage } })).rejects.toThrow(
      /^This needs \d+ MB of GPU memory in one piece \(stage features\), and the GPU gives \d+ MB: /,
    );
    expect(gpu.lost).toBe(false);
    gpu.device.destroy();
  });
});
