import { afterAll, describe, expect, test } from 'vitest';
import type { Chunk, ExecutorSetup, ParameterState } from '../../../src/engine/executor.ts';
import { OracleExecutor } from '../../../src/engine/oracle/oracleExecutor.ts';
import { openGpu, webgpuOn } from '../../support/gpu.ts';
import { chunkOfMembers, firstDifference } from '../../support/members.ts';
import { setupOf, type NetworkCase } from '../../support/networks.ts';

const gpu = await openGpu();
const create = webgpuOn(gpu);
afterAll(() => {
  gpu.device.destroy();
});

const STEPS = 20;
const NETWORK: NetworkCase = {
  inputs: 2,
  hidden: [5],
  classes: 3,
  activation: 'tanh',
  batch: 6,
  members: [{}, { 'training.optimizer': 'sgd', 'training.learning_rate': 1 }, {}],
  seed: 1,
};
const setup = setupOf(NETWORK);
const SEEDS = [4, 5, 6];
const P = setup.state.parameters.length / 3;

/** From step 5 on the second of three has a rate that no network survives. */
function wild(): Chunk {
  const chunk = chunkOfMembers({ setup }, SEEDS, 0, STEPS);
  for (let step = 5; step < STEPS; step++) chunk.learningRate[3 * step + 1] = 1e38;
  return chunk;
}

/** A member of the setup by itself, and of a chunk. */
function alone(k: number): ExecutorSetup {
  const H = setup.plan.knobs.length;
  return {
    ...setup,
    members: 1,
    state: {
      parameters: setup.state.parameters.slice(k * P, (k + 1) * P),
      moments: setup.state.moments.slice(2 * k * P, 2 * (k + 1) * P),
    },
    knobs: setup.knobs.slice(k * H, (k + 1) * H),
  };
}
function chunkAlone(chunk: Chunk, k: number, steps = chunk.steps): Chunk {
  const of = (values: Float64Array) => values.filter((_, i) => i % 3 === k).slice(0, steps);
  return {
    steps,
    batches: [(chunk.batches[k] as Int32Array).slice(0, steps * NETWORK.batch)],
    learningRate: of(chunk.learningRate),
    correction1: of(chunk.correction1),
    correction2: of(chunk.correction2),
  };
}
const stateOf = ({ parameters, moments }: ParameterState, k: number): ParameterState => ({
  parameters: parameters.slice(k * P, (k + 1) * P),
  moments: moments.slice(2 * k * P, 2 * (k + 1) * P),
});

describe('a member that diverges', () => {
  test('is stopped before that step, and the others go on bit by bit as if it were not there', async () => {
    const executor = await create(setup);
    const chunk = wild();
    const { loss, gradientNorm } = await executor.train(chunk);
    const state = await executor.save();
    const of = (values: Float64Array, k: number) => values.filter((_, i) => i % 3 === k);
    for (const k of [0, 2]) {
      const single = await create(alone(k));
      const undisturbed = await single.train(chunkAlone(chunk, k));
      expect(firstDifference(of(loss, k), undisturbed.loss)).toBe(-1);
      expect(firstDifference(of(gradientNorm, k), undisturbed.gradientNorm)).toBe(-1);
      expect(stateOf(state, k)).toEqual(await single.save());
      single.dispose();
    }
    const [losses, norms] = [of(loss, 1), of(gradientNorm, 1)];
    const last = losses.findIndex((x, i) => !Number.isFinite(x) || !Number.isFinite(norms[i]));
    expect(last).toBeGreaterThan(5);
    expect(last).toBeLessThan(STEPS - 1);
    for (let i = last + 1; i < STEPS; i++) expect([losses[i], norms[i]]).toEqual([NaN, NaN]);
    // Its state is that before the step at which it diverged.
    const single = await create(alone(1));
    await single.train(chunkAlone(chunk, 1, last));
    expect(stateOf(state, 1)).toEqual(await single.save());
    single.dispose();
    executor.dispose();
  });

  test('stays stopped until a state is put back', async () => {
    const executor = await create(setup);
    await executor.train(wild());
    const before = stateOf(await executor.save(), 1);
    const calm = chunkOfMembers({ setup }, SEEDS, STEPS, 2);
    executor.setKnobs(setup.knobs);
    const { loss } = await executor.train(calm);
    expect([loss[1], loss[4]]).toEqual([NaN, NaN]);
    expect(stateOf(await executor.save(), 1)).toEqual(before);
    executor.restore(setup.state);
    const fresh = await create(setup);
    const [again, expected] = [await executor.train(calm), await fresh.train(calm)];
    expect(firstDifference(again.loss, expected.loss)).toBe(-1);
    expect(Number.isFinite(again.loss[1])).toBe(true);
    for (const each of [executor, fresh]) each.dispose();
  });

  test.each(['tanh', 'relu'] as const)(
    'is noticed where a hidden %s unit is no number',
    async (activation) => {
      const sick = setupOf({ ...NETWORK, activation, members: [{}] });
      sick.state.parameters[NETWORK.inputs * (NETWORK.hidden[0] ?? 0)] = NaN;
      const chunk = chunkOfMembers({ setup: sick }, [1], 0, 2);
      const judge = await new OracleExecutor(sick).train(chunk);
      expect([...judge.loss]).toEqual([NaN, NaN]);
      const executor = await create(sick);
      expect([...(await executor.train(chunk)).loss]).toEqual([NaN, NaN]);
      executor.dispose();
    },
  );
});

test.each<[what: string, scale: number, temperature: number, size: (norm: number) => boolean]>([
  ['beyond 1e20, whose square is too large', 1e25, 1, (norm) => norm > 1e20],
  ['below 1e-20, whose square is too small', 1, 1e21, (norm) => norm < 1e-20],
])('a gradient norm %s for f32 is right', async (_, scale, temperature, size) => {
  const large = setupOf({
    ...NETWORK,
    hidden: [],
    members: [{ 'training.optimizer': 'sgd' }],
    terms: ['temperature', 'kl'],
  });
  large.data.train.features.forEach((x, i, all) => (all[i] = scale * x));
  large.knobs[large.plan.knobs.indexOf('model.temperature')] = temperature;
  const chunk = chunkOfMembers({ setup: large }, [1], 0, 1);
  const expected = await new OracleExecutor(large).train(chunk);
  expect(expected.gradientNorm[0]).toSatisfy(size);
  const executor = await create(large);
  const got = await executor.train(chunk);
  expect((got.gradientNorm[0] as number) / (expected.gradientNorm[0] as number)).toBeCloseTo(1, 5);
  executor.dispose();
});
