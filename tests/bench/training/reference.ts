import { OracleExecutor } from '../../../src/engine/oracle/oracleExecutor.ts';
import { createWasmExecutor } from '../../../src/engine/wasm/wasmExecutor.ts';
import type { Entry } from './contender.ts';
import { headTwice } from './headTwice.ts';
import { ours } from './ours.ts';
import { spreadOver } from './spread.ts';
import { referenceWork } from './work.ts';

/** Members that are trained side by side, where that is compared. */
const MEMBERS = 16;
/** Members that are spread over workers. */
const ENSEMBLE = 64;

/** All who train the reference work, or as much of it as they can. Each is loaded by itself: one that fails is one. */
export function reference(): readonly Entry[] {
  const tfjs = () => import('./tfjs.ts');
  const jax = () => import('./jax.ts');
  const others = () => import('./others.ts');
  const one = referenceWork();
  const many = referenceWork(MEMBERS);
  const ensemble = referenceWork(ENSEMBLE);
  return [
    { id: 'oracle', name: 'oracle', create: () => ours(one, (setup) => new OracleExecutor(setup)) },
    { id: 'wasm', name: 'wasm', create: () => ours(one, createWasmExecutor) },
    {
      id: 'wasm head twice',
      name: 'wasm, head and metrics twice',
      instead: 'computes head, loss and gradient norm a second time',
      create: () => ours(one, headTwice),
    },
    {
      id: 'matmul',
      name: 'XNNPACK product 512³ (tfjs, wasm)',
      instead: 'nothing but a matrix product',
      create: async () => (await tfjs()).matmul('wasm'),
    },
    { id: 'jax wasm', name: 'jax-js jit, wasm', create: async () => (await jax()).jax(one, 'wasm') },
    { id: 'plain wasm', name: 'plain tfjs, wasm', create: async () => (await tfjs()).plainLoop(one, 'wasm') },
    { id: 'plain cpu', name: 'plain tfjs, cpu', create: async () => (await tfjs()).plainLoop(one, 'cpu') },
    { id: 'wasm 16', name: `wasm, K = ${MEMBERS}`, create: () => ours(many, createWasmExecutor) },
    {
      id: 'jax wasm 16',
      name: `jax-js jit, wasm, K = ${MEMBERS}`,
      create: async () => (await jax()).jax(many, 'wasm'),
    },
    ...[1, 2].map((hosts): Entry => ({
      id: `wasm ${ENSEMBLE} on ${hosts}`,
      name: `wasm, K = ${ENSEMBLE} on ${hosts === 1 ? 'one worker' : `${hosts} workers`}`,
      kind: 'workers',
      create: () => ours(ensemble, spreadOver(hosts)),
    })),
    { id: 'tfjs cpu', name: 'tfjs executor, cpu', create: async () => (await tfjs()).executor(one, 'cpu') },
    {
      id: 'convnet',
      name: 'ConvNetJS',
      instead: 'cross-entropy on hard labels, Adadelta',
      create: async () => (await others()).convnet(one),
    },
    {
      id: 'brain',
      name: 'brain.js',
      instead: 'squared error, Adam after each row: 256 rows count as a step',
      create: async () => (await others()).brain(one),
    },
    {
      id: 'jax webgpu',
      kind: 'gpu',
      name: 'jax-js jit, webgpu',
      create: async () => (await jax()).jax(one, 'webgpu'),
    },
    {
      id: 'jax webgpu 16',
      kind: 'gpu',
      name: `jax-js jit, webgpu, K = ${MEMBERS}`,
      create: async () => (await jax()).jax(many, 'webgpu'),
    },
    {
      id: 'tfjs webgpu',
      kind: 'gpu',
      name: 'tfjs executor, webgpu',
      create: async () => (await tfjs()).executor(one, 'webgpu'),
    },
    {
      id: 'plain webgpu',
      kind: 'gpu',
      name: 'plain tfjs, webgpu',
      create: async () => (await tfjs()).plainLoop(one, 'webgpu'),
    },
  ];
}
