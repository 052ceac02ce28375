import { describe, expect, test } from 'vitest';
import type { ExecutorSetup } from '../../../src/engine/executor.ts';
import { OracleExecutor } from '../../../src/engine/oracle/oracleExecutor.ts';
import { TfjsExecutor } from '../../../src/engine/tfjs/tfjsExecutor.ts';
import { createWasmExecutor } from '../../../src/engine/wasm/wasmExecutor.ts';
import { tf } from '../../support/cpu.ts';
import { chunkOf, relativeDistance, trained, type Create } from '../../support/executors.ts';
import { describeFields, FORMS, OVER, RATE, settings } from '../../support/fieldSuite.ts';
import { prepareImages } from '../../support/images.ts';

/*
 * Losses over images, whose terms reduce over pixels, over images, or both, trained by every executor from the same
 * expressions. Another executor joins with one line here.
 */

const oracle = (setup: ExecutorSetup) => new OracleExecutor(setup);
const EXECUTORS: Record<string, Create> = {
  tfjs: (setup) =>
    new TfjsExecutor(
      { tf, info: { executor: 'tfjs', backend: 'cpu', adapter: '', software: false }, lost: () => false },
      setup,
    ),
  wasm: createWasmExecutor,
};

describe.each(Object.entries(EXECUTORS))('on %s', (_, create) => {
  describeFields(create);
});

test('each form and each choice of axes leads elsewhere: none of these comparisons is of nothing', async () => {
  const ends: Float64Array[] = [];
  for (const form of FORMS)
    for (const over of OVER)
      ends.push((await trained(prepareImages(settings(form, over)), oracle, 100)).parameters);
  for (const [i, end] of ends.entries())
    for (const other of ends.slice(0, i)) expect(relativeDistance(end, other)).toBeGreaterThan(1e-4);
});

test('members are trained apart on a loss over images too', async () => {
  const [first, second] = [
    prepareImages(settings('old', 'image'), { seed: 1 }),
    prepareImages(settings('new', 'pixel'), { seed: 1 }),
  ];
  for (const create of [oracle, ...Object.values(EXECUTORS)]) {
    const { parameters, moments } = first.setup.state;
    const both = await trained(
      {
        ...first,
        setup: {
          ...first.setup,
          members: 2,
          state: {
            parameters: Float64Array.of(...parameters, ...parameters),
            moments: Float64Array.of(...moments, ...moments),
          },
          knobs: Float64Array.of(...first.setup.knobs, ...second.setup.knobs),
        },
      },
      create,
      6,
    );
    const alone = [await trained(first, create, 6), await trained(second, create, 6)];
    expect([...both.parameters]).toEqual(alone.flatMap((state) => [...state.parameters]));
  }
});

test('training lowers the loss that it is given: masks are learned', async () => {
  const knobs = { ...RATE, 'loss.dice_weight': 1, 'loss.variance_weight': 0 };
  const run = prepareImages(knobs, { seed: 4 });
  const executor = oracle(run.setup);
  const { loss } = await executor.train(chunkOf(run, knobs, 0, 400));
  const mean = (values: Float64Array): number => values.reduce((a, b) => a + b, 0) / values.length;
  expect(mean(loss.subarray(380))).toBeLessThan(0.6 * mean(loss.subarray(0, 20)));
});
