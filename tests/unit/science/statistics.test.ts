import { describe, expect, it } from 'vitest';
import { mean, pearson, quantiles, standardDeviation, variance } from '../../../src/science/statistics.ts';

describe('statistics', () => {
  it('mean and spread divide by n', () => {
    expect(mean([1, 2, 3, 6])).toBe(3);
    expect(variance([1, 2, 3, 6])).toBe(3.5);
    expect(standardDeviation(Float32Array.of(2, 4))).toBe(1);
  });

  it('keep their digits far from 0', () => {
    expect(variance([1e9, 1e9 + 1, 1e9 + 2])).toBeCloseTo(2 / 3, 9);
  });

  it('correlation is of the shape only, and NaN where something does not vary', () => {
    expect(pearson([1, 2, 3], [10, 20, 30])).toBeCloseTo(1, 15);
    expect(pearson([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 15);
    expect(pearson([1, 2, 3, 4], [1, 3, 2, 4])).toBeCloseTo(0.8, 15);
    expect(pearson([1, 2, 3], [5, 5, 5])).toBeNaN();
    // The mean of these is rounded, so that none of them is exactly it.
    expect(
      pearson(
        Array.from({ length: 1000 }, (_, i) => i),
        new Array<number>(1000).fill(0.1),
      ),
    ).toBeNaN();
    expect(() => pearson([1, 2], [1])).toThrow(RangeError);
  });

  it('quantiles are linear between the values, in the order asked for', () => {
    expect(quantiles([4, 1, 3, 2], [0.5, 0, 1, 0.25, 0.1])).toEqual([2.5, 1, 4, 1.75, 1.3]);
    expect(quantiles([7], [0, 0.5, 1])).toEqual([7, 7, 7]);
  });

  it('nothing has no statistics', () => {
    expect(mean([])).toBeNaN();
    expect(variance([])).toBeNaN();
    expect(quantiles([], [0.5])).toEqual([NaN]);
  });
});
