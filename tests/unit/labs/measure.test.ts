import { describe, expect, it } from 'vitest';
import type { Measured } from '../../../src/engine/task.ts';
import { defaultsOf } from '../../../src/labs/lab.ts';
import { knobs as declared } from '../../../src/labs/service-mix/knobs.ts';
import { explainDivergence, Meter } from '../../../src/labs/service-mix/measure.ts';
import { entropyOfProbabilities, softmaxRows } from '../../../src/science/distributions.ts';
import { randomStream } from '../../../src/science/random.ts';
import { mean, standardDeviation } from '../../../src/science/statistics.ts';
import { numericValue, type KnobValues } from '../../../src/terms/knob.ts';
import { terms as serviceMixTerms } from '../../../src/labs/service-mix/terms.ts';
import type { SoftmaxHead } from '../../../src/terms/heads/softmax/head.ts';
import type { NumericKnobs } from '../../../src/terms/term.ts';

const K = 4;
const ROWS = 40;
const head: SoftmaxHead = { kind: 'softmax', terms: serviceMixTerms.map(({ id }) => id) };
const byKey = new Map(declared.map((knob) => [knob.key, knob]));
const settings = (changes: KnobValues = {}): KnobValues => ({ ...defaultsOf(declared), ...changes });
const numeric =
  (values: KnobValues): NumericKnobs =>
  (key) => {
    const knob = byKey.get(key);
    if (!knob) throw new Error(`There is no knob ${key}.`);
    return numericValue(knob, values[key] as number);
  };

function normal(seed: number, scale: number): Float64Array {
  const stream = randomStream(seed, 'data');
  return Float64Array.from({ length: ROWS * K }, (_, i) => scale * stream.normal(i));
}
function softened(logits: Float64Array): Float64Array {
  const out = new Float64Array(logits.length);
  softmaxRows(out, logits, ROWS, K);
  return out;
}
const logits = normal(1, 2);
const targets = softened(normal(2, 2));
const meter = new Meter(head, targets, K);
const measure = (changes: KnobValues = {}, of = logits): Measured => {
  const knobs = settings(changes);
  return meter.measure(of, knobs, numeric(knobs));
};
const rowsOf = (values: Float64Array): number[][] =>
  Array.from({ length: ROWS }, (_, row) => [...values.subarray(row * K, (row + 1) * K)]);

describe('what is measured', () => {
  const predicted = softened(logits);
  const entropies = rowsOf(predicted).map((row) => entropyOfProbabilities(row));
  const kl = rowsOf(targets).map((row, i) =>
    row.reduce((sum, t, c) => sum + t * Math.log(t / (predicted[i * K + c] as number)), 0),
  );

  it('is what its name says', () => {
    const { total, terms, values, diverged } = measure();
    expect(diverged).toBeUndefined();
    expect(values['kl']).toBeCloseTo(mean(kl), 12);
    expect(values['klSd']).toBeCloseTo(standardDeviation(kl), 12);
    expect(values['entropyMean']).toBeCloseTo(mean(entropies), 12);
    expect(values['entropySd']).toBeCloseTo(standardDeviation(entropies), 12);
    expect(values['entropyTargetMean']).toBeCloseTo(
      mean(rowsOf(targets).map((row) => entropyOfProbabilities(row))),
      12,
    );
    expect(values['maxLogitMean']).toBeCloseTo(mean(rowsOf(logits).map((row) => Math.max(...row))), 12);
    expect(values['featureNormMean']).toBeCloseTo(mean(rowsOf(logits).map((row) => Math.hypot(...row))), 12);
    expect(terms).toEqual({
      kl: values['kl'],
      entropy: 0,
      confidence_penalty: expect.closeTo(0, 12) as number,
      maxsup: 0,
    });
    expect(total).toBeCloseTo(values['kl'] as number, 12);
    const quantiles = ['entropyQ05', 'entropyQ25', 'entropyMean', 'entropyQ75', 'entropyQ95'].map(
      (q) => values[q] as number,
    );
    expect([...quantiles].sort((a, b) => a - b)).toEqual(quantiles);
  });

  it('in full weights: contributions sum to the total', () => {
    const { total, terms, values } = measure({
      'loss.entropy_weight': 2,
      'loss.min_entropy': 1,
      'loss.confidence_penalty': 0.5,
      'loss.maxsup_weight': 0.1,
      'loss.kl_reduction': 'mean',
    });
    expect(Object.values(terms).reduce((a, b) => a + b)).toBeCloseTo(total, 12);
    expect(terms['kl']).toBeCloseTo((values['kl'] as number) / K, 12);
    expect(terms['entropy']).toBeCloseTo(2 * mean(entropies.map((h) => Math.max(0, 1 - h))), 12);
    expect(terms['confidence_penalty']).toBeCloseTo(-0.5 * mean(entropies), 12);
    expect(values['kl']).toBeCloseTo(mean(kl), 12);
  });

  it('is the KL to the given targets, not to smoothed ones', () => {
    const { values, terms } = measure({ 'loss.label_smoothing': 0.3 });
    expect(values['kl']).toBeCloseTo(mean(kl), 12);
    expect(terms['kl']).not.toBeCloseTo(mean(kl), 2);
  });

  it('reads the largest logit after LogitNorm, and the length of the features before', () => {
    const { values } = measure({
      'model.use_logit_norm': true,
      'model.logit_norm': 3,
      'model.temperature': 5,
    });
    const unit = rowsOf(logits).map((row) => (3 * Math.max(...row)) / Math.hypot(...row));
    expect(values['maxLogitMean']).toBeCloseTo(mean(unit), 6);
    expect(values['featureNormMean']).toBe(measure().values['featureNormMean']);
  });

  it.each([
    ['both', 2.5],
    ['inference', 2.5],
    ['training', 1],
  ])('sees the temperature where it acts at inference: %s', (place, T) => {
    const { values } = measure({ 'model.temperature': 2.5, 'model.temperature_at': place });
    const h = rowsOf(softened(logits.map((f) => f / T))).map((row) => entropyOfProbabilities(row));
    expect(values['entropyMean']).toBeCloseTo(mean(h), 12);
  });

  it('says how hard each penalty pulls: nothing where its weight is 0', () => {
    const { values } = measure({ 'loss.entropy_weight': 3, 'loss.min_entropy': 1.2 });
    const errors = rowsOf(predicted).map((row, i) =>
      Math.hypot(...row.map((p, c) => p - (targets[i * K + c] as number))),
    );
    expect(values['pull.kl']).toBeCloseTo(mean(errors), 10);
    expect(values['pull.entropy']).toBeGreaterThan(0);
    expect(values['pull.maxsup']).toBe(0);
    expect(values['pull.confidence_penalty']).toBe(0);
  });

  describe('hingeActiveShare', () => {
    it('is the share of predictions below the minimum entropy', () => {
      for (const minimum of [0.3, 0.8, 1.3]) {
        const share = entropies.filter((h) => h < minimum).length / ROWS;
        const got = measure({ 'loss.entropy_weight': 1, 'loss.min_entropy': minimum }).values;
        expect(got['hingeActiveShare']).toBeCloseTo(share, 12);
        expect(share).toBeGreaterThan(0);
        expect(share).toBeLessThan(1);
      }
    });

    it('is 0 where the hinge has no weight, and where nothing within reach is so certain', () => {
      expect(measure({ 'loss.min_entropy': 2.5 }).values['hingeActiveShare']).toBe(0);
      const flat = { 'model.use_logit_norm': true, 'model.logit_norm': 1, 'model.temperature': 4 };
      const hinge = { 'loss.entropy_weight': 5, 'loss.min_entropy': 1.3 };
      expect(measure({ ...flat, ...hinge }).values['hingeActiveShare']).toBe(0);
    });
  });

  it('is flat, and does not vary, where every place gets the same', () => {
    const { values } = measure({}, new Float64Array(ROWS * K));
    expect(values['entropyMean']).toBeCloseTo(Math.log(K), 12);
    for (const spread of ['betweenSampleSd', 'entropySd']) expect(values[spread]).toBeCloseTo(0, 12);
  });
});

describe('the floor', () => {
  const at = (reach: number): KnobValues =>
    settings({ 'model.use_logit_norm': true, 'model.logit_norm': reach });

  it('is 0 without LogitNorm, and rises as reach falls', () => {
    expect(meter.floor(settings())).toMatchObject({ mean: 0, shareReachable: 1 });
    const means = [8, 4, 2, 1, 0.25].map((reach) => meter.floor(at(reach)).mean);
    expect([...means].sort((a, b) => a - b)).toEqual(means);
    expect(means.at(-1)).toBeGreaterThan(0.1);
    expect(measure({ 'model.use_logit_norm': true, 'model.logit_norm': 0.5 }).values).toMatchObject({
      floorKl: meter.floor(at(0.5)).mean,
      shareInReach: meter.floor(at(0.5)).shareReachable,
    });
  });

  it('is never above what is predicted', () => {
    for (const norm of [0.25, 1, 4]) {
      const { values } = measure({ 'model.use_logit_norm': true, 'model.logit_norm': norm });
      expect(values['kl']).toBeGreaterThanOrEqual(values['floorKl'] as number);
    }
  });

  it('is worked out once for each reach, and again when reach moves', () => {
    const one = meter.floor(at(2));
    expect(meter.floor({ ...at(4), 'model.temperature': 2, 'loss.maxsup_weight': 0.1 })).toBe(one);
    const other = meter.floor(at(1));
    expect(other).not.toBe(one);
    expect(meter.floor(at(1))).toBe(other);
    expect(meter.floor(at(2))).toEqual(one);
  });
});

describe('divergence', () => {
  const RAW = { 'loss.maxsup_weight': 0.1, 'loss.maxsup_form': 'raw' };
  /** All logits low together: predictions are the same, raw MaxSup is not. */
  const sunk = logits.map((f) => f - 1e4);

  it('is not said of what is only bad', () => {
    expect(
      measure(
        {},
        logits.map((f) => 10 * f),
      ).diverged,
    ).toBeUndefined();
    expect(measure(RAW).diverged).toBeUndefined();
    expect(measure({ 'loss.maxsup_weight': 0.1 }, sunk).diverged).toBeUndefined();
    expect(measure({}, sunk).diverged).toBeUndefined();
  });

  it('names the term that has run away, how far, and why it can', () => {
    const { diverged } = measure(RAW, sunk);
    expect(diverged).toMatch(/^MaxSup fell to -9\d\d\.\d\. MaxSup raw has no lower bound without LogitNorm/);
    expect(diverged).toMatch(/Use the centered form, or switch LogitNorm on\.$/);
    expect(measure({ ...RAW, 'model.use_logit_norm': true }, sunk).diverged).toBeUndefined();
  });

  it('names the learning rate where no term is to blame', () => {
    const { diverged } = measure(
      { 'training.learning_rate': 9 },
      logits.map((f) => 1e4 * f),
    );
    expect(diverged).toMatch(
      /^KL rose to \d+ nats\. The steps are too large: lower the learning rate, now 9, /,
    );
  });

  it('is seen in NaN, whatever made it', () => {
    const broken = logits.slice();
    broken[5] = NaN;
    expect(measure({}, broken).diverged).toContain('The loss is no longer a number. The steps are too large');
    expect(measure(RAW, broken).diverged).toMatch(
      /^MaxSup made the loss leave the range of numbers\. MaxSup raw/,
    );
  });

  it('is explained in the same words for a loss that broke while training', () => {
    expect(explainDivergence(head, settings(RAW))).toContain(
      'MaxSup raw has no lower bound without LogitNorm',
    );
    expect(explainDivergence(head, settings({ 'training.learning_rate': 2 }))).toContain('now 2,');
  });
});
