import { describe, expect, test } from 'vitest';
import { WasmExecutor } from '../../../../src/engine/wasm/wasmExecutor.ts';
import { Heap } from '../../../../src/engine/wasm/heap.ts';
import type { Kernels } from '../../../../src/engine/wasm/wasmKernels.ts';
import { chunkOf, numbersOf, prepare, type Prepared } from '../../../support/executors.ts';
import { kernels } from '../../../support/vectors.ts';

describe('the kernels', () => {
  test.each([
    ['SIMD', true],
    ['scalar', false],
  ])('%s: the module exports what its type says', async (_, simd) => {
    const names: Record<keyof Kernels, true> = {
      ...{ LANES: true, affine: true, outer: true, take: true, activate: true, slope: true },
      ...{ copyColumn: true, gatherRows: true, scatterRows: true, zeros: true },
      ...{ run: true, squares: true, adam: true, sgd: true },
    };
    const { module } = await kernels(simd);
    const exported = WebAssembly.Module.exports(module).map(({ name }) => name);
    expect(exported.filter((name) => !name.startsWith('__')).sort()).toEqual(Object.keys(names).sort());
    expect(WebAssembly.Module.imports(module).map(({ name }) => name)).toEqual(['memory']);
  });
});

describe('memory', () => {
  test('that there is not is refused in a sentence, before anything is taken', () => {
    expect(() => new Heap(5e9)).toThrow(
      'This model and its data need 4,769 MB of memory in one worker, and the browser gives at most 4,096 MB. Train fewer members at once, or take narrower layers or fewer points.',
    );
  });

  test('grows, and what was there stays', () => {
    const heap = new Heap(0);
    const first = heap.place([1, 2, 3]);
    const large = heap.allocate(1e6);
    expect([...heap.f32.subarray(first / 4, first / 4 + 3)]).toEqual([1, 2, 3]);
    expect(heap.memory.buffer.byteLength).toBeGreaterThanOrEqual(large + 1e6);
  });

  test('K members of any width that need too much are refused with the figure', async () => {
    const { setup } = await prepare({ preset: 'sufficient' });
    const compiled = await kernels();
    expect(() => new WasmExecutor(compiled, { ...setup, members: 2_000_000 })).toThrow(
      /need [\d,]+ MB of memory in one worker/,
    );
  });
});

describe('a member that diverges', () => {
  const prepared = prepare({ preset: 'sufficient', seed: 1, knobs: { 'model.activation': 'tanh' } });

  /** Three members, of which the second has a rate that no network survives. */
  async function three(): Promise<{ run: Prepared; executor: WasmExecutor; diverging: Prepared }> {
    const one = await prepared;
    const wild = numbersOf(one.task, {
      ...one.knobs,
      'training.optimizer': 'sgd',
      'loss.maxsup_weight': 0.5,
      'loss.maxsup_form': 'raw',
    });
    const { parameters, moments } = one.setup.state;
    const run: Prepared = {
      ...one,
      setup: {
        ...one.setup,
        members: 3,
        state: {
          parameters: Float64Array.from([...parameters, ...parameters, ...parameters]),
          moments: Float64Array.from([...moments, ...moments, ...moments]),
        },
        knobs: Float64Array.from([...one.setup.knobs, ...wild, ...one.setup.knobs]),
      },
    };
    return { run: one, diverging: run, executor: new WasmExecutor(await kernels(), run.setup) };
  }

  test('is stopped at its last finite state, and the others go on as if it were not there', async () => {
    const { run, diverging, executor } = await three();
    const steps = 30;
    const chunk = chunkOf(diverging, run.knobs, 0, steps);
    // Overflows f32 within a few steps.
    for (let step = 0; step < steps; step++) chunk.learningRate[3 * step + 1] = 3e38;
    const { loss, gradientNorm } = await executor.train(chunk);
    const of = (k: number): number[] =>
      Array.from({ length: steps }, (_, step) => loss[3 * step + k] as number);
    const last = of(1).findIndex(
      (x, step) => !Number.isFinite(x) || !Number.isFinite(gradientNorm[3 * step + 1]),
    );
    expect(last).toBeGreaterThan(0);
    expect(
      of(1)
        .slice(last + 1)
        .every(Number.isNaN),
    ).toBe(true);

    const alone = new WasmExecutor(await kernels(), run.setup);
    const undisturbed = await alone.train(chunkOf(run, run.knobs, 0, steps));
    expect(of(0)).toEqual([...undisturbed.loss]);
    expect(of(2)).toEqual([...undisturbed.loss]);
    const { parameters } = await executor.save();
    const single = (await alone.save()).parameters;
    const count = single.length;
    expect(parameters.subarray(0, count)).toEqual(single);
    expect(parameters.subarray(2 * count)).toEqual(single);
    expect(parameters.subarray(count, 2 * count).every(Number.isFinite)).toBe(true);
  });

  test('stays stopped until a state is put back', async () => {
    const { run, diverging, executor } = await three();
    const wild = chunkOf(diverging, run.knobs, 0, 30);
    for (let step = 0; step < 30; step++) wild.learningRate[3 * step + 1] = 3e38;
    await executor.train(wild);
    const calm = chunkOf(diverging, run.knobs, 30, 1);
    expect((await executor.train(calm)).loss[1]).toBeNaN();
    executor.restore(diverging.setup.state);
    expect((await executor.train(calm)).loss[1]).not.toBeNaN();
  });
});
