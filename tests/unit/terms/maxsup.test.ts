import { describe, expect, test } from 'vitest';
import type { KnobValues } from '../../../src/terms/knob.ts';
import { maxsup } from '../../../src/terms/maxsup.term.ts';
import { serviceMixLog } from '../../support/runs.ts';
import { numericOf, penaltyClosedForm } from '../../support/terms.ts';

function at(form: string, normalized: Float64Array, threshold = 0) {
  const knobs = numericOf(maxsup.knobs, {
    'loss.maxsup_weight': 0.1,
    'loss.maxsup_form': form,
    'loss.maxsup_threshold': threshold,
  });
  const point = { rows: 1, classes: normalized.length, normalized, scaled: normalized, target: normalized };
  const { value, byNormalized, byScaled } = penaltyClosedForm(maxsup, point, knobs);
  expect(Array.from(byScaled).every((g) => g === 0)).toBe(true);
  return { value, by: Array.from(byNormalized) };
}

describe('MaxSup', () => {
  const logits = Float64Array.of(0.5, 2, -1, 2.5);
  const shifted = logits.map((u) => u - 40);

  test('centered is w (max u − mean u), and the same when all logits are shifted', () => {
    expect(at('centered', logits).value).toBeCloseTo(0.15, 14);
    expect(at('centered', shifted).value).toBeCloseTo(0.15, 13);
    at('centered', logits).by.forEach((g, c) => {
      expect(g).toBeCloseTo(c === 3 ? 0.075 : -0.025, 15);
    });
  });

  test('raw is w max u: lower for every shift down, though that changes no prediction', () => {
    expect(at('raw', logits).value).toBeCloseTo(0.25, 14);
    expect(at('raw', shifted).value).toBeCloseTo(0.25 - 4, 13);
    expect(at('raw', logits).by).toEqual([0, 0, 0, 0.1]);
  });

  test('hinge begins above its threshold, which the other forms do not read', () => {
    expect(at('hinge', logits, 2).value).toBeCloseTo(0.05, 14);
    expect(at('hinge', logits, 2).by).toEqual([0, 0, 0, 0.1]);
    for (const threshold of [2.5, 3])
      expect(at('hinge', logits, threshold)).toEqual({ value: 0, by: [0, 0, 0, 0] });
    expect(at('raw', logits, 5)).toEqual(at('raw', logits, -1));
    expect(at('centered', logits, 5)).toEqual(at('centered', logits, -1));
  });

  test('pulls the first of several largest logits', () => {
    expect(at('raw', Float64Array.of(1, 3, 3, 3)).by).toEqual([0, 0.1, 0, 0]);
  });

  test('centered is 0 for a single class and for equal logits', () => {
    expect(at('centered', Float64Array.of(7))).toEqual({ value: 0, by: [0] });
    expect(at('centered', Float64Array.of(2, 2, 2, 2)).value).toBe(0);
  });
});

describe('MaxSup names what has no lower bound', () => {
  const unbounded = (changes: KnobValues) =>
    maxsup.unbounded?.({ ...serviceMixLog({ preset: 'before' }).knobs, ...changes });

  test('raw without LogitNorm', () => {
    expect(unbounded({ 'model.use_logit_norm': false })).toMatch(
      /^MaxSup raw has no lower bound without LogitNorm/,
    );
  });

  test('not before and after, where LogitNorm bounds it or its weight is 0', () => {
    expect(unbounded({})).toBeUndefined();
    expect(maxsup.unbounded?.(serviceMixLog({ preset: 'after' }).knobs)).toBeUndefined();
    expect(unbounded({ 'model.use_logit_norm': false, 'loss.maxsup_weight': 0 })).toBeUndefined();
  });

  test('neither the centered nor the hinge form', () => {
    for (const form of ['centered', 'hinge'])
      expect(unbounded({ 'model.use_logit_norm': false, 'loss.maxsup_form': form })).toBeUndefined();
  });
});
