import { describe, expect, test } from 'vitest';
import type { ExecutorSetup } from '../../../src/engine/executor.ts';
import { OracleExecutor } from '../../../src/engine/oracle/oracleExecutor.ts';
import { TfjsExecutor } from '../../../src/engine/tfjs/tfjsExecutor.ts';
import { WasmExecutor } from '../../../src/engine/wasm/wasmExecutor.ts';
import { tf } from '../../support/cpu.ts';
import { chunkOf, numbersOf, prepare, type Create } from '../../support/executors.ts';
import { describeParity, testApart } from '../../support/paritySuite.ts';
import { kernels } from '../../support/vectors.ts';

const oracle = (setup: ExecutorSetup) => new OracleExecutor(setup);
const tfjs = (setup: ExecutorSetup) =>
  new TfjsExecutor(
    { tf, info: { executor: 'tfjs', backend: 'cpu', adapter: '', software: false }, lost: () => false },
    setup,
  );

const wasm = async (setup: ExecutorSetup) => new WasmExecutor(await kernels(true), setup);
const scalar = async (setup: ExecutorSetup) => new WasmExecutor(await kernels(false), setup);
const OTHERS: [name: string, create: Create][] = [
  ['tfjs', tfjs],
  ['wasm', wasm],
  ['wasm without SIMD', scalar],
];

describe.each(OTHERS)('on %s', (_, create) => {
  describeParity(create);

  test('holds no more after many steps than after one', async () => {
    const run = await prepare({ preset: 'before', seed: 2, knobs: { 'model.activation': 'tanh' } });
    const executor = await create(run.setup);
    await executor.train(chunkOf(run, run.knobs, 0, 1));
    executor.setKnobs(numbersOf(run.task, { ...run.knobs, 'model.temperature': 2 }));
    const { tensors, bytes } = executor.memory();
    await executor.train(chunkOf(run, run.knobs, 1, 10));
    executor.setKnobs(numbersOf(run.task, { ...run.knobs, 'model.temperature': 3 }));
    executor.restore(await executor.save());
    await executor.predict('validation');
    expect(executor.memory()).toEqual({ tensors, bytes });
    executor.dispose();
  });
});

describe.each([['oracle', oracle], ...OTHERS] as [string, Create][])('on %s', (_, create) => {
  testApart(create);
});

describe('the executor tfjs', () => {
  test('holds no more tensors after many steps, and none once it is disposed of', async () => {
    const run = await prepare({ preset: 'before', seed: 2, knobs: { 'model.activation': 'tanh' } });
    const before = tf.memory().numTensors;
    const executor = tfjs(run.setup);
    await executor.train(chunkOf(run, run.knobs, 0, 1));
    const { tensors, bytes } = executor.memory();
    await executor.train(chunkOf(run, run.knobs, 1, 10));
    executor.setKnobs(numbersOf(run.task, { ...run.knobs, 'model.temperature': 2 }));
    executor.restore(await executor.save());
    await executor.predict('validation');
    expect(executor.memory()).toEqual({ tensors, bytes });
    executor.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
