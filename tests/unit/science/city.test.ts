import { describe, expect, it } from 'vitest';
import { cityTargets, nearestDistances } from '../../../src/science/city.ts';

describe('nearestDistances', () => {
  it('takes the nearest service of each category', () => {
    // Two categories of two services each; two locations.
    const services = [0, 0, 1, 0, 5, 5, 0, 4];
    const out = new Float64Array(4);
    nearestDistances(out, services, 2, 2, [0, 0, 1, 1], 2);
    expect([...out]).toEqual([0, 4, 1, Math.sqrt(10)]);
  });
});

describe('cityTargets', () => {
  const distances = Float64Array.of(0.1, 0.2, 0.4, 0.3, 0.3, 0.5);
  const at = (tau: number): number[] => {
    const out = new Float64Array(6);
    cityTargets(out, distances, 2, 3, tau);
    return [...out];
  };

  it('is the softmax of −d/τ on every row', () => {
    const weights = [1, 2, 4].map((d) => Math.exp(-d / 2));
    const total = weights.reduce((sum, w) => sum + w, 0);
    for (const [k, p] of at(0.2).slice(0, 3).entries())
      expect(p).toBeCloseTo((weights[k] as number) / total, 14);
  });

  it('becomes the nearest alone as τ → 0, ties shared, without NaN', () => {
    for (const tau of [1e-4, 1e-300, Number.MIN_VALUE, 0]) expect(at(tau)).toEqual([1, 0, 0, 0.5, 0.5, 0]);
  });

  it('becomes uniform as τ → ∞', () => {
    for (const p of at(Infinity)) expect(p).toBe(1 / 3);
  });

  it('may overwrite the distances, and refuses a negative τ', () => {
    const inPlace = distances.slice();
    cityTargets(inPlace, inPlace, 2, 3, 0.05);
    expect([...inPlace]).toEqual(at(0.05));
    expect(() => at(-1)).toThrow(RangeError);
    expect(() => at(NaN)).toThrow(RangeError);
  });
});
