import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  argmax,
  centredLogRatioNorm,
  entropy,
  entropyOfProbabilities,
  jsDivergence,
  klDivergence,
  logSoftmax,
  logSoftmaxRows,
  logSumExp,
  softmax,
  softmaxRows,
} from '../../../src/science/distributions.ts';

const logits = fc.array(fc.double({ min: -800, max: 800, noNaN: true }), { minLength: 1, maxLength: 12 });

describe('log-softmax', () => {
  it('neither overflows nor loses small probabilities', () => {
    expect([...logSoftmax([1000, 0, -1000])]).toEqual([0, -1000, -2000]);
    expect(logSumExp([-1000, -1000])).toBeCloseTo(-1000 + Math.LN2, 12);
    expect([...softmax([1e308, 0])]).toEqual([1, 0]);
  });

  it('normalises, and does not mind a shift', () => {
    fc.assert(
      fc.property(logits, fc.double({ min: -100, max: 100, noNaN: true }), (v, shift) => {
        const logp = logSoftmax(v);
        expect(logp.reduce((sum, x) => sum + Math.exp(x), 0)).toBeCloseTo(1, 12);
        const shifted = logSoftmax(v.map((x) => x + shift));
        const p = softmax(v);
        for (const [k, x] of logp.entries()) {
          expect(shifted[k]).toBeCloseTo(x, 9);
          expect(p[k]).toBeCloseTo(Math.exp(x), 12);
        }
      }),
    );
  });

  it('works on the rows of a flat array, also in place', () => {
    const rows = Float64Array.of(0, 1, 2, 5, 5, 5);
    const expected = [...logSoftmax([0, 1, 2]), ...logSoftmax([5, 5, 5])];
    const probabilities = new Float64Array(6);
    softmaxRows(probabilities, rows, 2, 3);
    logSoftmaxRows(rows, rows, 2, 3);
    expect([...rows]).toEqual(expected);
    for (const [i, p] of probabilities.entries()) expect(p).toBeCloseTo(Math.exp(expected[i] as number), 14);
  });

  it('lets NaN through, so that a diverged model is seen', () => {
    expect([...logSoftmax([0, NaN])]).toEqual([NaN, NaN]);
  });
});

describe('entropy', () => {
  it('is log K for equal classes and 0 for a certain one', () => {
    expect(entropy(logSoftmax([3, 3, 3, 3]))).toBeCloseTo(Math.log(4), 14);
    expect(entropy([0, -Infinity])).toBe(0);
    expect(entropyOfProbabilities([1, 0, 0])).toBe(0);
  });

  it('is the same of log-probabilities and of probabilities, on any row', () => {
    const logp = new Float64Array(6);
    logSoftmaxRows(logp, [0, 1, 2, 3, 1, 0], 2, 3);
    const p = logp.map(Math.exp);
    expect(entropy(logp, 3, 3)).toBeCloseTo(entropyOfProbabilities(p, 3, 3), 14);
    expect(entropy(logp, 3, 3)).not.toBeCloseTo(entropy(logp, 0, 3), 3);
  });
});

describe('klDivergence', () => {
  it('takes 0 log 0 as 0 and an impossible class as infinite', () => {
    expect(klDivergence([1, 0], [Math.log(0.25), Math.log(0.75)])).toBeCloseTo(Math.log(4), 14);
    expect(klDivergence([1, 0], [0, -Infinity])).toBe(0);
    expect(klDivergence([0.5, 0.5], [0, -Infinity])).toBe(Infinity);
  });

  it('is 0 only for the target itself', () => {
    fc.assert(
      fc.property(logits, (v) => {
        const p = softmax(v);
        expect(klDivergence(p, logSoftmax(v))).toBeCloseTo(0, 10);
        expect(klDivergence(p, logSoftmax(v.map((x, k) => x + k)))).toBeGreaterThan(-1e-12);
      }),
    );
    expect(klDivergence([0.2, 0.8], logSoftmax([0, 0]))).toBeCloseTo(
      0.2 * Math.log(0.4) + 0.8 * Math.log(1.6),
      14,
    );
  });
});

describe('jsDivergence', () => {
  it('is symmetric, and ln 2 for distributions with nothing in common', () => {
    expect(jsDivergence([1, 0], [0, 1])).toBeCloseTo(Math.LN2, 14);
    expect(jsDivergence([0.2, 0.8], [0.6, 0.4])).toBeCloseTo(jsDivergence([0.6, 0.4], [0.2, 0.8]), 15);
    expect(jsDivergence([0.2, 0.8], [0.2, 0.8])).toBeCloseTo(0, 15);
  });
});

describe('centredLogRatioNorm', () => {
  it('is the length of the centred logits, whatever their mean and the total of the row', () => {
    const v = [1, -2, 4];
    const expected = Math.hypot(0, -3, 3);
    expect(centredLogRatioNorm(softmax(v))).toBeCloseTo(expected, 12);
    expect(centredLogRatioNorm([9, ...softmax(v).map((p) => 7 * p)], 1, 3)).toBeCloseTo(expected, 12);
  });

  it('is infinite for a zero and 0 for a single class', () => {
    expect(centredLogRatioNorm([0.5, 0.5, 0])).toBe(Infinity);
    expect(centredLogRatioNorm([1, 0, 0])).toBe(Infinity);
    expect(centredLogRatioNorm([1])).toBe(0);
  });
});

describe('argmax', () => {
  it('is the first of ties, counted from the row', () => {
    expect(argmax([1, 3, 3])).toBe(1);
    expect(argmax([9, 9, 0, 2, 1], 2, 3)).toBe(1);
  });
});
