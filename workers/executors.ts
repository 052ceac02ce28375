import type { Executor, ExecutorSetup } from '../src/engine/executor.ts';
import { OracleExecutor } from '../src/engine/oracle/executor.ts';
import type { ExecutorId, ExecutorInfo } from '../src/engine/protocol.ts';
import { createWasmExecutor } from '../src/engine/wasm/executor.ts';

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
      return new OracleExecutor(setup);
    case 'wasm':
      return createWasmExecutor(setup);
    case undefined:
      try {
        return await createWasmExecutor(setup);
      } catch (error) {
        say(
          `WebAssembly cannot be had here, so the oracle trains, exact and slow. (${error instanceof Error ? error.message : String(error)})`,
        );
        return new OracleExecutor(setup);
      }
    default:
      return createTfjs(id, setup);
  }
}

/** tfjs is fetched when it is asked for, not before. */
async function createTfjs(
  id: Exclude<ExecutorId, 'oracle' | 'wasm'>,
  setup: ExecutorSetup,
): Promise<Executor> {
  const [{ startTfjs }, { TfjsExecutor }] = await Promise.all([
    import('./tf/backend.ts'),
    import('../src/engine/tfjs/executor.ts'),
  ]);
  const backend = id === 'tfjs:cpu' ? 'cpu' : id === 'tfjs:webgpu' ? 'webgpu' : undefined;
  return new TfjsExecutor(await startTfjs(backend), setup);
}

/** Where a run goes on when its device is gone: on the processor, which always answers. */
export function refuge(lost: ExecutorInfo): ExecutorId {
  return lost.executor === 'wasm' ? 'oracle' : 'wasm';
}
