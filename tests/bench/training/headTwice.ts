import type { Executor, ExecutorSetup } from '../../../src/engine/executor.ts';
import { createWasmExecutor } from '../../../src/engine/wasm/wasmExecutor.ts';
import type { Kernels } from '../../../src/engine/wasm/wasmKernels.ts';

/** What computes the head with its derivative and the loss, and the norm of the gradient. */
const HEAD_AND_METRICS = ['run', 'squares'] as const satisfies readonly (keyof Kernels)[];

/**
 * The wasm executor with head and metrics computed twice: by how much a step is longer is what they take. Each of these
 * kernels is called twice in a row, on the same numbers.
 */
export async function headTwice(setup: ExecutorSetup): Promise<Executor> {
  const { Instance } = WebAssembly;
  class Doubled {
    readonly exports: object;
    constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
      const { exports } = new Instance(module, imports);
      const kernels = exports as unknown as Record<string, (...args: number[]) => unknown>;
      const doubled = HEAD_AND_METRICS.map((name): [string, unknown] => {
        const kernel = kernels[name];
        if (!kernel) throw new Error(`There is no kernel ${name} any more.`);
        return [
          name,
          (a: number, b: number, c: number, d: number) => {
            kernel(a, b, c, d);
            return kernel(a, b, c, d);
          },
        ];
      });
      this.exports = Object.assign({}, exports, Object.fromEntries(doubled));
    }
  }
  Object.assign(WebAssembly, { Instance: Doubled });
  try {
    return await createWasmExecutor(setup);
  } finally {
    Object.assign(WebAssembly, { Instance });
  }
}
