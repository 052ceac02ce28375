import { describe, expect, test } from 'vitest';
import {
  abs,
  add,
  constant,
  div,
  exp,
  gather,
  greater,
  input,
  knob,
  log,
  logsumexp,
  logSoftmax,
  max,
  maximum,
  mean,
  minimum,
  mul,
  norm,
  relu,
  select,
  sigmoid,
  sqrt,
  stopGradient,
  sub,
  sum,
  xlogx,
  type Expression,
} from '../../../../src/terms/language/expression.ts';
import { distance, gradientOf, sumAll, valueOf } from '../../../support/language.ts';
import { gradientOnTfjs, valueOnTfjs } from '../../../support/tensors.ts';

const sizes = { row: 1, class: 4 };
const x = input('x', 'class');
const y = input('y', 'class');

/** Value and gradient of the sum, on the evaluator and on tfjs; the columns must agree. */
function on(f: Expression, values: Readonly<Record<string, number[]>>, wrt: readonly Expression[] = [x]) {
  const inputs = Object.fromEntries(Object.entries(values).map(([name, v]) => [name, Float64Array.from(v)]));
  const total = sumAll(f);
  return [
    { value: valueOf(f, inputs, sizes), gradients: gradientOf(total, wrt, inputs, sizes) },
    { value: valueOnTfjs(f, inputs, sizes).value, gradients: gradientOnTfjs(total, wrt, inputs, sizes) },
  ];
}

describe('at ties and kinks the gradient', () => {
  test('of max goes to the first of the largest', () => {
    for (const { value, gradients } of on(max(x, 'class'), { x: [1, 3, 3, 3] })) {
      expect(value).toEqual([3]);
      expect(gradients).toEqual([[0, 1, 0, 0]]);
    }
  });

  test('of maximum and minimum is shared by halves', () => {
    for (const f of [maximum(x, y), minimum(x, y)])
      for (const { gradients } of on(f, { x: [1, -2, 0, 5], y: [1, -2, 0, 5] }, [x, y]))
        expect(gradients).toEqual([
          [0.5, 0.5, 0.5, 0.5],
          [0.5, 0.5, 0.5, 0.5],
        ]);
  });

  test('of relu and abs at 0 is 0', () => {
    for (const f of [relu(x), abs(x)])
      for (const { value, gradients } of on(f, { x: [0, 0, 2, 2] })) {
        expect(value).toEqual([0, 0, 2, 2]);
        expect(gradients).toEqual([[0, 0, 1, 1]]);
      }
  });

  test('of norm at the zero vector is 0', () => {
    for (const { value, gradients } of on(norm(x, 'class'), { x: [0, 0, 0, 0] })) {
      expect(value[0]).toBeLessThanOrEqual(1e-17);
      expect(gradients).toEqual([[0, 0, 0, 0]]);
    }
  });
});

describe('numbers at the edge', () => {
  test('x log x is 0 at 0, with a finite gradient', () => {
    for (const { value, gradients } of on(xlogx(x), { x: [0, 1, 0.5, 0] })) {
      expect(distance(value, [0, 0, 0.5 * Math.log(0.5), 0], { rtol: 1e-6, atol: 0 })).toBeLessThanOrEqual(1);
      expect(gradients[0]?.every(Number.isFinite)).toBe(true);
    }
  });

  test('log-softmax and logsumexp hold for logits of 1000', () => {
    for (const { value, gradients } of on(logSoftmax(x, 'class'), { x: [1000, 0, -1000, 1000] }))
      expect([value.every(Number.isFinite), gradients[0]?.every(Number.isFinite)]).toEqual([true, true]);
    for (const { value } of on(logsumexp(x, 'class'), { x: [1000, 0, -1000, 1000] }))
      expect(value[0]).toBeCloseTo(1000 + Math.log(2), 3);
  });

  test('sigmoid does not overflow', () => {
    for (const { value, gradients } of on(sigmoid(x), { x: [-800, -50, 50, 800] })) {
      expect(distance(value, [0, 0, 1, 1], { rtol: 0, atol: 1e-20 })).toBeLessThanOrEqual(1);
      expect(gradients[0]?.every((g) => g >= 0 && g < 1e-20)).toBe(true);
    }
  });

  test('infinities among the entries do not reach the largest or the one gathered', () => {
    for (const { value } of on(max(x, 'class'), { x: [-Infinity, 2, -Infinity, 1] }))
      expect(value).toEqual([2]);
    for (const { value } of on(gather(x, constant(1), 'class'), { x: [Infinity, 2, -Infinity, NaN] }))
      expect(value).toEqual([2]);
  });

  test('an index beyond the axis gives NaN, and not an entry of another line', () => {
    const lines = input('lines', 'row', 'class');
    const values = { lines: Float64Array.of(1, 2, 3, 4), i: Float64Array.of(2, -1) };
    const gathered = gather(lines, input('i', 'row'), 'class');
    expect(valueOf(gathered, values, { row: 2, class: 2 })).toEqual([NaN, NaN]);
  });

  test('a NaN is seen in max, and not dropped', () => {
    for (const { value } of on(max(x, 'class'), { x: [1, NaN, 3, 2] })) expect(value).toEqual([NaN]);
  });

  test('works with one entry along an axis', () => {
    const one = input('one', 'row');
    for (const { value, gradients } of on(max(one, 'row'), { one: [7] }, [one])) {
      expect(value).toEqual([7]);
      expect(gradients).toEqual([[1]]);
    }
  });
});

describe('select', () => {
  const guarded = select(greater(x, 0), log(x), y);

  test('hides a NaN or an infinity of the branch that is not taken', () => {
    for (const { value } of on(guarded, { x: [-1, 0, 1, 1], y: [5, 6, NaN, Infinity] }))
      expect(value).toEqual([5, 6, 0, 0]);
  });

  test('sends no gradient into the branch that is not taken', () => {
    const expected = [
      [0, 0.5, 0.25, 0],
      [1, 0, 0, 1],
    ];
    for (const { gradients } of on(guarded, { x: [-1, 2, 4, -4], y: [1, 1, 1, 1] }, [x, y]))
      gradients.forEach((gradient, n) => {
        expect(distance(gradient, expected[n] ?? [], { rtol: 1e-6, atol: 0 })).toBeLessThanOrEqual(1);
      });
  });
});

describe('stopGradient', () => {
  test('keeps the value, and makes what it holds a constant', () => {
    for (const { value, gradients } of on(mul(stopGradient(x), x), { x: [1, 2, 3, -4] })) {
      expect(value).toEqual([1, 4, 9, 16]);
      expect(gradients).toEqual([[1, 2, 3, -4]]);
    }
  });
});

describe('broadcasting by name', () => {
  test('pairs axes by their names, whatever the order in which they were given', () => {
    const a = input('a', 'row', 'class');
    const b = input('b', 'class', 'row');
    expect(b.axes).toEqual(['row', 'class']);
    const inputs = { a: Float64Array.of(1, 2, 3, 4, 5, 6), b: Float64Array.of(10, 20, 30, 40, 50, 60) };
    expect(valueOf(add(a, b), inputs, { row: 2, class: 3 })).toEqual([11, 22, 33, 44, 55, 66]);
  });

  test('does not confuse two axes of one length', () => {
    const [a, b] = [input('a', 'row'), input('b', 'class')];
    const inputs = { a: Float64Array.of(1, 2), b: Float64Array.of(10, 20) };
    const square = { row: 2, class: 2 };
    expect(valueOf(add(a, b), inputs, square)).toEqual([11, 21, 12, 22]);
    expect(valueOnTfjs(add(a, b), inputs, square).value).toEqual([11, 21, 12, 22]);
    expect(gradientOf(sumAll(mul(a, b)), [a, b], inputs, square)).toEqual([
      [30, 30],
      [3, 3],
    ]);
  });

  test('gives a gradient that is constant along an axis all of its entries', () => {
    expect(gradientOf(sumAll(x), [x], { x: new Float64Array(4) }, sizes)).toEqual([[1, 1, 1, 1]]);
    expect(gradientOf(constant(3), [x], {}, sizes)).toEqual([[0, 0, 0, 0]]);
  });

  test('sums a gradient over the axes along which an operand was repeated', () => {
    const a = input('a');
    const spread = sum(add(mul(a, 2), sub(x, x)), 'class');
    expect(gradientOf(spread, [a], { a: Float64Array.of(1), x: new Float64Array(4) }, sizes)).toEqual([[8]]);
  });
});

describe('knobs', () => {
  test('are data: one compiled formula follows them, and can be differentiated by them', () => {
    const f = div(exp(knob('a')), knob('b'));
    expect(valueOf(f, {}, {}, { a: 0, b: 4 })).toEqual([0.25]);
    expect(valueOf(f, {}, {}, { a: 0, b: 2 })).toEqual([0.5]);
    expect(gradientOf(f, [knob('a'), knob('b')], {}, {}, { a: 0, b: 4 })).toEqual([[0.25], [-0.0625]]);
  });
});

describe('building', () => {
  test('gives the same object for the same formula', () => {
    expect(mean(sqrt(mul(x, x)), 'class')).toBe(mean(sqrt(mul(x, x)), 'class'));
    expect(constant(0)).not.toBe(constant(-0));
    expect(constant(NaN)).toBe(constant(NaN));
    expect(constant(Infinity)).not.toBe(constant(-Infinity));
    expect(input('x', 'class')).not.toBe(input('x', 'row'));
  });

  test('leaves out what changes nothing', () => {
    expect(add(x, 0)).toBe(x);
    expect(mul(1, x)).toBe(x);
    expect(div(x, 1)).toBe(x);
    expect(sub(x, 0)).toBe(x);
  });
});
