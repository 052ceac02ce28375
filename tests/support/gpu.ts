import type { Executor, ExecutorSetup } from '../../src/engine/executor.ts';
import { createWebgpuExecutor } from '../../src/engine/webgpu/webgpuExecutor.ts';
import { Gpu } from '../../src/engine/webgpu/gpu.ts';

/** A device of its own, which the test destroys when it is done. */
export async function openGpu(): Promise<Gpu> {
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) throw new Error('This browser has no WebGPU adapter; the tests need its software one.');
  return new Gpu(await adapter.requestDevice(), { name: adapter.info.architecture, software: true });
}

/** Executors on a device. */
export const webgpuOn =
  (gpu: Gpu) =>
  (setup: ExecutorSetup): Promise<Executor> =>
    createWebgpuExecutor(gpu, setup);

/** The same device, taken for a fast one: its dispatches are not cut. */
export const takenForFast = ({ device, adapter }: Gpu): Gpu =>
  new Gpu(device, { ...adapter, software: false });

/** Does something while the device says that it has so many bytes at most in one piece. */
export async function within<T>({ device }: Gpu, most: number, work: () => Promise<T>): Promise<T> {
  const value = { maxStorageBufferBindingSize: most, maxBufferSize: most };
  Object.defineProperty(device, 'limits', { configurable: true, value });
  try {
    return await work();
  } finally {
    Reflect.deleteProperty(device, 'limits');
  }
}

/** What is made on a device from now on, and whether it is still held. */
export interface Watch {
  /** Buffers that were made and not destroyed, and their bytes. */
  live: () => { buffers: number; bytes: number };
  /** Pipelines that were compiled. */
  pipelines: () => number;
}

export function watch({ device }: Gpu): Watch {
  const live = new Set<GPUBuffer>();
  let pipelines = 0;
  const make = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    const buffer = make(descriptor);
    live.add(buffer);
    const destroy = buffer.destroy.bind(buffer);
    buffer.destroy = () => {
      live.delete(buffer);
      destroy();
    };
    return buffer;
  };
  const compile = device.createComputePipelineAsync.bind(device);
  device.createComputePipelineAsync = (descriptor) => {
    pipelines += 1;
    return compile(descriptor);
  };
  return {
    live: () => ({ buffers: live.size, bytes: [...live].reduce((sum, { size }) => sum + size, 0) }),
    pipelines: () => pipelines,
  };
}
