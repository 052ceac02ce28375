import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { ExecutorSetup } from '../../../src/engine/executor.ts';
import { OracleExecutor } from '../../../src/engine/oracle/executor.ts';
import { TfjsExecutor } from '../../../src/engine/tfjs/executor.ts';
import { createWasmExecutor } from '../../../src/engine/wasm/executor.ts';
import { variance } from '../../../src/terms/fields/variance.term.ts';
import type { KnobValues } from '../../../src/terms/knob.ts';
import { tf } from '../../support/cpu.ts';
import { chunkOf, gradientAt, relativeDistance, trained, type Create } from '../../support/executors.ts';
import { prepareImages } from '../../support/images.ts';
import { driftFromOracle } from '../../support/parity.ts';

// Seconds where the processor is shared; that is no failure.
vi.setConfig({ testTimeout: 60_000 });

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

const optionsOf = (key: string): string[] => {
  const found = variance.knobs.find((knob) => knob.key === key);
  return found?.kind === 'choice' ? found.options.map(({ value }) => value) : [];
};
const FORMS = optionsOf('loss.variance_form');
const OVER = optionsOf('loss.variance_over');
const RATE = { 'training.learning_rate': 3e-3 };

const settings = (form: string, over: string): KnobValues => ({
  ...RATE,
  'loss.dice_weight': 0.4,
  'loss.variance_weight': 1,
  'loss.variance_form': form,
  'loss.variance_over': over,
});

describe.each(Object.entries(EXECUTORS))('on %s', (_, create) => {
  for (const [f, form] of FORMS.entries())
    for (const [o, over] of OVER.entries())
      test(`100 steps with soft Dice and the variance ${form} over ${over} end where the oracle does, within 2e-6`, async () => {
        const run = prepareImages(settings(form, over), { seed: 10 * f + o });
        expect(await driftFromOracle(run, create)).toBeLessThanOrEqual(2e-6);
      });

  test.each(['dice', 'variance'])(
    '100 steps with %s alone end where the oracle does, within 2e-6',
    async (id) => {
      const run = prepareImages({ ...RATE, 'loss.dice_weight': 1 }, { seed: 3, terms: [id] });
      expect(await driftFromOracle(run, create)).toBeLessThanOrEqual(2e-6);
    },
  );

  test('the forms and axes of the variance follow their knobs from the next step on', async () => {
    const run = prepareImages(settings('old', 'global'), { seed: 5 });
    const [judge, other] = [oracle(run.setup), await create(run.setup)];
    let from = 0;
    for (const over of OVER)
      for (const form of FORMS) {
        const knobs = settings(form, over);
        const values = Float64Array.from(run.task.plan.knobs, (key) => run.task.numeric(knobs, key));
        for (const executor of [judge, other]) {
          executor.setKnobs(values);
          await executor.train(chunkOf(run, knobs, from, 5));
        }
        from += 5;
      }
    const [expected, got] = [await judge.save(), await other.save()];
    expect(relativeDistance(got.parameters, expected.parameters)).toBeLessThanOrEqual(2e-6);
    expect(relativeDistance(await other.predict('stage'), await judge.predict('stage'))).toBeLessThan(1e-5);
    other.dispose();
  });

  test('loss, gradient norm and gradient are the oracle’s for any number of images and pixels', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          features: fc.integer({ min: 1, max: 5 }),
          hidden: fc.integer({ min: 1, max: 9 }),
          height: fc.integer({ min: 1, max: 4 }),
          width: fc.integer({ min: 1, max: 5 }),
          batch: fc.integer({ min: 1, max: 9 }),
          images: fc.integer({ min: 1, max: 12 }),
        }),
        fc.integer({ min: 0, max: 100_000 }),
        fc.constantFrom(...FORMS),
        fc.constantFrom(...OVER),
        async (size, seed, form, over) => {
          const run = prepareImages(settings(form, over), { seed, run: size });
          const [judge, other] = [oracle(run.setup), await create(run.setup)];
          const chunk = chunkOf(run, run.knobs, 0, 1);
          const [expected, got] = [await judge.train(chunk), await other.train(chunk)];
          other.dispose();
          expect(relativeDistance(got.loss, expected.loss)).toBeLessThan(1e-5);
          const parameters = run.setup.state.parameters.map(Math.fround);
          const [wanted, gradient] = [
            await gradientAt(run, oracle, parameters, 0),
            await gradientAt(run, create, parameters, 0),
          ];
          // Where Dice and variance nearly cancel, what is left carries their rounding.
          const norm = Math.sqrt(wanted.reduce((sum, x) => sum + x * x, 0));
          const error = Math.sqrt(wanted.reduce((sum, x, i) => sum + ((gradient[i] ?? NaN) - x) ** 2, 0));
          expect(error).toBeLessThanOrEqual(1e-5 * norm + 1e-7);
        },
      ),
      { seed: 20_280, numRuns: 30 },
    );
  });
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
