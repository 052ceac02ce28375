import { expect, test } from 'vitest';
import { fieldTerms } from '../../support/allTerms.ts';
import { input, type Expression } from '../../../src/terms/language/expression.ts';
import { definitionsIn, mathOf, type Writing } from '../../../src/terms/language/mathml.ts';
import { plain, symbol } from '../../../src/terms/language/notation.ts';

const letter = (name: string): Expression => input(name, 'image', 'pixel');
const scope = { logits: letter('f'), probabilities: letter('p'), target: letter('y') };

/** The formula of a term and of the names in it, with its choices at these positions. */
function formulasOf(id: string, choices: Readonly<Record<string, number>> = {}): string[] {
  const penalty = fieldTerms.find((term) => term.id === id);
  if (!penalty) throw new Error(`There is no term ${id}.`);
  const { knobs, expression } = penalty;
  const writing: Writing = {
    knob: (key) => symbol(knobs.find((knob) => knob.key === key)?.symbol ?? key),
    decided: (key) => choices[key],
  };
  const x = expression(scope);
  return [
    plain(mathOf(x, writing)),
    ...definitionsIn(x, writing).map(({ name, is }) => `${plain(name)} = ${plain(is)}`),
  ];
}

test('soft Dice names the axes of its sums and of its mean', () => {
  expect(formulasOf('dice')).toEqual([
    'w · mean_image (1 − D(p,y))',
    'D(p,y) = 2 · ∑_pixel p · y + 1 ÷ ∑_pixel p + ∑_pixel y + 1',
  ]);
});

test('the variance says over what it is taken, and in which form', () => {
  const of = (form: number, over: number) =>
    formulasOf('variance', { 'loss.variance_form': form, 'loss.variance_over': over });
  expect(of(1, 1)).toEqual(['w · (1 − V(p))^2', 'V(p) = mean_image (mean_pixel ((p − mean_pixel p)^2))']);
  expect(of(0, 3)).toEqual([
    'w · [0.01 − V(p)]_+ ÷ 0.01',
    'V(p) = mean_image (mean_pixel ((mean_pixel p − mean_image (mean_pixel p))^2))',
  ]);
});
