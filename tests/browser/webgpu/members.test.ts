import { afterAll, describe, expect, test } from 'vitest';
import { Cohort } from '../../../src/engine/ensemble/cohort.ts';
import { Ensemble } from '../../../src/engine/ensemble/ensemble.ts';
import type { Chunk, ExecutorSetup } from '../../../src/engine/executor.ts';
import { OracleExecutor } from '../../../src/engine/oracle/oracleExecutor.ts';
import { runtimeOf } from '../../../src/labs/runtimes.ts';
import { relativeDistance } from '../../support/executors.ts';
import { openGpu, takenForFast, watch, webgpuOn, within } from '../../support/gpu.ts';
import { localMachine } from '../../support/hosts.ts';
import { chunkOfMembers, courseOf, firstDifference, membersOf } from '../../support/members.ts';
import { setupOf } from '../../support/networks.ts';
import { smallLog, STARTS } from '../ensemble/starts.ts';

const gpu = await openGpu();
const create = webgpuOn(gpu);
afterAll(() => {
  gpu.device.destroy();
});

const TANH = { 'model.activation': 'tanh' };
const EIGHT = [
  ...STARTS,
  { seed: 11, knobs: { 'model.use_logit_norm': true, 'model.logit_norm': 4, 'loss.min_entropy': 1 } },
  { seed: 12, knobs: { 'loss.maxsup_weight': 0.3, 'loss.maxsup_form': 'hinge' } },
  { seed: 13, knobs: { 'loss.confidence_penalty': 0.1, 'loss.label_smoothing': 0.2 } },
];
const SEEDS = EIGHT.map(({ seed }) => seed);
const prepared = await membersOf(smallLog(0, TANH), EIGHT);
const { setup } = prepared;
const P = setup.state.parameters.length / EIGHT.length;

/** A member of a setup, and of a chunk of it, by itself. */
const alone = (of: ExecutorSetup, k: number): ExecutorSetup => {
  const width = of.state.parameters.length / of.members;
  return {
    ...of,
    members: 1,
    state: {
      parameters: of.state.parameters.slice(k * width, (k + 1) * width),
      moments: of.state.moments.slice(2 * k * width, 2 * (k + 1) * width),
    },
    knobs: of.knobs.slice(k * of.plan.knobs.length, (k + 1) * of.plan.knobs.length),
  };
};
const chunkAlone = (chunk: Chunk, members: number, k: number): Chunk => {
  const of = (values: Float64Array) => values.filter((_, i) => i % members === k);
  return {
    ...chunk,
    batches: [chunk.batches[chunk.batches.length > 1 ? k : 0] as Int32Array],
    learningRate: of(chunk.learningRate),
    correction1: of(chunk.correction1),
    correction2: of(chunk.correction2),
  };
};

test.each([
  ['a list of batches each', SEEDS],
  ['one list of batches', [7]],
])('eight members with knobs, seeds and %s train as eight oracles do, within 2e-6', async (_, seeds) => {
  const chunk = chunkOfMembers(prepared, seeds, 0, 100);
  const executor = await create(setup);
  const { loss } = await executor.train(chunk);
  const { parameters } = await executor.save();
  for (let k = 0; k < EIGHT.length; k++) {
    const judge = new OracleExecutor(alone(setup, k));
    const expected = await judge.train(chunkAlone(chunk, EIGHT.length, k));
    const wanted = await judge.save();
    const what = `member ${String(k)}`;
    expect(
      relativeDistance(parameters.subarray(k * P, (k + 1) * P), wanted.parameters),
      what,
    ).toBeLessThanOrEqual(2e-6);
    expect(
      relativeDistance(
        loss.filter((__, i) => i % EIGHT.length === k),
        expected.loss,
      ),
      what,
    ).toBeLessThan(1e-5);
  }
  executor.dispose();
});

describe('on hosts', () => {
  const machine = () => localMachine(2, { create: (_, of) => create(of) });
  const chunks = [20, 11].map((steps, i) => chunkOfMembers(prepared, SEEDS, 20 * i, steps));

  test('an ensemble gives the numbers of one executor, bit by bit', async () => {
    const one = await create(setup);
    const expected = await courseOf(one, chunks);
    const ensemble = await Ensemble.open([setup], machine(), 'webgpu');
    expect(ensemble.info.executor).toBe('webgpu');
    expect(firstDifference(await courseOf(ensemble, chunks), expected)).toBe(-1);
    ensemble.dispose();
    one.dispose();
  });

  test('a cohort goes where the runs of its members go on the oracle', async () => {
    const logs = [
      smallLog(1, TANH),
      smallLog(2, { ...TANH, 'loss.entropy_weight': 1, 'training.learning_rate': 0.01 }),
    ];
    const build = async (log: (typeof logs)[number]) => {
      const runtime = await runtimeOf(log.lab);
      return runtime.build(log, () => Promise.reject(new Error('It reads no file.')));
    };
    const states = [];
    for (const [id, on] of [
      ['webgpu', machine()],
      ['oracle', localMachine(1)],
    ] as const) {
      const cohort = await Cohort.open({ build, machine: on }, logs, id);
      await cohort.advance(40);
      states.push([await cohort.state(0), await cohort.state(1)]);
      expect(cohort.notices).toEqual([]);
      cohort.dispose();
    }
    const [got, expected] = states as [(typeof states)[number], (typeof states)[number]];
    got.forEach(({ parameters }, k) => {
      expect(
        relativeDistance(parameters, (expected[k] as (typeof expected)[number]).parameters),
      ).toBeLessThan(2e-6);
    });
  });
});

test('forty members in lots are forty single ones, bit by bit', async () => {
  const starts = Array.from({ length: 40 }, (_, seed) => ({
    ...(EIGHT[seed % 8] as (typeof EIGHT)[number]),
    seed,
  }));
  const forty = await membersOf(smallLog(0, TANH), starts);
  const chunk = chunkOfMembers(
    forty,
    starts.map(({ seed }) => seed),
    0,
    6,
  );
  const single = await create(alone(setup, 0));
  const { bytes } = single.memory();
  single.dispose();
  const held = watch(gpu);
  const whole = await create(forty.setup);
  const expected = await courseOf(whole, [chunk]);
  const all = held.live().bytes;
  // The state of forty fits, what they need to go through a batch does not.
  const most = 4 * 4 * 40 * 2 * 120;
  await within(gpu, most, async () => {
    const before = held.live().bytes;
    const lots = await create(forty.setup);
    expect(firstDifference(await courseOf(lots, [chunk]), expected)).toBe(-1);
    // It went in lots.
    expect(held.live().bytes - before).toBeLessThan(all - bytes);
    lots.dispose();
  });
  for (const k of [0, 7, 39]) {
    const own = await create(alone(forty.setup, k));
    const { loss } = await own.train(chunkAlone(chunk, 40, k));
    expect(
      firstDifference(
        loss,
        expected.filter((_, i) => i < 6 * 40 && i % 40 === k),
      ),
    ).toBe(-1);
    own.dispose();
  }
  whole.dispose();
});

/** Two members of a wide network. */
const wide = (width: number, batch: number): ExecutorSetup =>
  setupOf({
    inputs: 2,
    hidden: [width, width],
    classes: 3,
    activation: 'relu',
    batch,
    members: [{}, { 'training.optimizer': 'sgd' }],
    seed: 1,
    terms: ['kl'],
  });

test('dispatches that are cut, and members one after the other, give the bits of whole ones', async () => {
  // So wide that a fast device, too, sums the gradient in few parts.
  const heavy = wide(384, 256);
  const chunk = chunkOfMembers({ setup: heavy }, [1, 2], 0, 2);
  const courses = [];
  for (const device of [gpu, takenForFast(gpu)]) {
    const executor = await webgpuOn(device)(heavy);
    courses.push(await courseOf(executor, [chunk]));
    executor.dispose();
  }
  const [cut, whole] = courses as [Float64Array, Float64Array];
  expect(firstDifference(cut, whole)).toBe(-1);
});

test('how many members there are makes no difference to one of them, on a fast device either', async () => {
  const two = wide(256, 96);
  const chunk = chunkOfMembers({ setup: two }, [1, 2], 0, 2);
  const fast = webgpuOn(takenForFast(gpu));
  const together = await fast(two);
  await together.train(chunk);
  const state = await together.save();
  const width = state.parameters.length / 2;
  for (const k of [0, 1]) {
    const own = await fast(alone(two, k));
    await own.train(chunkAlone(chunk, 2, k));
    const { parameters } = await own.save();
    expect(firstDifference(parameters, state.parameters.slice(k * width, (k + 1) * width))).toBe(-1);
    own.dispose();
  }
  together.dispose();
});
