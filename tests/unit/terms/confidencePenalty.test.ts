import { describe, expect, test } from 'vitest';
import { entropyOfProbabilities, softmax } from '../../../src/science/distributions.ts';
import { confidencePenalty } from '../../../src/terms/confidencePenalty.term.ts';
import { numericOf, penaltyClosedForm } from '../../support/terms.ts';

function at(beta: number, scaled: Float64Array) {
  const knobs = numericOf(confidencePenalty.knobs, { 'loss.confidence_penalty': beta });
  return penaltyClosedForm(
    confidencePenalty,
    { rows: 1, classes: scaled.length, normalized: scaled, scaled, target: scaled },
    knobs,
  );
}

describe('the confidence penalty', () => {
  const logits = Float64Array.of(0.4, -1.2, 0.9, 0);
  const p = softmax(logits);
  const h = entropyOfProbabilities(p);

  test('is −β H, whatever the entropy, and pulls by β p (log p + H)', () => {
    const { value, byScaled } = at(0.3, logits);
    expect(value).toBeCloseTo(-0.3 * h, 14);
    p.forEach((x, c) => {
      expect(byScaled[c]).toBeCloseTo(0.3 * x * (Math.log(x) + h), 14);
    });
  });

  test('is least, −β log K with gradient 0, where the prediction is flat', () => {
    const { value, byScaled } = at(0.3, new Float64Array(4));
    expect(value).toBeCloseTo(-0.3 * Math.log(4), 14);
    for (const g of Array.from(byScaled)) expect(g).toBeCloseTo(0, 15);
    expect(value).toBeLessThan(at(0.3, logits).value);
  });

  test('pulls all the more the weight says, and not at all at 0', () => {
    expect(at(1, logits).byScaled[0]).toBeCloseTo(10 * (at(0.1, logits).byScaled[0] ?? NaN), 14);
    expect(Array.from(at(0, logits).byScaled).map(Math.abs)).toEqual([0, 0, 0, 0]);
  });

  test('does not overflow where one class has all the mass', () => {
    const { value, byScaled } = at(1, Float64Array.of(1000, 0, 0, 0));
    expect(value).toBeCloseTo(0, 15);
    expect(Array.from(byScaled).every((g) => Math.abs(g) < 1e-300)).toBe(true);
  });
});
