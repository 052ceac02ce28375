import { describe, expect, test } from 'vitest';
import {
  add,
  constant,
  expand,
  input,
  max,
  mean,
  mul,
  neg,
  sub,
  sum,
  type Expression,
} from '../../../../src/terms/language/expression.ts';
import { mathOf } from '../../../../src/terms/language/mathml.ts';
import { plain, symbol } from '../../../../src/terms/language/notation.ts';
import { gradientOf, sumAll, valueOf } from '../../../support/language.ts';
import { gradientOnTfjs, valueOnTfjs } from '../../../support/tensors.ts';

/** What is worked out while a formula is built has the axes, value and gradient that it would have had. */
const sizes = { row: 2, class: 3 };
const x = input('x', 'row', 'class');
const r = input('r', 'row');
const inputs = { x: Float64Array.of(1, -2, 3, 4, 5, -6), r: Float64Array.of(7, 8) };
const zero = mul(x, 0);

const FOLDED: Record<string, { formula: Expression; axes: string[]; value: number[] }> = {
  'a product with zero': { formula: zero, axes: ['row', 'class'], value: [0, 0, 0, 0, 0, 0] },
  'a product with a zero that has axes': {
    formula: mul(mul(r, 0), x),
    axes: zero.axes.slice(),
    value: [0, 0, 0, 0, 0, 0],
  },
  'a sum of zeros': { formula: sum(zero, 'class'), axes: ['row'], value: [0, 0] },
  'a mean of zeros': { formula: mean(zero, 'row'), axes: ['class'], value: [0, 0, 0] },
  'the largest of zeros': { formula: max(zero, 'class'), axes: ['row'], value: [0, 0] },
  'zero and a row': { formula: add(zero, r), axes: ['row', 'class'], value: [7, 7, 7, 8, 8, 8] },
  'a row and zero': { formula: add(r, zero), axes: ['row', 'class'], value: [7, 7, 7, 8, 8, 8] },
  'a row less zero': { formula: sub(r, zero), axes: ['row', 'class'], value: [7, 7, 7, 8, 8, 8] },
  'zero less a row': { formula: sub(zero, r), axes: ['row', 'class'], value: [-7, -7, -7, -8, -8, -8] },
  'zero turned round': { formula: neg(zero), axes: ['row', 'class'], value: [0, 0, 0, 0, 0, 0] },
  'zero and all': { formula: add(mul(r, 0), x), axes: ['row', 'class'], value: [...inputs.x] },
};

describe.each(Object.entries(FOLDED))('%s', (_, { formula, axes, value }) => {
  test('keeps its axes and has its value', () => {
    expect(formula.axes).toEqual(axes);
    expect(valueOf(formula, inputs, sizes)).toEqual(value);
    const onTfjs = valueOnTfjs(formula, inputs, sizes);
    expect(onTfjs.value).toEqual(value);
    expect(onTfjs.shape).toEqual(axes.map((axis) => sizes[axis as keyof typeof sizes]));
  });

  test('lets a gradient pass it by', () => {
    // Σ x² beside it, so that there is a gradient at all.
    const whole = add(sumAll(formula), sumAll(mul(x, x)));
    const slope = formula === FOLDED['zero and all']?.formula ? 1 : 0;
    const expected = Array.from(inputs.x, (at) => 2 * at + slope);
    expect(gradientOf(whole, [x], inputs, sizes)).toEqual([expected]);
    expect(gradientOnTfjs(whole, [x], inputs, sizes)).toEqual([expected]);
  });
});

test('the sum of zeros is zero, whatever was summed, and costs nothing', () => {
  expect(sum(sum(mul(x, 0), 'class'), 'row')).toBe(constant(0));
  expect(sum(mul(x, 0), 'class')).toBe(expand(constant(0), ['row']));
  expect(() => sum(mul(r, 0), 'class')).toThrow('no axis "class"');
});

test('a zero is written as it is read', () => {
  const writing = { knob: symbol, decided: () => undefined };
  expect(plain(mathOf(add(r, mul(x, 0)), writing))).toBe('r');
  expect(plain(mathOf(sum(mul(x, 0), 'class'), writing))).toBe('0');
});
