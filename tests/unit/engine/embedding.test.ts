import { describe } from 'vitest';
import { OracleExecutor } from '../../../src/engine/oracle/oracleExecutor.ts';
import { TfjsExecutor } from '../../../src/engine/tfjs/tfjsExecutor.ts';
import { WasmExecutor } from '../../../src/engine/wasm/wasmExecutor.ts';
import { tf } from '../../support/cpu.ts';
import { describeEmbeddings } from '../../support/embeddingSuite.ts';
import type { Create } from '../../support/executors.ts';
import { kernels } from '../../support/vectors.ts';

const info = { executor: 'tfjs', backend: 'cpu', adapter: '', software: false } as const;
const EXECUTORS: [name: string, create: Create][] = [
  ['oracle', (setup) => new OracleExecutor(setup)],
  ['tfjs', (setup) => new TfjsExecutor({ tf, info, lost: () => false }, setup)],
  ['wasm', async (setup) => new WasmExecutor(await kernels(true), setup)],
  ['wasm without SIMD', async (setup) => new WasmExecutor(await kernels(false), setup)],
];

describe.each(EXECUTORS)('on %s', (_, create) => {
  describeEmbeddings(create);
});
