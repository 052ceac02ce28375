import type { Executor, ExecutorSetup } from '../../src/engine/executor.ts';
import { createWebgpuExecutor } from '../../src/engine/webgpu/executor.ts';
import { Gpu } from '../../src/engine/webgpu/gpu.ts';

/** A device of its own. @param software what it is taken for: lots are small where it is */
export async function openGpu({ software = true } = {}): Promise<Gpu> {
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) throw new Error('This browser has no WebGPU adapter; the tests need its software one.');
  return new Gpu(await adapter.requestDevice(), { name: adapter.info.architecture, software });
}

/** Executors on a device. */
export const webgpuOn =
  (gpu: Gpu) =>
  (setup: ExecutorSetup): Promise<Executor> =>
    createWebgpuExecutor(gpu, setup);
