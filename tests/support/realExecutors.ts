import type { Executor, ExecutorSetup } from '../../src/engine/executor.ts';
import { OracleExecutor } from '../../src/engine/oracle/oracleExecutor.ts';
import type { ExecutorId } from '../../src/engine/protocol.ts';
import { sharedKernels } from '../../src/engine/wasm/wasmKernels.ts';
import { WasmExecutor } from '../../src/engine/wasm/wasmExecutor.ts';

const compiled = await sharedKernels();

/** Executors that run in Node and in browsers alike and differ in arithmetic: double precision, and compiled SIMD. */
export const REAL = {
  oracle: (setup: ExecutorSetup): Executor => new OracleExecutor(setup),
  wasm: (setup: ExecutorSetup): Executor => new WasmExecutor(compiled, setup),
};

/**
 * The executor of an id; the oracle where none is asked for.
 *
 * @throws Error for all others, as a machine without a GPU refuses them
 */
export function createReal(id: ExecutorId | undefined, setup: ExecutorSetup): Executor {
  const make = REAL[(id ?? 'oracle') as keyof typeof REAL] as
    ((setup: ExecutorSetup) => Executor) | undefined;
  if (!make) throw new Error(`There is no ${String(id)} on this machine.`);
  return make(setup);
}
