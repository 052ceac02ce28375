import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ExecutorSetup } from '../../src/engine/executor.ts';
import { OracleExecutor } from '../../src/engine/oracle/oracleExecutor.ts';
import { variance } from '../../src/terms/variance.term.ts';
import type { KnobValues } from '../../src/terms/knob.ts';
import { chunkOf, gradientAt, relativeDistance, type Create } from './executors.ts';
import { prepareImages } from './images.ts';
import { driftFromOracle } from './parity.ts';

const oracle = (setup: ExecutorSetup) => new OracleExecutor(setup);

const optionsOf = (key: string): string[] => {
  const found = variance.knobs.find((knob) => knob.key === key);
  return found?.kind === 'choice' ? found.options.map(({ value }) => value) : [];
};
export const FORMS = optionsOf('loss.variance_form');
export const OVER = optionsOf('loss.variance_over');
export const RATE = { 'training.learning_rate': 3e-3 };

export const settings = (form: string, over: string): KnobValues => ({
  ...RATE,
  'loss.dice_weight': 0.4,
  'loss.variance_weight': 1,
  'loss.variance_form': form,
  'loss.variance_over': over,
});

/**
 * What every executor owes to the oracle on losses over images. Call it inside a `describe` that names the executor.
 *
 * @param sizes how many networks of other sizes are looked at
 */
export function describeFields(create: Create, sizes = 30): void {
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
      { seed: 20_280, numRuns: sizes },
    );
  });
}
