import { describe, expect, test } from 'vitest';
import { logitNorm } from '../../../src/terms/logitNorm.term.ts';
import { numericOf, randomLogits, transformClosedForm } from '../../support/terms.ts';

const shape = { rows: 1, classes: 8 };
const weights = randomLogits(shape, 50);

function at(logits: Float64Array, s = 2, on = true) {
  const knobs = numericOf(logitNorm.knobs, { 'model.use_logit_norm': on, 'model.logit_norm': s });
  const { out, gradient } = transformClosedForm(logitNorm, logits, weights, knobs, 'training');
  return { out: Float64Array.from(out), gradient: Float64Array.from(gradient) };
}
const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * (b[i] ?? NaN), 0);

describe('LogitNorm', () => {
  test('gives every logit vector the length s, and keeps its direction', () => {
    for (const spread of [0.01, 1, 100])
      for (const s of [0.25, 1, 40]) {
        const logits = randomLogits(shape, 1, spread);
        const { out } = at(logits, s);
        expect(Math.hypot(...out) / s).toBeCloseTo(1, 5);
        expect(dot(out, logits) / Math.hypot(...out) / Math.hypot(...logits)).toBeCloseTo(1, 12);
      }
  });

  test('has a gradient that cannot change the length of the logits', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const logits = randomLogits(shape, seed);
      const { gradient } = at(logits);
      const cosine = dot(gradient, logits) / Math.hypot(...gradient) / Math.hypot(...logits);
      // Up to the 1e-7 that the paper adds to the length.
      expect(Math.abs(cosine)).toBeLessThan(1e-6);
    }
  });

  test('has a gradient in inverse proportion to the length', () => {
    const logits = randomLogits(shape, 3);
    const [short, long] = [at(logits).gradient, at(logits.map((x) => 10 * x)).gradient];
    expect((short[0] ?? NaN) / (long[0] ?? NaN)).toBeCloseTo(10, 4);
  });

  test('keeps the largest logit within −s / √K and s, where equal logits have s / √K', () => {
    expect(at(new Float64Array(8).fill(3), 1).out[0]).toBeCloseTo(1 / Math.sqrt(8), 7);
    expect(at(new Float64Array(8).fill(-3), 1).out[0]).toBeCloseTo(-1 / Math.sqrt(8), 7);
    for (let seed = 1; seed <= 20; seed++) {
      const largest = Math.max(...at(randomLogits(shape, seed), 1).out);
      expect(largest).toBeGreaterThanOrEqual(-1 / Math.sqrt(8));
      expect(largest).toBeLessThanOrEqual(1);
    }
  });

  test('leaves the zero vector at zero, with a gradient that is large and finite', () => {
    const { out, gradient } = at(new Float64Array(8), 2);
    expect([...out]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    gradient.forEach((g, i) => {
      expect(g / (weights[i] ?? NaN)).toBeCloseTo(2e7, -1);
    });
  });

  test('does nothing when it is off', () => {
    const logits = randomLogits(shape, 2);
    expect(at(logits, 2, false)).toEqual({ out: logits, gradient: weights });
  });
});
