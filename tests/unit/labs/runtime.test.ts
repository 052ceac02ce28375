import { describe, expect, it } from 'vitest';
import { parameterLayout } from '../../../src/engine/plan.ts';
import type { MixSample, TemperatureFit } from '../../../src/labs/service-mix/answers.ts';
import type { Session } from '../../../src/engine/session.ts';
import type { Task } from '../../../src/engine/task.ts';
import { serviceMixRuntime } from '../../../src/labs/service-mix/runtime.ts';
import { centredLogRatioNorm, entropyOfProbabilities } from '../../../src/science/distributions.ts';
import { mean } from '../../../src/science/statistics.ts';
import type { KnobValues } from '../../../src/terms/knob.ts';
import { openSession, readPublic, serviceMixLog, type RunOptions } from '../../support/runs.ts';
import { denseSlices } from '../../support/denseSlices.ts';

/** Small, so that a run takes milliseconds. */
const SMALL: KnobValues = {
  'data.points': 256,
  'data.validation': 64,
  'model.hidden': '16',
  'training.batch_size': 64,
};
const log = ({ knobs, ...rest }: RunOptions = {}): ReturnType<typeof serviceMixLog> =>
  serviceMixLog({ ...rest, knobs: { ...SMALL, ...knobs } });
const build = (options: RunOptions = {}): Promise<Task> => serviceMixRuntime.build(log(options), readPublic);
const rows = (values: Float32Array | Float64Array, width: number): number[][] =>
  Array.from({ length: values.length / width }, (_, row) => [
    ...values.subarray(row * width, (row + 1) * width),
  ]);
/** Whether two things hold the same numbers; `toEqual` takes seconds for arrays of this size. */
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const scene = (task: Task, name: string): Float32Array => task.scene[name] as Float32Array;

describe('the data of a run', () => {
  it('follow the seed', async () => {
    const [one, again, other] = await Promise.all([
      build({ seed: 1 }),
      build({ seed: 1 }),
      build({ seed: 2 }),
    ]);
    expect(same(again.data, one.data)).toBe(true);
    expect(scene(other, 'services')).not.toEqual(scene(one, 'services'));
  });

  it('stay where data.seed fixes them while the seed varies', async () => {
    const knobs = { 'data.seed': '1', 'data.targets': 'sampled', 'data.label_noise': 0.3 };
    const [one, other] = await Promise.all([build({ seed: 1, knobs }), build({ seed: 2, knobs })]);
    expect(same(other.data, one.data)).toBe(true);
    expect(same(other.scene, one.scene)).toBe(true);
    const followed = await build({ seed: 1, knobs: { ...knobs, 'data.seed': '' } });
    expect(same(followed.data, one.data)).toBe(true);
    const fixed = await build({ seed: 1, knobs: { ...knobs, 'data.seed': '0' } });
    const zero = await build({ seed: 0, knobs: { ...knobs, 'data.seed': '' } });
    expect(same(fixed.data, zero.data)).toBe(true);
    expect(same(fixed.data, one.data)).toBe(false);
  });

  it.each([
    ['data.points', 300],
    ['data.validation', 100],
    ['data.label_noise', 0.5],
    ['data.targets', 'sampled'],
    ['data.tau', 0.5],
  ])('keep their services when %s moves', async (key, value) => {
    expect(scene(await build({ knobs: { [key]: value } }), 'services')).toEqual(
      scene(await build(), 'services'),
    );
  });

  it.each([3, 12])('may have %d categories', async (k) => {
    const task = await build({ knobs: { 'data.categories': k } });
    expect(task.labels).toHaveLength(k);
    expect(denseSlices(task.plan).slices.map(({ layer }) => [layer.inputs, layer.outputs])).toEqual([
      [2 + k, 16],
      [16, k],
    ]);
    expect(task.data.train.features).toHaveLength(256 * (2 + k));
    const session = await openSession(log({ knobs: { 'data.categories': k } }));
    await session.advance(5);
    const { kl, entropyMean } = await session.metrics();
    expect(kl).toBeGreaterThan(0);
    expect(entropyMean).toBeLessThanOrEqual(Math.log(k) + 1e-9);
  });

  it('are one-hot where τ is tiny, and everything about them is a number', async () => {
    const knobs = { 'data.tau': 0.001 };
    const { data } = await build({ knobs });
    for (const row of rows(data.validation.targets, 8)) expect(sum(row)).toBeCloseTo(1, 6);
    const sharp = rows(data.train.targets, 8).filter((row) => Math.max(...row) > 0.999);
    expect(sharp.length).toBeGreaterThan(0.8 * 256);
    expect(rows(data.train.targets, 8).filter((row) => row.includes(0)).length).toBeGreaterThan(200);
    for (const preset of ['sufficient', 'before']) {
      const session = await openSession(log({ preset, knobs }));
      await session.advance(10);
      const { terms, ...values } = await session.metrics();
      for (const [name, value] of Object.entries({ ...values, ...terms }))
        if (name !== 'status') expect(Number.isFinite(value), name).toBe(true);
      for (const { kl, klFloor, entropyTarget } of await session.samples(64))
        expect([kl, klFloor, entropyTarget].every(Number.isFinite)).toBe(true);
      expect(session.status).toBe('ok');
    }
  });
});

describe('the plan', () => {
  it('is the network that the knobs say, with the lab’s head', async () => {
    const { plan } = await build({ knobs: { 'model.hidden': '32, 8', 'model.activation': 'gelu' } });
    expect(plan.layers).toEqual([
      { kind: 'dense', inputs: 10, outputs: 32, activation: 'gelu' },
      { kind: 'dense', inputs: 32, outputs: 8, activation: 'gelu' },
      { kind: 'dense', inputs: 8, outputs: 8 },
    ]);
    expect(plan.head.terms).toEqual([
      ...['kl', 'logit_norm', 'entropy', 'temperature', 'confidence_penalty', 'maxsup', 'label_smoothing'],
    ]);
    expect(plan.batchSize).toBe(64);
    expect(parameterLayout(plan).count).toBe(10 * 32 + 32 + 32 * 8 + 8 + 8 * 8 + 8);
  });

  it('reads live knobs as numbers, and refuses others', async () => {
    const { plan, numeric } = await build();
    const { knobs } = log({ preset: 'before' });
    expect(plan.knobs).toContain('loss.maxsup_form');
    expect(plan.knobs).not.toContain('data.tau');
    for (const key of plan.knobs) expect(numeric(knobs, key)).not.toBeNaN();
    expect(numeric(knobs, 'loss.maxsup_form')).toBe(2);
    expect(() => numeric(knobs, 'loss.gravity')).toThrow('There is no knob loss.gravity.');
  });
});

describe('the scene', () => {
  it('has the shapes that the page draws', async () => {
    const task = await build({ knobs: { 'data.categories': 5, 'data.services_per_category': 4 } });
    const [k, side] = [...scene(task, 'shape')] as [number, number];
    expect(k).toBe(5);
    expect(
      Object.fromEntries(Object.entries(task.scene).map(([name, values]) => [name, values.length])),
    ).toEqual({
      shape: 2,
      tau: 1,
      stagePositions: 2 * side * side,
      stageTargets: k * side * side,
      services: 3 * 4 * k,
      letteredPositions: 16,
      letteredTargets: 8 * k,
      needed: 64,
      targetEntropies: 64,
    });
    expect(task.data.stage.rows).toBe(side * side);
    expect(scene(task, 'tau')[0]).toBeCloseTo(0.04, 6);
    for (const name of ['stageTargets', 'letteredTargets'])
      for (const row of rows(scene(task, name), k)) expect(sum(row)).toBeCloseTo(1, 5);
  });

  it('letters eight validation places, from the most certain target to the flattest', async () => {
    const { scene: arrays, data } = await build();
    const targets = arrays['letteredTargets'] as Float32Array;
    const h = rows(targets, 8).map((row) => entropyOfProbabilities(row));
    expect([...h].sort((a, b) => a - b)).toEqual(h);
    const all = [...(arrays['targetEntropies'] as Float32Array)].sort((a, b) => a - b);
    expect(h[0]).toBeLessThan(all[8] as number);
    expect(h[7]).toBeGreaterThan(all[55] as number);
    const known = new Set(rows(data.validation.targets, 8).map((row) => row.join()));
    expect(rows(targets, 8).every((row) => known.has(row.join()))).toBe(true);
  });

  it('says of each validation place what entropy it has and what reach it needs', async () => {
    const { scene: arrays, data } = await build();
    const targets = Float64Array.from(data.validation.targets);
    for (let row = 0; row < 64; row++) {
      expect(arrays['targetEntropies']?.[row]).toBeCloseTo(entropyOfProbabilities(targets, row * 8, 8), 5);
      expect(arrays['needed']?.[row]).toBeCloseTo(centredLogRatioNorm(targets, row * 8, 8), 4);
    }
  });
});

describe('the view', () => {
  it('is a distribution at each point of the stage, and at the lettered places those of the samples', async () => {
    const session = await openSession(log({ preset: 'after' }));
    await session.advance(20);
    const { stage, lettered } = (await session.view()) as Record<string, Float32Array>;
    expect(stage).toHaveLength(8 * session.task.data.stage.rows);
    for (const row of rows(stage as Float32Array, 8)) expect(sum(row)).toBeCloseTo(1, 5);
    const samples = await samplesOf(session, 64);
    const positions = rows(scene(session.task, 'letteredPositions'), 2);
    rows(lettered as Float32Array, 8).forEach((row, letter) => {
      const [x, y] = positions[letter] as [number, number];
      const sample = samples.find((one) => Math.fround(one.x) === x && Math.fround(one.y) === y) as MixSample;
      row.forEach((p, c) => {
        expect(p).toBeCloseTo(sample.predicted[c] as number, 6);
      });
    });
  });
});

const samplesOf = async (session: Session, n: number): Promise<MixSample[]> =>
  (await session.samples(n)) as unknown as MixSample[];

describe('samples', () => {
  const trained = async (preset: string): Promise<Session> => {
    const session = await openSession(log({ preset }));
    await session.advance(40);
    return session;
  };

  it.each(['before', 'sufficient'])('agree with the metrics under %s', async (preset) => {
    const session = await trained(preset);
    const samples = await samplesOf(session, 1000);
    expect(samples).toHaveLength(64);
    const metrics = await session.metrics();
    const average = (of: (sample: MixSample) => number): number => mean(samples.map(of));
    expect(average(({ kl }) => kl)).toBeCloseTo(metrics['kl'] as number, 10);
    expect(average(({ klFloor }) => klFloor)).toBeCloseTo(metrics['floorKl'] as number, 10);
    expect(average((one) => one.entropyPredicted)).toBeCloseTo(metrics['entropyMean'] as number, 10);
    expect(average((one) => one.entropyTarget)).toBeCloseTo(metrics['entropyTargetMean'] as number, 10);
    const largest = (p: readonly number[]): number => p.indexOf(Math.max(...p));
    const right = average(({ target, predicted }) => (largest(target) === largest(predicted) ? 1 : 0));
    expect(right).toBeCloseTo(metrics['top1Agreement'] as number, 10);
  });

  it('are ten where ten are asked for, the first places of validation, each sound in itself', async () => {
    const session = await trained('before');
    const samples = await samplesOf(session, 10);
    expect(samples).toHaveLength(10);
    expect(await session.samples(64).then((all) => all.slice(0, 10))).toEqual(samples);
    samples.forEach(({ x, y, target, predicted, kl, klFloor, entropyTarget, entropyPredicted }, row) => {
      expect([x, y].every((at) => at >= 0 && at <= 1)).toBe(true);
      expect(target).toEqual([...session.task.data.validation.targets.subarray(8 * row, 8 * row + 8)]);
      expect(sum(predicted)).toBeCloseTo(1, 10);
      const divergence = sum(target.map((t, c) => (t > 0 ? t * Math.log(t / (predicted[c] as number)) : 0)));
      expect(kl).toBeCloseTo(divergence, 8);
      expect(kl).toBeGreaterThanOrEqual(klFloor - 1e-6);
      expect(klFloor).toBeGreaterThan(0);
      expect(entropyTarget).toBeCloseTo(entropyOfProbabilities(target), 10);
      expect(entropyPredicted).toBeCloseTo(entropyOfProbabilities(predicted), 10);
    });
  });

  it('follow the knobs at once, without a step', async () => {
    const session = await trained('sufficient');
    const before = mean((await samplesOf(session, 64)).map(({ entropyPredicted }) => entropyPredicted));
    await session.set({ 'model.use_logit_norm': true, 'model.logit_norm': 1, 'model.temperature': 4 });
    const after = mean((await samplesOf(session, 64)).map(({ entropyPredicted }) => entropyPredicted));
    expect(after).toBeGreaterThan(2.07);
    expect(before).toBeLessThan(2);
  });
});

/** The answer of a task, without a session. */
const fitOf = (task: Task, logits: Float64Array, knobs: KnobValues): TemperatureFit =>
  task.answers?.['fitTemperature']?.(logits, knobs) as TemperatureFit;

describe('fitting the temperature', () => {
  /** Logits that are right once they are divided by T. */
  const logitsFor = (task: Task, T: number): Float64Array =>
    Float64Array.from(task.data.validation.targets, (t) => T * Math.log(Math.max(t, 1e-30)));
  const free = log().knobs;

  it.each([0.2, 1, 3])('finds T = %d for logits that are so many times too large', async (T) => {
    const task = await build({ knobs: { 'data.tau': 0.2 } });
    const fit = fitOf(task, logitsFor(task, T), free);
    expect(fit.temperature).toBeCloseTo(T, 4);
    expect(fit.klAfter).toBeCloseTo(0, 6);
    expect(fit.klBefore).toBeGreaterThanOrEqual(fit.klAfter - 1e-9);
    expect(fit.atBound).toBe(false);
    if (T !== 1) expect(fit.klBefore).toBeGreaterThan(0.05);
  });

  it('does not depend on the temperature that is set', async () => {
    const task = await build();
    const logits = logitsFor(task, 2);
    for (const knobs of [{ 'model.temperature': 7 }, { 'model.temperature_at': 'training' }])
      expect(fitOf(task, logits, { ...free, ...knobs })).toEqual(fitOf(task, logits, free));
  });

  it.each([
    [30, 10],
    [0.02, 0.05],
  ])('stops at the end of the knob’s range, and says so: %d', async (T, used) => {
    const task = await build({ knobs: { 'data.tau': 0.2 } });
    const logits = logitsFor(task, T);
    const fit = fitOf(task, logits, free);
    expect(fit).toMatchObject({ temperature: used, atBound: true });
    const { values } = task.measure(logits, { ...free, 'model.temperature': used });
    expect(fit.klAfter).toBeCloseTo(values['kl'] as number, 9);
    expect(fit.klAfter).toBeGreaterThan(0.01);
  });

  it('reads the logits after LogitNorm, where that is on', async () => {
    const task = await build();
    const knobs = { ...free, 'model.use_logit_norm': true, 'model.logit_norm': 4 };
    const logits = logitsFor(task, 1);
    const fit = fitOf(task, logits, knobs);
    const longer = logits.map((f) => 100 * f);
    expect(fitOf(task, longer, knobs).temperature).toBeCloseTo(fit.temperature, 6);
    expect(fitOf(task, longer, free).temperature).toBeGreaterThan(5);
    expect(fit.temperature).toBeGreaterThan(0.05);
    expect(fit.klAfter).toBeLessThan(fit.klBefore);
  });

  it('repairs a run whose temperature is wrong at inference', async () => {
    const session = await openSession(log());
    await session.advance(150);
    await session.set({ 'model.temperature': 5, 'model.temperature_at': 'inference' });
    const wrong = (await session.metrics())['kl'] as number;
    const { temperature, klAfter } = (await session.ask('fitTemperature')) as TemperatureFit;
    await session.set({ 'model.temperature': temperature });
    const right = (await session.metrics())['kl'] as number;
    expect(temperature).toBeGreaterThan(0.5);
    expect(temperature).toBeLessThan(2);
    expect(right).toBeCloseTo(klAfter, 9);
    expect(right).toBeLessThan(wrong / 2);
    for (const near of [temperature * 0.97, temperature * 1.03]) {
      await session.set({ 'model.temperature': near });
      expect((await session.metrics())['kl']).toBeGreaterThan(right);
    }
  });
});
