import { describe, expect, test } from 'vitest';
import { variance } from '../../../src/terms/variance.term.ts';
import { fieldClosed, fieldExpression, type FieldPoint } from '../../support/fieldTerms.ts';
import { numericOf } from '../../support/terms.ts';

function point(rows: number[][]): FieldPoint {
  const probabilities = Float64Array.from(rows.flat());
  return {
    images: rows.length,
    pixels: rows[0]?.length ?? 0,
    logits: probabilities.map((p) => Math.log(p / (1 - p))),
    probabilities,
    target: new Float64Array(probabilities.length),
  };
}
const setting = (form: string, over: string) =>
  numericOf(variance.knobs, {
    'loss.variance_weight': 1,
    'loss.variance_form': form,
    'loss.variance_over': over,
  });
const costOf = (rows: number[][], form: string, over: string): number =>
  fieldClosed(variance, point(rows), setting(form, over)).value;
/** V, from the new form (1 − V)². */
const varianceOf = (rows: number[][], over: string): number => 1 - Math.sqrt(costOf(rows, 'new', over));

/** Means by image .2 and .4, by pixel .2 and .4. */
const PAINTED = [
  [0.1, 0.3],
  [0.3, 0.5],
];

describe('the variance', () => {
  test.each([
    ['global', (0.2 ** 2 + 0 + 0 + 0.2 ** 2) / 4],
    ['image', 0.01],
    ['pixel', 0.01],
    ['batch_mean', 0.01],
  ])('over %s', (over, expected) => {
    expect(varianceOf(PAINTED, over)).toBeCloseTo(expected, 14);
  });

  test('within images knows nothing of their means, and across images nothing of what they show', () => {
    const flat = [
      [0.1, 0.1, 0.1],
      [0.7, 0.7, 0.7],
    ];
    expect(varianceOf(flat, 'image')).toBeCloseTo(0, 14);
    expect(varianceOf(flat, 'pixel')).toBeCloseTo(0.09, 14);
    expect(varianceOf(flat, 'batch_mean')).toBeCloseTo(0.09, 14);
    expect(varianceOf(flat, 'global')).toBeCloseTo(0.09, 14);
    const same = [
      [0.1, 0.7],
      [0.1, 0.7],
    ];
    expect(varianceOf(same, 'image')).toBeCloseTo(0.09, 14);
    expect(varianceOf(same, 'pixel')).toBeCloseTo(0, 14);
    expect(varianceOf(same, 'batch_mean')).toBeCloseTo(0, 14);
  });

  test('across one image, and within one pixel, is 0', () => {
    for (const over of ['pixel', 'batch_mean']) expect(costOf([[0.2, 0.9]], 'new', over)).toBe(1);
    expect(costOf([[0.2], [0.9]], 'new', 'image')).toBe(1);
  });
});

describe('its forms', () => {
  test('old costs nothing and pulls nowhere from a variance of 0.01 on', () => {
    const { value, byProbabilities } = fieldClosed(variance, point(PAINTED), setting('old', 'global'));
    expect(value).toBe(0);
    expect([...Array.from(byProbabilities)]).toEqual([0, 0, 0, 0]);
    expect(costOf([[0.5, 0.5 + 2 * Math.sqrt(0.0025)]], 'old', 'global')).toBeCloseTo(0.75, 12);
  });

  test('new pulls at every variance, hardest where p is far from the mean', () => {
    const { byProbabilities } = fieldClosed(variance, point(PAINTED), setting('new', 'global'));
    const V = 0.02;
    const deviations = [-0.2, 0, 0, 0.2];
    deviations.forEach((d, i) => {
      expect(byProbabilities[i]).toBeCloseTo((-2 * (1 - V) * 2 * d) / 4, 14);
    });
  });

  test('a map that does not vary costs all of the weight and has no way out: its gradient is 0', () => {
    const flat = point([
      [0.5, 0.5, 0.5],
      [0.5, 0.5, 0.5],
    ]);
    const expression = fieldExpression(variance, flat);
    for (const form of ['old', 'new'])
      for (const over of ['global', 'image', 'pixel', 'batch_mean']) {
        const knobs = setting(form, over);
        for (const { value, byProbabilities } of [
          fieldClosed(variance, flat, knobs),
          expression(flat, knobs),
        ]) {
          expect(value).toBe(1);
          expect(Array.from(byProbabilities, Math.abs)).toEqual([0, 0, 0, 0, 0, 0]);
        }
      }
  });
});
