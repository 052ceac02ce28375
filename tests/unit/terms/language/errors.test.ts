import { expect, test } from 'vitest';
import { compile } from '../../../../src/terms/language/evaluate.ts';
import {
  constant,
  gather,
  input,
  logsumexp,
  max,
  mean,
  size,
  sum,
} from '../../../../src/terms/language/expression.ts';
import { gradient } from '../../../../src/terms/language/gradient.ts';

const x = input('x', 'row', 'class');
const knob = (): number => 0;

test('reducing along an axis that the operand lacks is refused by name', () => {
  for (const reduce of [sum, max, logsumexp, mean])
    expect(() => reduce(x, 'pixel')).toThrow(/no axis "pixel".*\[row, class\]/);
});

test('gathering wants the axis in the operand, and an index without it', () => {
  expect(() => gather(x, constant(0), 'pixel')).toThrow('no axis "pixel"');
  expect(() => gather(x, x, 'class')).toThrow('must not vary along "class"');
});

test('only a scalar has a gradient', () => {
  expect(() => gradient(x, [x])).toThrow('must be a scalar, it has [row, class]');
});

test('an axis without a length is named', () => {
  expect(() => compile([x], { row: 2 })).toThrow('The size of axis "class" is not given');
  expect(() => compile([size('pixel')], {})).toThrow('"pixel"');
});

test('an input that is missing or of another length is named', () => {
  const run = compile([x], { row: 2, class: 3 });
  expect(() => run({ inputs: { x: [1, 2, 3] }, knob })).toThrow('Input "x" must have 6 numbers, it has 3.');
  expect(() => run({ inputs: {}, knob })).toThrow('Input "x" must have 6 numbers, it has 0.');
});
