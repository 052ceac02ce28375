import { describe, expect, test } from 'vitest';
import {
  add,
  constant,
  div,
  exp,
  input,
  knob,
  log,
  mean,
  mul,
  neg,
  norm,
  select,
  equal,
  sub,
  type Expression,
} from '../../../../src/terms/language/expression.ts';
import { mathOf, type Writing } from '../../../../src/terms/language/mathml.ts';
import { mi, mn, mo, mrow, plain, symbol, written } from '../../../../src/terms/language/notation.ts';
import { OPERATIONS, pointOf } from './operations.ts';

const x = input('x', 'row', 'class');
const y = input('y', 'row', 'class');
const writing: Writing = { knob: symbol, decided: () => undefined };
const text = (formula: Expression, options: Partial<Writing> = {}): string =>
  plain(mathOf(formula, { ...writing, ...options }));

describe('formulas', () => {
  test.each<[string, Expression]>([
    ['x − (y − x)', sub(x, sub(y, x))],
    ['x + y − x', sub(add(x, y), x)],
    ['x − y', add(x, neg(y))],
    ['x + y', sub(x, neg(y))],
    ['(x + y) · x', mul(add(x, y), x)],
    ['w · x', mul(x, knob('w'))],
    ['−(x + y)', neg(add(x, y))],
    ['x · log y', mul(x, log(y))],
    ['log (x + y)', log(add(x, y))],
    ['e^−x', exp(neg(x))],
    ['‖x‖', norm(x, 'class')],
    ['x · mean y', mul(x, mean(y, 'class'))],
    ['3·10⁻⁷ · x', mul(3e-7, x)],
  ])('%s', (expected, formula) => {
    expect(text(formula)).toBe(expected);
  });

  test('the mean over the batch and guards against 0 are left out, unless asked for', () => {
    expect(text(mean(x, 'row'))).toBe('x');
    const guarded = div(x, add(y, 1e-7));
    expect(text(guarded, { inline: true })).toBe('x ÷ y');
    expect(text(guarded, { inline: true, guards: true })).toBe('x ÷ (y + 10⁻⁷)');
  });

  test('a choice is written as it is decided, and as cases where it is not', () => {
    const either = select(equal(knob('form'), 1), x, y);
    expect(text(either, { decided: () => 1 })).toBe('x');
    expect(text(either, { decided: () => 0 })).toBe('y');
    expect(text(either)).toBe('x if [form = 1], else y');
  });

  test('a named expression is written by its name wherever it stands, also as what it is subtracted from', () => {
    const h = written(neg(mul(x, log(x))), mrow(mi('H'), mo('('), mi('x'), mo(')')));
    expect(text(sub(constant(1), h))).toBe('1 − H(x)');
    expect(text(add(y, h))).toBe('y + H(x)');
  });

  test('knobs carry their key, whatever is written for them', () => {
    expect(mathOf(knob('loss.w'), { ...writing, knob: () => mn('5') })).toEqual({
      tag: 'mn',
      text: '5',
      knob: 'loss.w',
    });
  });

  test.each(Object.keys(OPERATIONS))('the operation %s can be written', (op) => {
    for (const one of OPERATIONS[op as Expression['op']]) {
      const written = text(pointOf(one, 1).result);
      expect(written).not.toBe('');
      expect(written).not.toMatch(/undefined|NaN|object/);
    }
  });
});
