import type { Executor, ExecutorSetup } from '../src/engine/executor.ts';
import { OracleExecutor } from '../src/engine/oracle/executor.ts';
import type { ExecutorId, ExecutorInfo } from '../src/engine/protocol.ts';

/** Makes an executor; without an id, tfjs on the best backend that is there. */
export async function createExecutor(id: ExecutorId | undefined, setup: ExecutorSetup): Promise<Executor> {
  if (id === 'oracle') return new OracleExecutor(setup);
  // tfjs is fetched when it is needed, not before.
  const [{ startTfjs }, { TfjsExecutor }] = await Promise.all([
    import('./tf/backend.ts'),
    import('../src/engine/tfjs/executor.ts'),
  ]);
  const backend = id === 'tfjs:cpu' ? 'cpu' : id === 'tfjs:webgpu' ? 'webgpu' : undefined;
  return new TfjsExecutor(await startTfjs(backend), setup);
}

/** Where a run goes on when its device is gone: the processor always answers. */
export function refuge(lost: ExecutorInfo): ExecutorId {
  return lost.backend === 'webgpu' ? 'tfjs:cpu' : 'oracle';
}
