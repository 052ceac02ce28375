import { describe, expect, test } from 'vitest';
import { softmax } from '../../../src/science/distributions.ts';
import { kl } from '../../../src/terms/kl.term.ts';
import { numericOf, penaltyClosedForm, randomLogits, randomTargets } from '../../support/terms.ts';

const batchmean = numericOf(kl.knobs);
const shape = { rows: 2, classes: 4 };

function at(scaled: Float64Array, target: Float64Array, classes = 4, knobs = batchmean) {
  const point = { rows: scaled.length / classes, classes, normalized: scaled, scaled, target };
  return penaltyClosedForm(kl, point, knobs);
}

describe('KL(target‖model)', () => {
  test('is 0 with gradient 0 where the model says the target', () => {
    const logits = Float64Array.of(0.3, -1, 2, 0);
    const { value, byScaled } = at(logits, softmax(logits));
    expect(value).toBeCloseTo(0, 15);
    for (const g of Array.from(byScaled)) expect(g).toBeCloseTo(0, 15);
  });

  test('pulls each logit by (p − t) / N', () => {
    const [logits, target] = [randomLogits(shape, 1), randomTargets(shape, 1)];
    const { byScaled } = at(logits, target);
    for (let row = 0; row < 2; row++)
      softmax(logits.subarray(4 * row, 4 * row + 4)).forEach((p, c) => {
        expect(byScaled[4 * row + c]).toBeCloseTo((p - (target[4 * row + c] ?? NaN)) / 2, 14);
      });
  });

  test('is cross entropy for a one-hot target, and finite where the model all but denies it', () => {
    expect(at(Float64Array.of(1, 2, 0, 0), Float64Array.of(0, 1, 0, 0)).value).toBeCloseTo(
      -Math.log(Math.exp(2) / (Math.E + Math.exp(2) + 2)),
      14,
    );
    expect(at(Float64Array.of(1000, 0, 0, 0), Float64Array.of(0, 1, 0, 0)).value).toBeCloseTo(1000, 9);
  });

  test('does not read the logits before temperature', () => {
    const [scaled, target] = [randomLogits(shape, 1), randomTargets(shape, 1)];
    const point = { ...shape, normalized: scaled.map((x) => 4 * x + 1), scaled, target };
    expect(penaltyClosedForm(kl, point, batchmean).value).toBe(at(scaled, target).value);
    expect(Array.from(penaltyClosedForm(kl, point, batchmean).byNormalized)).toEqual(Array(8).fill(0));
  });

  test('is K times smaller, gradient included, with PyTorch’s default reduction', () => {
    const [logits, target] = [randomLogits(shape, 2), randomTargets(shape, 2)];
    const [whole, mean] = [batchmean, numericOf(kl.knobs, { 'loss.kl_reduction': 'mean' })].map((knobs) =>
      at(logits, target, 4, knobs),
    );
    expect(mean?.value).toBeCloseTo((whole?.value ?? NaN) / 4, 14);
    expect(mean?.byScaled[3]).toBeCloseTo((whole?.byScaled[3] ?? NaN) / 4, 14);
  });

  test('is 0 for a single class', () => {
    const { value, byScaled } = at(Float64Array.of(5), Float64Array.of(1), 1);
    expect([value, byScaled[0]]).toEqual([0, 0]);
  });
});
