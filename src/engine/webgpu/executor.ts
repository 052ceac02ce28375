import type { Executor, ExecutorSetup } from '../executor.ts';
import type { Gpu } from './gpu.ts';

/**
 * An executor on a GPU, with all its pipelines compiled.
 *
 * @throws Error with a sentence where the plan does not fit the device
 * @throws ExecutorLost where the device is gone
 */
export function createWebgpuExecutor(gpu: Gpu, setup: ExecutorSetup): Promise<Executor> {
  gpu.check();
  return Promise.reject(
    new Error(`There are no kernels for ${String(setup.plan.layers.length)} layers yet.`),
  );
}
