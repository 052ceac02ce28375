import { describe, expect, test } from 'vitest';
import { expand, input, mul } from '../../../../src/terms/language/expression.ts';
import { toTensors } from '../../../../src/terms/language/tfjs.ts';
import { tf } from '../../../support/cpu.ts';
import { distance, gradientOf, SIZES, sumAll, valueOf, weights } from '../../../support/language.ts';
import { gradientOnTfjs, valueOnTfjs } from '../../../support/tensors.ts';
import { KNOBS, OPERATIONS, pointOf } from './operations.ts';

const F32 = { rtol: 2e-6, atol: 2e-6 };

for (const [op, cases] of Object.entries(OPERATIONS)) {
  describe(`the operation ${op} on tfjs`, () => {
    cases.forEach((one, i) => {
      const { result, inputs, smooth } = pointOf(one, 6);

      test(`has the evaluator's value and shape, case ${i + 1}`, () => {
        const { value, shape } = valueOnTfjs(result, inputs, SIZES, KNOBS);
        expect(shape).toEqual(result.axes.map((axis) => SIZES[axis]));
        expect(distance(value, valueOf(result, inputs, SIZES, KNOBS), F32)).toBeLessThanOrEqual(1);
      });

      const by = Object.values(smooth);
      if (by.length === 0) return;
      test(`has the symbolic gradient by autodiff, case ${i + 1}`, () => {
        const total = sumAll(mul(weights(result), result));
        const symbolic = gradientOf(total, by, inputs, SIZES, KNOBS);
        gradientOnTfjs(total, by, inputs, SIZES, KNOBS).forEach((gradient, n) => {
          expect(distance(gradient, symbolic[n] ?? [], F32)).toBeLessThanOrEqual(1);
        });
      });
    });
  });
}

test('an input or the length of an axis that is missing is named', () => {
  const x = input('x', 'row', 'class');
  const knob = () => tf.scalar(0);
  expect(() => toTensors(tf, [x], { row: 2, class: 3 }, { inputs: {}, knob })).toThrow(
    'Input "x" is not given.',
  );
  const repeated = expand(x, ['pixel']);
  expect(() =>
    toTensors(tf, [repeated], { row: 2, class: 3 }, { inputs: { x: tf.zeros([2, 3]) }, knob }),
  ).toThrow('The size of axis "pixel" is not given.');
});
