import { describe, expect, test } from 'vitest';
import { entropyOfProbabilities } from '../../../src/science/distributions.ts';
import { labelSmoothing } from '../../../src/terms/labelSmoothing.term.ts';
import { numericOf } from '../../support/terms.ts';

function smooth(epsilon: number, target: number[]): number[] {
  const out = new Float64Array(target.length);
  labelSmoothing.forward(
    Float64Array.from(target),
    out,
    numericOf(labelSmoothing.knobs, { 'loss.label_smoothing': epsilon }),
  );
  return [...out];
}

describe('label smoothing', () => {
  test('gives every class ε / K and the rest to the target', () => {
    smooth(0.1, [0, 1, 0, 0]).forEach((t, c) => {
      expect(t).toBeCloseTo(c === 1 ? 0.925 : 0.025, 15);
    });
  });

  test('keeps the sum, and leaves a flat target and ε = 0 as they are', () => {
    expect(smooth(0.3, [0.5, 0.2, 0.2, 0.1]).reduce((a, b) => a + b)).toBeCloseTo(1, 15);
    smooth(0.3, [0.25, 0.25, 0.25, 0.25]).forEach((t) => {
      expect(t).toBeCloseTo(0.25, 15);
    });
    expect(smooth(0, [0.5, 0.2, 0.2, 0.1])).toEqual([0.5, 0.2, 0.2, 0.1]);
  });

  test('only ever flattens a target', () => {
    const entropies = [0, 0.1, 0.3, 0.5].map((epsilon) =>
      entropyOfProbabilities(smooth(epsilon, [0.7, 0.2, 0.1, 0])),
    );
    expect(entropies).toEqual([...entropies].sort((a, b) => a - b));
  });
});
