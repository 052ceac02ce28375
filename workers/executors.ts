import type { Executor, ExecutorSetup } from '../src/engine/executor.ts';
import type { ExecutorId, ExecutorInfo } from '../src/engine/protocol.ts';
import { createWasmExecutor } from '../src/engine/wasm/wasmExecutor.ts';

/**
 * Makes an executor; without an id wasm, or the oracle where this browser refuses WebAssembly.
 *
 * @param say told in a sentence when it is not the executor that it would be elsewhere
 * @throws Error with a sentence when the one that is asked for cannot be had
 */
export async function createExecutor(
  id: ExecutorId | undefined,
  setup: ExecutorSetup,
  say: (text: string) => void,
): Promise<Executor> {
  switch (id) {
    case 'oracle':
      return createOracle(setup);
    case 'wasm':
      return createWasmExecutor(setup);
    case undefined:
      try {
        return await createWasmExecutor(setup);
      } catch (error) {
        say(
          `WebAssembly cannot be had here, so the oracle trains, exact and slow. (${error instanceof Error ? error.message : String(error)})`,
        );
        return createOracle(setup);
      }
    case 'webgpu':
      return inTurn(() => createWebgpu(setup));
    default:
      return inTurn(() => createTfjs(id, setup));
  }
}

// Fetched when they are asked for, not before: a run starts without them.

async function createOracle(setup: ExecutorSetup): Promise<Executor> {
  const { OracleExecutor } = await import('../src/engine/oracle/oracleExecutor.ts');
  return new OracleExecutor(setup);
}

async function createWebgpu(setup: ExecutorSetup): Promise<Executor> {
  const [{ startTfjs }, { createWebgpuExecutor }] = await Promise.all([
    import('./tf/backend.ts'),
    import('../src/engine/webgpu/webgpuExecutor.ts'),
  ]);
  const { gpu } = await startTfjs('webgpu');
  if (!gpu) throw new Error('The WebGPU backend has no device. Use the executor wasm, tfjs:cpu or oracle.');
  return createWebgpuExecutor(gpu, setup);
}

async function createTfjs(
  id: Exclude<ExecutorId, 'oracle' | 'wasm' | 'webgpu'>,
  setup: ExecutorSetup,
): Promise<Executor> {
  const [{ startTfjs }, { TfjsExecutor }] = await Promise.all([
    import('./tf/backend.ts'),
    import('../src/engine/tfjs/tfjsExecutor.ts'),
  ]);
  const backend = id === 'tfjs:cpu' ? 'cpu' : id === 'tfjs:webgpu' ? 'webgpu' : undefined;
  return new TfjsExecutor(await startTfjs(backend), setup);
}

let before: Promise<unknown> = Promise.resolve();

/** tfjs has one current backend: what starts one, also in the background, waits for what started another. */
function inTurn<T>(f: () => Promise<T>): Promise<T> {
  const mine = before.then(f);
  before = mine.catch(() => undefined);
  return mine;
}

/** Where a run goes on when its device is gone: on the processor, which always answers. */
export function refuge(lost: ExecutorInfo): ExecutorId {
  return lost.executor === 'wasm' ? 'oracle' : 'wasm';
}
