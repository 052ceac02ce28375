import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entropyOfProbabilities, softmax } from '../../../src/science/distributions.ts';
import { reach, requiredReachForEntropy, requiredReachForPMax } from '../../../src/science/reach.ts';

const classes = fc.integer({ min: 2, max: 20 });

describe('reach', () => {
  // The ledger's first table (K = 8).
  it.each([
    [0.25, 0.157, 0.099, 2.075, 1.85],
    [1, 0.294, 0.047, 1.98, 1.225],
    [2, 0.548, 0.017, 1.568, 0.602],
    [4, 0.911, 0.002, 0.472, 0.093],
    [10, 0.9998, 0, 0.002, 0.0002],
  ])('R = %s: p_max %s, p_min %s, min H %s, min KL %s', (R, pMax, pMin, minEntropy, minKl) => {
    const got = reach(8, R);
    expect(Math.abs(got.pMax - pMax)).toBeLessThan(6e-4);
    expect(Math.abs(got.pMin - pMin)).toBeLessThan(6e-4);
    expect(Math.abs(got.minEntropy - minEntropy)).toBeLessThan(6e-4);
    expect(Math.abs(got.minKlToOneHot - minKl)).toBeLessThan(6e-4);
  });

  it('is uniform at 0 and everything at infinity', () => {
    expect(reach(4, 0)).toEqual({
      pMax: 0.25,
      pMin: 0.25,
      minEntropy: Math.log1p(3),
      minKlToOneHot: Math.log1p(3),
    });
    expect(reach(4, Infinity)).toEqual({ pMax: 1, pMin: 0, minEntropy: 0, minKlToOneHot: 0 });
    expect(reach(4, 1000)).toEqual({ pMax: 1, pMin: 0, minEntropy: 0, minKlToOneHot: 0 });
    expect(reach(1, 3)).toEqual({ pMax: 1, pMin: 1, minEntropy: 0, minKlToOneHot: 0 });
  });

  it('keeps small numbers exact', () => {
    // 1 - pMax would be 0 here.
    const gap = 40 * Math.sqrt(8 / 7);
    expect(reach(8, 40).minKlToOneHot / (7 * Math.exp(-gap))).toBeCloseTo(1, 12);
    expect(reach(8, 40).minEntropy / (7 * Math.exp(-gap) * (1 + gap))).toBeCloseTo(1, 12);
  });

  it('falls and rises with R, never to NaN', () => {
    fc.assert(
      fc.property(classes, fc.double({ min: 0, max: 1000, noNaN: true }), (K, R) => {
        const here = reach(K, R);
        const further = reach(K, R * 1.01);
        expect(further.pMax).toBeGreaterThanOrEqual(here.pMax - 1e-14);
        expect(further.pMin).toBeLessThanOrEqual(here.pMin + 1e-14);
        expect(further.minEntropy).toBeLessThanOrEqual(here.minEntropy + 1e-14);
        expect(further.minKlToOneHot).toBeLessThanOrEqual(here.minKlToOneHot + 1e-14);
      }),
    );
  });

  it('bounds what logits within the ball give', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2, maxLength: 12 }),
        fc.double({ min: 0.01, max: 30, noNaN: true }),
        (direction, R) => {
          const length = Math.hypot(...direction);
          fc.pre(length > 1e-6);
          // Not centred: any mean is allowed, as LogitNorm allows it.
          const p = softmax(direction.map((x) => (x * R) / length));
          const bounds = reach(p.length, R);
          expect(Math.max(...p)).toBeLessThanOrEqual(bounds.pMax + 1e-14);
          if (R <= 2) expect(Math.min(...p)).toBeGreaterThanOrEqual(bounds.pMin * (1 - 1e-12));
          expect(entropyOfProbabilities(p)).toBeGreaterThanOrEqual(bounds.minEntropy - 1e-12);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('knows that p_min is not the least there is when R is large', () => {
    const R = 10;
    const p = softmax([R / Math.SQRT2, -R / Math.SQRT2, 0, 0, 0, 0, 0, 0]);
    expect(p[1]).toBeLessThan(reach(8, R).pMin / 4);
  });

  it('refuses what is not a size', () => {
    expect(() => reach(0, 1)).toThrow(RangeError);
    expect(() => reach(2.5, 1)).toThrow(RangeError);
    expect(() => reach(8, -1)).toThrow(RangeError);
    expect(() => reach(8, NaN)).toThrow(RangeError);
  });
});

describe('the reach that is required', () => {
  it('matches the ledger (K = 8)', () => {
    expect(requiredReachForPMax(8, 0.5)).toBeCloseTo(1.82, 2);
    expect(requiredReachForPMax(8, 0.9)).toBeCloseTo(3.88, 2);
    expect(requiredReachForPMax(8, 0.99)).toBeCloseTo(6.12, 2);
    expect(requiredReachForEntropy(8, 1.5)).toBeCloseTo(2.12, 2);
    expect(requiredReachForEntropy(8, 0.5)).toBeCloseTo(3.93, 2);
    expect(requiredReachForEntropy(8, 0.3)).toBeCloseTo(4.56, 2);
  });

  it('inverts the closed forms', () => {
    fc.assert(
      fc.property(classes, fc.double({ min: 1e-3, max: 20, noNaN: true }), (K, R) => {
        const { pMax, minEntropy } = reach(K, R);
        fc.pre(pMax < 1 - 1e-6);
        expect(requiredReachForPMax(K, pMax) / R).toBeCloseTo(1, 6);
        expect(requiredReachForEntropy(K, minEntropy) / R).toBeCloseTo(1, 6);
      }),
    );
  });

  it('is 0 for the uniform and infinite for certainty', () => {
    expect(requiredReachForPMax(8, 0.125)).toBe(0);
    expect(requiredReachForPMax(8, 1)).toBe(Infinity);
    expect(requiredReachForEntropy(8, Math.log(8))).toBe(0);
    expect(requiredReachForEntropy(8, 0)).toBe(Infinity);
  });
});
