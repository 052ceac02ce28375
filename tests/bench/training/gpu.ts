import * as tf from '@tensorflow/tfjs';
import { TfjsExecutor } from '../../../src/engine/tfjs/tfjsExecutor.ts';
import { OracleExecutor } from '../../../src/engine/oracle/oracleExecutor.ts';
import { createWasmExecutor } from '../../../src/engine/wasm/wasmExecutor.ts';
import { createWebgpuExecutor } from '../../../src/engine/webgpu/webgpuExecutor.ts';
import type { Gpu } from '../../../src/engine/webgpu/gpu.ts';
import { startTfjs } from '../../../workers/tf/backend.ts';
import { copy, multiplyAdd } from './ceilings.ts';
import type { Contender, Entry } from './contender.ts';
import { headTwiceOnGpu } from './headTwiceOnGpu.ts';
import { newcomer } from './newcomer.ts';
import { ours } from './ours.ts';
import { referenceWork } from './work.ts';

/** Models of the judge, enough to look at several of the others', and of jax-js. */
export const MEMBERS = 16;

/** The device of tfjs's WebGPU backend, on which all but jax-js compute. */
export async function sharedGpu(): Promise<Gpu> {
  const { gpu } = await startTfjs('webgpu');
  if (!gpu) throw new Error('tfjs’s WebGPU backend says nothing of its device.');
  return gpu;
}

const webgpu = async (work: ReturnType<typeof referenceWork>): Promise<Contender> => {
  const gpu = await sharedGpu();
  return ours(work, (setup) => createWebgpuExecutor(gpu, setup));
};

const plain = async (members: number): Promise<Contender> => {
  await startTfjs('webgpu');
  return newcomer(tf, referenceWork(members), () => Promise.resolve());
};

const oracle: Entry = {
  id: 'oracle',
  name: `oracle, K = ${MEMBERS}`,
  create: () => ours(referenceWork(MEMBERS), (setup) => new OracleExecutor(setup)),
};
const wasm: Entry = { id: 'wasm', name: 'wasm', create: () => ours(referenceWork(), createWasmExecutor) };
const webgpuOf = (members: number): Entry => ({
  id: `webgpu ${members}`,
  kind: 'gpu',
  name: `webgpu, K = ${members}`,
  create: () => webgpu(referenceWork(members)),
});
const plainOf = (members: number): Entry => ({
  id: `plain ${members}`,
  kind: 'gpu',
  name: members === 1 ? 'plain tfjs' : `plain tfjs, ${members} models in turn`,
  create: () => plain(members),
});
const ceilings: readonly Entry[] = [
  {
    id: 'multiply-add',
    kind: 'gpu',
    name: 'multiply-add loop (WGSL)',
    instead: 'what the device reaches',
    create: async () => multiplyAdd(await sharedGpu()),
  },
  {
    id: 'copy',
    kind: 'gpu',
    name: 'copy of 128 MiB (WGSL)',
    instead: 'what its memory reaches',
    create: async () => copy(await sharedGpu()),
  },
];

/** The plan as a tfjs graph: what the executor is to be faster than without saying anything else. */
const graph: Entry = {
  id: 'tfjs',
  kind: 'gpu',
  name: 'tfjs executor',
  create: async () => {
    const runtime = await startTfjs('webgpu');
    return ours(referenceWork(), (setup) => new TfjsExecutor(runtime, setup));
  },
};
const headTwice: Entry = {
  id: 'webgpu head twice',
  kind: 'gpu',
  name: 'webgpu, K = 1, head twice',
  instead: 'computes the head a second time',
  create: async () => {
    const gpu = await sharedGpu();
    return ours(referenceWork(), (setup) => headTwiceOnGpu(gpu, setup));
  },
};
const jaxOf = (members: number): Entry => ({
  id: `jax ${members}`,
  kind: 'gpu',
  name: `jax-js jit, K = ${members}`,
  create: async () => (await import('./jax.ts')).jax(referenceWork(members), 'webgpu'),
});

/**
 * All who are compared on a GPU.
 *
 * @param members of the webgpu executor, each a contender
 * @param inTurn models of the plain loop, each a contender
 */
export const onGpu = (members: readonly number[], inTurn: readonly number[]): readonly Entry[] => [
  oracle,
  wasm,
  headTwice,
  ...members.map(webgpuOf),
  ...inTurn.map(plainOf),
  graph,
  ...[1, MEMBERS].map(jaxOf),
  ...ceilings,
];
