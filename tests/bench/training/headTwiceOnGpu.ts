import type { Executor, ExecutorSetup } from '../../../src/engine/executor.ts';
import { createWebgpuExecutor } from '../../../src/engine/webgpu/webgpuExecutor.ts';
import type { Gpu } from '../../../src/engine/webgpu/gpu.ts';

/** The pass that computes the head with its derivative: it may be run again, on the same numbers. */
const HEAD = 'head';

/** The webgpu executor with its head dispatched twice in a row: by how much a step is longer is what the head takes. */
export async function headTwiceOnGpu(gpu: Gpu, setup: ExecutorSetup): Promise<Executor> {
  const executor = await createWebgpuExecutor(gpu, setup);
  const train = executor.train.bind(executor);
  executor.train = async (chunk) => {
    const passes = GPUComputePassEncoder.prototype;
    const own = Object.getOwnPropertyDescriptors(passes);
    const [setPipeline, dispatchWorkgroups] = [own.setPipeline.value, own.dispatchWorkgroups.value];
    if (!setPipeline || !dispatchWorkgroups) throw new Error('This WebGPU is made differently.');
    let [head, seen] = [false, false];
    passes.setPipeline = function (pipeline) {
      head = pipeline.label === HEAD;
      setPipeline.call(this, pipeline);
    };
    passes.dispatchWorkgroups = function (...groups) {
      dispatchWorkgroups.apply(this, groups);
      if (!head) return;
      dispatchWorkgroups.apply(this, groups);
      seen = true;
    };
    try {
      const result = await train(chunk);
      if (!seen) throw new Error(`The executor has no pass "${HEAD}" any more.`);
      return result;
    } finally {
      Object.defineProperties(passes, {
        setPipeline: own.setPipeline,
        dispatchWorkgroups: own.dispatchWorkgroups,
      });
    }
  };
  return executor;
}
