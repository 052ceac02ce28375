import { OracleExecutor } from '../../../src/engine/oracle/oracleExecutor.ts';
import { createWasmExecutor } from '../../../src/engine/wasm/wasmExecutor.ts';
import type { Entry } from './contender.ts';
import { ours } from './ours.ts';
import { serviceMixWork } from './work.ts';

/** Who trains service-mix as it ships. */
export async function serviceMix(): Promise<readonly Entry[]> {
  const tfjs = () => import('./tfjs.ts');
  const work = await serviceMixWork();
  return [
    { id: 'oracle', name: 'oracle', create: () => ours(work, (setup) => new OracleExecutor(setup)) },
    { id: 'wasm', name: 'wasm', create: () => ours(work, createWasmExecutor) },
    { id: 'tfjs cpu', name: 'tfjs executor, cpu', create: async () => (await tfjs()).executor(work, 'cpu') },
    { id: 'plain cpu', name: 'plain tfjs, cpu', create: async () => (await tfjs()).plainLoop(work, 'cpu') },
  ];
}
