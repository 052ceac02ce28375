import { expect, test } from 'vitest';
import { dice } from '../../../src/terms/dice.term.ts';
import { fieldClosed, type FieldPoint } from '../../support/fieldTerms.ts';
import { numericOf } from '../../support/terms.ts';

const one = numericOf(dice.knobs, { 'loss.dice_weight': 1 });

function point(probabilities: number[][], target: number[][]): FieldPoint {
  const flat = Float64Array.from(probabilities.flat());
  return {
    images: probabilities.length,
    pixels: probabilities[0]?.length ?? 0,
    logits: flat.map((p) => Math.log(p / (1 - p))),
    probabilities: flat,
    target: Float64Array.from(target.flat()),
  };
}
const lossOf = (probabilities: number[][], target: number[][]): number =>
  fieldClosed(dice, point(probabilities, target), one).value;

test('an empty mask costs 1 − 1/(Σp + 1): nothing if nothing is predicted', () => {
  expect(lossOf([[0, 0, 0]], [[0, 0, 0]])).toBe(0);
  expect(lossOf([[0.5, 0.25, 0.25]], [[0, 0, 0]])).toBeCloseTo(1 - 1 / 2, 15);
});

test('a full mask that is wholly found costs nothing, and one that is missed nearly all', () => {
  expect(lossOf([[1, 1, 1, 1]], [[1, 1, 1, 1]])).toBe(0);
  expect(lossOf([[0, 0, 0, 0]], [[1, 1, 1, 1]])).toBeCloseTo(1 - 1 / 5, 15);
});

test('is the mean over images, not over their pixels together', () => {
  const [p, y] = [
    [
      [1, 0, 0],
      [1, 1, 1],
    ],
    [
      [1, 1, 1],
      [1, 0, 0],
    ],
  ];
  const each = [1 - 3 / 5, 1 - 3 / 5];
  expect(lossOf(p, y)).toBeCloseTo(((each[0] ?? 0) + (each[1] ?? 0)) / 2, 15);
  // Images of unlike size of foreground weigh the same.
  const unlike = [
    [1, 0],
    [0, 0],
  ];
  expect(
    lossOf(unlike, [
      [1, 0],
      [1, 1],
    ]),
  ).toBeCloseTo((0 + (1 - 1 / 3)) / 2, 15);
});

test('of constant predictions the best is foreground everywhere', () => {
  const mask = [[1, 0, 0, 0, 0, 0, 0, 1]];
  const losses = [0.1, 0.3, 0.5, 0.7, 0.9, 1].map((p) => lossOf([new Array<number>(8).fill(p)], mask));
  expect([...losses].sort((a, b) => b - a)).toEqual(losses);
});

test('its gradient by p is −(2 y S − A)/S² over the number of images', () => {
  const at = point([[0.2, 0.9, 0.4]], [[1, 0, 1]]);
  const [A, S] = [2 * 0.6 + 1, 1.5 + 2 + 1];
  const { byProbabilities } = fieldClosed(dice, at, one);
  [1, 0, 1].forEach((y, i) => {
    expect(byProbabilities[i]).toBeCloseTo(-(2 * y * S - A) / S ** 2, 14);
  });
});
