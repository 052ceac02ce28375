import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  centredLogRatioNorm,
  entropyOfProbabilities,
  klDivergence,
  softmax,
} from '../../../src/science/distributions.ts';
import { randomStream } from '../../../src/science/random.ts';
import { floorKl, projectOntoReach, reach } from '../../../src/science/reach.ts';
import { optimalityGap } from '../../golden/optimality.ts';

/** Targets of 2 … 12 classes: smooth ones, tiny probabilities, zeros, ties, one-hot. */
const weight = fc.oneof(
  { weight: 4, arbitrary: fc.double({ min: 1e-3, max: 1, noNaN: true }) },
  { weight: 1, arbitrary: fc.double({ min: -300, max: -1, noNaN: true }).map((x) => 10 ** x) },
  { weight: 2, arbitrary: fc.constantFrom(0, 0.25, 1) },
);
const target = fc
  .array(weight, { minLength: 2, maxLength: 12 })
  .filter((weights) => weights.some((w) => w > 0.01))
  .map((weights) => {
    const total = weights.reduce((sum, w) => sum + w, 0);
    return Float64Array.from(weights, (w) => w / total);
  });
const radius = fc.double({ min: -4, max: 3, noNaN: true }).map((x) => 10 ** x);

describe('projectOntoReach', () => {
  it('is the optimum: within reach, and no better one can exist', () => {
    fc.assert(
      fc.property(target, radius, (t, R) => {
        const best = projectOntoReach(t, R);
        const needed = centredLogRatioNorm(t);
        if (needed < Infinity) expect(Math.abs(best.clrNorm - needed)).toBeLessThan(1e-12 * (1 + needed));
        else expect(best.clrNorm).toBe(Infinity);
        if (best.exactlyReachable) return;
        expect(centredLogRatioNorm(best.probabilities)).toBeLessThanOrEqual(R * (1 + 1e-11));
        // The bound is loose where the constraint hardly matters, in proportion to R.
        expect(optimalityGap(t, best.probabilities, best.kl, R)).toBeLessThan(1e-12 + 2e-13 * R);
      }),
      { numRuns: 3000 },
    );
  });

  it('leaves a small residual of softmax(v) − t + λv = 0', () => {
    fc.assert(
      fc.property(target, fc.double({ min: 0.01, max: 15, noNaN: true }), (t, R) => {
        const { probabilities: p, exactlyReachable } = projectOntoReach(t, R);
        fc.pre(!exactlyReachable);
        const mean = p.reduce((sum, x) => sum + Math.log(x) / p.length, 0);
        const v = p.map((x) => Math.log(x) - mean);
        const along = v.reduce((sum, x, k) => sum + x * ((t[k] as number) - (p[k] as number)), 0);
        const lambda = along / v.reduce((sum, x) => sum + x * x, 0);
        expect(lambda).toBeGreaterThanOrEqual(0);
        for (const [k, x] of v.entries()) {
          expect(Math.abs((p[k] as number) - (t[k] as number) + lambda * x)).toBeLessThan(1e-11);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('is not beaten by any sampled point of the ball', () => {
    fc.assert(
      fc.property(
        target,
        radius,
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 12, maxLength: 12 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (t, R, direction, share) => {
          const d = direction.slice(0, t.length);
          const length = Math.hypot(...d);
          fc.pre(length > 1e-6);
          const p = softmax(d.map((x) => (x * R * share) / length));
          const { kl } = projectOntoReach(t, R);
          expect(klDivergence(t, p.map(Math.log))).toBeGreaterThanOrEqual(kl - 1e-12);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('does not get worse with reach', () => {
    fc.assert(
      fc.property(target, radius, fc.double({ min: 1, max: 3, noNaN: true }), (t, R, more) => {
        expect(projectOntoReach(t, R * more).kl).toBeLessThanOrEqual(projectOntoReach(t, R).kl + 1e-12);
      }),
    );
  });

  it('agrees with the closed form for one-hot targets', () => {
    for (const K of [2, 3, 8, 12]) {
      const t = new Float64Array(K);
      t[K - 1] = 1;
      for (const R of [1e-3, 0.25, 1, 4, 8, 12]) {
        const { kl, probabilities, clrNorm, exactlyReachable } = projectOntoReach(t, R);
        const closed = reach(K, R);
        expect(Math.abs(kl - closed.minKlToOneHot)).toBeLessThan(1e-14);
        expect(probabilities[K - 1]).toBeCloseTo(closed.pMax, 13);
        expect(probabilities[0]).toBeCloseTo((1 - closed.pMax) / (K - 1), 13);
        expect(clrNorm).toBe(Infinity);
        expect(exactlyReachable).toBe(false);
      }
    }
  });

  it('agrees with the one-dimensional problem for two classes', () => {
    // Two classes: the ball is an interval, its end is the answer.
    const { kl, probabilities } = projectOntoReach([0.9, 0.1], 1);
    const { pMax } = reach(2, 1);
    expect(probabilities[0]).toBeCloseTo(pMax, 13);
    expect(kl).toBeCloseTo(0.9 * Math.log(0.9 / pMax) + 0.1 * Math.log(0.1 / (1 - pMax)), 13);
  });

  it('treats equal classes alike', () => {
    const { probabilities: p } = projectOntoReach([0.5, 0.5, 0, 0, 0], 3);
    expect((p[0] as number) / (p[1] as number)).toBeCloseTo(1, 13);
    expect((p[2] as number) / (p[4] as number)).toBeCloseTo(1, 13);
  });

  it('gives back a target within reach, normalised', () => {
    const t = softmax([1, 0, -1]);
    const inside = projectOntoReach(
      t.map((p) => 2 * p),
      1.5,
    );
    expect(inside.kl).toBe(0);
    expect(inside.exactlyReachable).toBe(true);
    for (const [k, p] of inside.probabilities.entries()) expect(p).toBeCloseTo(t[k] as number, 15);
    expect(projectOntoReach(t, 1.4).exactlyReachable).toBe(false);
    expect(projectOntoReach([1, 0], Infinity)).toMatchObject({ kl: 0, exactlyReachable: true });
    expect(projectOntoReach([1 / 3, 1 / 3, 1 / 3], 0)).toMatchObject({ kl: 0, exactlyReachable: true });
    expect(projectOntoReach([1], 0.5)).toMatchObject({ kl: 0, exactlyReachable: true });
  });

  it('is the uniform distribution where nothing else is within reach', () => {
    const t = [0.7, 0.2, 0.1];
    for (const R of [0, 1e-300, 1e-12]) {
      const { kl, probabilities } = projectOntoReach(t, R);
      expect(kl).toBeCloseTo(Math.log(3) - entropyOfProbabilities(t), 11);
      for (const p of probabilities) expect(p).toBeCloseTo(1 / 3, 11);
    }
    // The two ways of solving meet.
    const [below, above] = [0.99e-8, 1.01e-8].map((R) => projectOntoReach(t, R).kl);
    expect(Math.abs((below as number) - (above as number))).toBeLessThan(1e-9);
  });

  it('refuses what is not a distribution or a reach', () => {
    expect(() => projectOntoReach([0.5, -0.5], 1)).toThrow(RangeError);
    expect(() => projectOntoReach([NaN, 1], 1)).toThrow(RangeError);
    expect(() => projectOntoReach([0, 0], 1)).toThrow(RangeError);
    expect(() => projectOntoReach([0.5, 0.5], -1)).toThrow(RangeError);
    expect(() => projectOntoReach([0.5, 0.5], NaN)).toThrow(RangeError);
  });
});

describe('floorKl', () => {
  const K = 8;
  const rows = 1000;
  const stream = randomStream(1, 'data');
  const logits = new Float64Array(rows * K);
  stream.fillUniform(logits, -6, 0, 0);
  const targets = new Float64Array(rows * K);
  for (let i = 0; i < rows; i++) targets.set(softmax(logits.subarray(i * K, (i + 1) * K)), i * K);

  it('is the projection of every row', () => {
    const floor = floorKl(targets, rows, K, 5);
    const each = Array.from({ length: rows }, (_, i) =>
      projectOntoReach(targets.subarray(i * K, (i + 1) * K), 5),
    );
    expect([...floor.perRow]).toEqual(each.map(({ kl }) => kl));
    expect(floor.mean).toBeCloseTo(each.reduce((sum, { kl }) => sum + kl, 0) / rows, 14);
    expect(floor.shareReachable).toBe(each.filter((x) => x.exactlyReachable).length / rows);
    expect(floor.shareReachable).toBeGreaterThan(0.1);
    expect(floor.shareReachable).toBeLessThan(0.9);
  });

  it('reads 32-bit targets', () => {
    const { mean } = floorKl(Float32Array.from(targets), rows, K, 1);
    expect(mean).toBeCloseTo(floorKl(targets, rows, K, 1).mean, 6);
  });

  it('is quick enough for every frame', () => {
    for (const R of [0.25, 1, 4]) {
      floorKl(targets, rows, K, R);
      const times = Array.from({ length: 7 }, () => {
        const start = performance.now();
        floorKl(targets, rows, K, R);
        return performance.now() - start;
      });
      // About 8 ms; the bound leaves room for a machine that is busy with other tests.
      expect(Math.min(...times)).toBeLessThan(40);
    }
  });
});
