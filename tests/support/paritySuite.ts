import { describe, expect, test } from 'vitest';
import type { ExecutorSetup } from '../../src/engine/executor.ts';
import { OracleExecutor } from '../../src/engine/oracle/oracleExecutor.ts';
import { quantiles } from '../../src/science/statistics.ts';
import type { KnobValues } from '../../src/terms/knob.ts';
import {
  chunkOf,
  gradientAt,
  numbersOf,
  prepare,
  relativeDistance,
  trained,
  type Create,
  type Prepared,
} from './executors.ts';
import { driftFromOracle } from './parity.ts';

const oracle = (setup: ExecutorSetup) => new OracleExecutor(setup);

/** All terms at once. */
export const EVERYTHING: KnobValues = {
  'model.use_logit_norm': true,
  'model.logit_norm': 6,
  'model.temperature': 1.5,
  'loss.entropy_weight': 2,
  'loss.min_entropy': 1.9,
  'loss.maxsup_weight': 0.2,
  'loss.maxsup_form': 'centered',
  'loss.confidence_penalty': 0.05,
  'loss.label_smoothing': 0.1,
};
const HINGE = { 'loss.maxsup_weight': 0.3, 'loss.maxsup_form': 'hinge', 'loss.maxsup_threshold': 0.1 };

const SETTINGS: [title: string, preset: string, knobs: KnobValues][] = [
  ['before', 'before', {}],
  ['after', 'after', { 'training.optimizer': 'adamw', 'training.weight_decay': 0.3 }],
  ['sufficient, clipped', 'sufficient', { 'training.grad_clip': 0.05 }],
  ['all terms', 'sufficient', EVERYTHING],
  ['MaxSup hinge, strong weight decay', 'sufficient', { ...HINGE, 'training.weight_decay': 1 }],
  [
    'the mean reduction, a high rate',
    'before',
    { 'loss.kl_reduction': 'mean', 'training.learning_rate': 0.03 },
  ],
  [
    'SGD with momentum, clipped',
    'sufficient',
    {
      'training.optimizer': 'sgd',
      'training.learning_rate': 0.05,
      'training.momentum': 0.9,
      'training.grad_clip': 0.5,
      'training.weight_decay': 0.001,
    },
  ],
];

/** What every executor owes to the oracle. Call it inside a `describe` that names the executor. */
export function describeParity(create: Create): void {
  describe('after 100 steps the parameters are those of the oracle', () => {
    const drift = async (
      preset: string,
      seed: number,
      knobs: KnobValues,
      terms?: string[],
    ): Promise<number> => driftFromOracle(await prepare({ preset, seed, knobs }, terms), create);

    test.each(SETTINGS.map((setting, seed) => [...setting, seed] as const))(
      'within 2e-6 in a tanh network: %s',
      async (_, preset, knobs, seed) => {
        expect(await drift(preset, seed, { ...knobs, 'model.activation': 'tanh' })).toBeLessThanOrEqual(2e-6);
      },
    );

    test.each(['silu', 'gelu'])('within 2e-6 in a %s network with all terms', async (activation) => {
      expect(
        await drift('sufficient', 3, { ...EVERYTHING, 'model.activation': activation }),
      ).toBeLessThanOrEqual(2e-6);
    });

    test('within 2e-6 in the median of 20 ReLU networks', async () => {
      const drifts: number[] = [];
      for (let seed = 0; seed < 20; seed++)
        drifts.push(await drift('sufficient', seed, { 'model.activation': 'relu' }, ['kl']));
      expect(quantiles(Float64Array.from(drifts), [0.5])[0]).toBeLessThanOrEqual(2e-6);
    });
  });

  test('from shared states the gradients are those of the oracle, within 1e-5 in nine of ten', async () => {
    const distances: number[] = [];
    for (const [, preset, knobs] of SETTINGS)
      for (const activation of ['relu', 'tanh']) {
        const prepared = await prepare({
          preset,
          seed: 5,
          knobs: { ...knobs, 'model.activation': activation },
        });
        for (const steps of [0, 20, 100]) {
          const { parameters } = await trained(prepared, oracle, Math.max(1, steps));
          const shared = parameters.map(Math.fround);
          const [judge, other] = [
            await gradientAt(prepared, oracle, shared, steps),
            await gradientAt(prepared, create, shared, steps),
          ];
          distances.push(relativeDistance(other, judge));
        }
      }
    expect(quantiles(Float64Array.from(distances), [0.9])[0]).toBeLessThanOrEqual(1e-5);
  });

  describe('the executor', () => {
    const prepared = prepare({ preset: 'before', seed: 2, knobs: { 'model.activation': 'tanh' } });

    test('gives the same bits, however its steps are cut', async () => {
      const run = await prepared;
      const whole = await trained(run, create, 12);
      const executor = await create(run.setup);
      for (const [from, steps] of [
        [0, 1],
        [1, 7],
        [8, 4],
      ] as const)
        await executor.train(chunkOf(run, run.knobs, from, steps));
      expect(await executor.save()).toEqual(whole);
    });

    test('gives loss and gradient norm of each step, and predictions, as the oracle does', async () => {
      const run = await prepared;
      const [judge, other] = [oracle(run.setup), await create(run.setup)];
      const chunk = chunkOf(run, run.knobs, 0, 5);
      const [expected, got] = [await judge.train(chunk), await other.train(chunk)];
      expect(relativeDistance(got.loss, expected.loss)).toBeLessThan(1e-6);
      expect(relativeDistance(got.gradientNorm, expected.gradientNorm)).toBeLessThan(1e-6);
      for (const set of ['train', 'validation', 'stage'] as const)
        expect(relativeDistance(await other.predict(set), await judge.predict(set))).toBeLessThan(1e-6);
    });

    test('takes up a state where another left it, and follows its knobs from the next step on', async () => {
      const run = await prepared;
      const knobs = { ...run.knobs, 'model.temperature': 1, 'loss.entropy_weight': 0 };
      const [judge, other] = [oracle(run.setup), await create(run.setup)];
      await judge.train(chunkOf(run, run.knobs, 0, 10));
      other.restore(await judge.save());
      for (const executor of [judge, other]) {
        executor.setKnobs(numbersOf(run.task, knobs));
        await executor.train(chunkOf(run, knobs, 10, 10));
      }
      const [expected, got] = [await judge.save(), await other.save()];
      expect(relativeDistance(got.parameters, expected.parameters)).toBeLessThan(2e-6);
      expect(relativeDistance(got.moments, expected.moments)).toBeLessThan(1e-5);
    });

    test('trains eight members with knobs of their own, each as the oracle does', async () => {
      const base = await prepared;
      const own: KnobValues[] = [
        {},
        { 'loss.entropy_weight': 0 },
        { 'loss.entropy_weight': 4, 'loss.min_entropy': 2 },
        { 'model.use_logit_norm': false, 'model.temperature': 1 },
        { 'loss.maxsup_weight': 0.3, 'loss.maxsup_form': 'hinge' },
        { 'loss.confidence_penalty': 0.1, 'loss.label_smoothing': 0.2 },
        { 'training.optimizer': 'sgd', 'training.momentum': 0.9, 'training.grad_clip': 0.1 },
        { 'training.optimizer': 'adamw', 'training.weight_decay': 0.2, 'loss.kl_reduction': 'mean' },
      ];
      const eight: Prepared = {
        ...base,
        setup: {
          ...base.setup,
          members: own.length,
          state: {
            parameters: Float64Array.from(own.flatMap(() => [...base.setup.state.parameters])),
            moments: Float64Array.from(own.flatMap(() => [...base.setup.state.moments])),
          },
          knobs: Float64Array.from(
            own.flatMap((knobs) => [...numbersOf(base.task, { ...base.knobs, ...knobs })]),
          ),
        },
      };
      const [judge, other] = [await trained(eight, oracle, 100), await trained(eight, create, 100)];
      const count = judge.parameters.length / own.length;
      own.forEach((_, k) => {
        const of = ({ parameters }: typeof judge) => parameters.subarray(k * count, (k + 1) * count);
        expect(relativeDistance(of(other), of(judge)), `member ${k}`).toBeLessThanOrEqual(2e-6);
      });
    });
  });
}

/** What the oracle owes to itself as well. */
export function testApart(create: Create): void {
  test('members are trained apart, each with its own knobs and weights', async () => {
    const knobs = [{ 'model.temperature': 4 }, { 'model.temperature': 1, 'loss.entropy_weight': 0 }];
    const runs = [];
    for (const [seed, own] of knobs.entries())
      runs.push(await prepare({ preset: 'before', seed, knobs: own }));
    const [first, second] = runs as [Prepared, Prepared];
    const join = (of: (run: Prepared) => Float64Array): Float64Array =>
      Float64Array.from([...of(first), ...of(second)]);
    // Both on the data of the first: members share their samples.
    const alone = [
      first,
      { ...second, task: first.task, seed: 0, setup: { ...second.setup, data: first.setup.data } },
    ];
    const together: Prepared = {
      ...first,
      setup: {
        ...first.setup,
        members: 2,
        state: {
          parameters: join(({ setup }) => setup.state.parameters),
          moments: join(({ setup }) => setup.state.moments),
        },
        knobs: join(({ setup }) => setup.knobs),
      },
    };
    const states = [];
    for (const run of alone) states.push(await trained(run, create, 4));
    const both = await trained(together, create, 4);
    expect([...both.parameters]).toEqual(states.flatMap(({ parameters }) => [...parameters]));
    expect([...both.moments]).toEqual(states.flatMap(({ moments }) => [...moments]));
  });
}
