import { afterAll, expect, test } from 'vitest';
import type { Executor } from '../../../src/engine/executor.ts';
import { OracleExecutor } from '../../../src/engine/oracle/oracleExecutor.ts';
import { classes } from '../../../src/engine/plan.ts';
import type { KnobValues } from '../../../src/terms/knob.ts';
import { chunkOf, numbersOf, prepare, relativeDistance } from '../../support/executors.ts';
import { openGpu, watch, webgpuOn } from '../../support/gpu.ts';
import { EVERYTHING } from '../../support/paritySuite.ts';
import { denseSlices } from '../../support/denseSlices.ts';

/*
 * Shaders hold for all knobs: one executor takes every term on and off, every form and every optimizer as the oracle
 * does, and nothing is compiled for it.
 */

const gpu = await openGpu();
const create = webgpuOn(gpu);
afterAll(() => {
  gpu.device.destroy();
});
const run = await prepare({ preset: 'sufficient', seed: 3, knobs: { 'model.activation': 'tanh' } });
const { compiled, executor } = await (async () => {
  const compiled = watch(gpu);
  return { compiled, executor: await create(run.setup) };
})();
const PIPELINES = compiled.pipelines();

const ONE_LESS: KnobValues[] = [
  'loss.entropy_weight',
  'loss.maxsup_weight',
  'loss.confidence_penalty',
  'loss.label_smoothing',
].map((key) => ({ ...EVERYTHING, [key]: 0 }));
const ONE_ALONE: KnobValues[] = (
  [
    ['loss.entropy_weight', 'loss.min_entropy'],
    ['loss.maxsup_weight'],
    ['loss.confidence_penalty'],
    ['loss.label_smoothing'],
    ['model.use_logit_norm', 'model.logit_norm'],
  ] as const
).map((keys) => Object.fromEntries(keys.map((key) => [key, EVERYTHING[key] as number])));
const FORMS: KnobValues[] = ['raw', 'centered', 'hinge'].flatMap((form) =>
  [true, false].map((on) => ({
    'model.use_logit_norm': on,
    'loss.maxsup_weight': 0.2,
    'loss.maxsup_form': form,
    'loss.maxsup_threshold': 0.05,
  })),
);
const OPTIMIZERS: KnobValues[] = ['adam', 'adamw', 'sgd'].flatMap((optimizer) =>
  [0, 0.05].map((clip) => ({
    'training.optimizer': optimizer,
    'training.weight_decay': 0.1,
    'training.momentum': 0.9,
    'training.grad_clip': clip,
    'training.beta1': 0.8,
    'training.beta2': 0.99,
    'training.eps': 1e-5,
    'loss.entropy_weight': 1,
  })),
);
const ALL = [{}, EVERYTHING, ...ONE_LESS, ...ONE_ALONE, ...FORMS, ...OPTIMIZERS];

/** Ten steps of both from the same state. */
async function compare(knobs: KnobValues, judge: Executor, from: number): Promise<void> {
  const state = await executor.save();
  judge.restore(state);
  const merged = { ...run.knobs, ...knobs };
  for (const each of [judge, executor]) each.setKnobs(numbersOf(run.task, merged));
  const chunk = chunkOf(run, merged, from, 10);
  const [expected, got] = [await judge.train(chunk), await executor.train(chunk)];
  const what = JSON.stringify(knobs);
  expect(relativeDistance(got.loss, expected.loss), what).toBeLessThan(2e-6);
  expect(relativeDistance(got.gradientNorm, expected.gradientNorm), what).toBeLessThan(5e-6);
  const [wanted, found] = [await judge.save(), await executor.save()];
  expect(relativeDistance(found.parameters, wanted.parameters), what).toBeLessThan(2e-6);
  // Something has moved.
  expect(relativeDistance(found.parameters, state.parameters), what).toBeGreaterThan(1e-5);
}

test('every term on and off, every form and every optimizer follow the oracle, from one moment to the next', async () => {
  const judge = new OracleExecutor(run.setup);
  let from = 0;
  for (const knobs of ALL) {
    // An optimizer starts with fresh moments, as the session makes it.
    const { parameters, moments } = await executor.save();
    executor.restore({ parameters, moments: new Float64Array(moments.length) });
    await compare(knobs, judge, from);
    from += 10;
  }
  expect(compiled.pipelines()).toBe(PIPELINES);
  expect(gpu.lost).toBe(false);
});

test('what has weight zero has no part, be it infinite or not', async () => {
  const { plan } = run.setup;
  const { slices, count } = denseSlices(plan);
  const last = slices.at(-1)?.biases ?? 0;
  // Logits that are all the same: KL does not mind, but their sum, and the sum of their squares, is infinite.
  const parameters = new Float64Array(count).fill(0, 0, last).fill(3e38, last, last + classes(plan));
  const state = { parameters: parameters.map(Math.fround), moments: new Float64Array(2 * count) };
  const judge = new OracleExecutor(run.setup);
  const knobs = { ...run.knobs, 'loss.maxsup_form': 'centered', 'loss.maxsup_weight': 0 };
  const sgd = { ...knobs, 'training.optimizer': 'sgd', 'training.learning_rate': 0.01 };
  for (const each of [judge, executor]) {
    each.setKnobs(numbersOf(run.task, sgd));
    each.restore(state);
  }
  const chunk = chunkOf(run, sgd, 0, 2);
  const [expected, got] = [await judge.train(chunk), await executor.train(chunk)];
  expect(relativeDistance(got.loss, expected.loss)).toBeLessThan(1e-5);
  expect(relativeDistance(got.gradientNorm, expected.gradientNorm)).toBeLessThan(1e-5);
  // With the weight it has a part.
  executor.setKnobs(numbersOf(run.task, { ...sgd, 'loss.maxsup_weight': 0.1 }));
  executor.restore(state);
  expect((await executor.train(chunk)).loss[0]).not.toSatisfy(Number.isFinite);
});

test('logits of zero, and logits whose squares overflow, have the gradients of the oracle', async () => {
  const { plan } = run.setup;
  const { slices, count } = denseSlices(plan);
  const last = slices.at(-1)?.biases ?? 0;
  for (const on of [true, false])
    for (const size of [0, 1e-3, 1e10]) {
      const parameters = new Float64Array(count);
      for (let c = 0; c < classes(plan); c++) parameters[last + c] = Math.fround(size * Math.sin(c + 1));
      const knobs = {
        ...run.knobs,
        ...EVERYTHING,
        'model.use_logit_norm': on,
        'training.optimizer': 'sgd',
        'training.learning_rate': 0.01,
      };
      const judge = new OracleExecutor(run.setup);
      for (const each of [judge, executor]) {
        each.setKnobs(numbersOf(run.task, knobs));
        each.restore({ parameters, moments: new Float64Array(2 * count) });
      }
      const chunk = chunkOf(run, knobs, 0, 1);
      const [expected, got] = [await judge.train(chunk), await executor.train(chunk)];
      const what = `LogitNorm ${on ? 'on' : 'off'}, logits of ${String(size)}`;
      expect(relativeDistance(got.loss, expected.loss), what).toBeLessThan(1e-5);
      expect(relativeDistance(got.gradientNorm, expected.gradientNorm), what).toBeLessThan(1e-4);
    }
});
