import { describe, expect, test } from 'vitest';
import { entropyOfProbabilities, softmax } from '../../../src/science/distributions.ts';
import { entropy } from '../../../src/terms/entropy.term.ts';
import { serviceMixLog } from '../../support/runs.ts';
import { numericOf, penaltyClosedForm } from '../../support/terms.ts';

const logits = Float64Array.of(0.4, -1.2, 0.9, 0);
const p = softmax(logits);
const h = entropyOfProbabilities(p);

function at(weight: number, minimum: number, scaled = logits) {
  const knobs = numericOf(entropy.knobs, { 'loss.entropy_weight': weight, 'loss.min_entropy': minimum });
  const point = { rows: 1, classes: scaled.length, normalized: scaled, scaled, target: scaled };
  return penaltyClosedForm(entropy, point, knobs);
}

describe('the entropy hinge', () => {
  test('is exactly 0, with gradient 0, at and above the minimum', () => {
    for (const minimum of [h, h - 1e-9, 0.5, 0]) {
      const { value, byScaled } = at(5, minimum);
      expect(value).toBe(0);
      expect(Array.from(byScaled)).toEqual([0, 0, 0, 0]);
    }
  });

  test('is weight times the missing entropy below it, and pulls by w p (log p + H)', () => {
    const { value, byScaled } = at(5, h + 0.25);
    expect(value).toBeCloseTo(1.25, 12);
    p.forEach((x, c) => {
      expect(byScaled[c]).toBeCloseTo(5 * x * (Math.log(x) + h), 12);
    });
  });

  test('raises the entropy when followed downhill', () => {
    const { byScaled } = at(5, h + 0.25);
    expect(
      entropyOfProbabilities(softmax(logits.map((x, c) => x - 0.01 * (byScaled[c] ?? NaN)))),
    ).toBeGreaterThan(h);
  });

  test('never ends where the minimum is more than log K, and is constant for a single class', () => {
    const flat = new Float64Array(4);
    expect(at(2, 1.5, flat).value).toBeCloseTo(2 * (1.5 - Math.log(4)), 12);
    const { value, byScaled } = at(2, 0.5, Float64Array.of(3));
    expect([value, byScaled[0]]).toEqual([1, 0]);
  });
});

describe('the entropy hinge says that it cannot act', () => {
  const idle = (knobs: Parameters<NonNullable<typeof entropy.idle>>[0]) => entropy.idle?.(knobs, 8);
  const preset = (id: string) => serviceMixLog({ preset: id }).knobs;

  test('in before and in after, where LogitNorm keeps every prediction above the minimum', () => {
    expect(idle(preset('before'))).toBe(
      'At reach 0.250 no prediction has an entropy below 2.075, and the hinge starts at 1.5.',
    );
    expect(idle(preset('after'))).toBe(
      'At reach 1.00 no prediction has an entropy below 1.980, and the hinge starts at 0.5.',
    );
  });

  test('not where its weight is 0, nor without LogitNorm', () => {
    expect(idle(preset('sufficient'))).toBeUndefined();
    expect(idle({ ...preset('before'), 'loss.entropy_weight': 0 })).toBeUndefined();
    expect(idle({ ...preset('before'), 'model.use_logit_norm': false })).toBeUndefined();
  });

  test('not where the minimum is within reach', () => {
    expect(idle({ ...preset('before'), 'loss.min_entropy': 2.076 })).toBeUndefined();
    expect(idle({ ...preset('before'), 'model.temperature': 0.25 })).toBeUndefined();
  });

  test('by the reach in training, where penalties act', () => {
    const knobs = { ...preset('before'), 'model.logit_norm': 2, 'loss.min_entropy': 1.9 };
    expect(idle({ ...knobs, 'model.temperature_at': 'inference' })).toBeUndefined();
    expect(idle({ ...knobs, 'model.temperature_at': 'training' })).toContain('At reach 0.500');
  });
});
