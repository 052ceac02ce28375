import { describe, expect, test } from 'vitest';
import {
  exp,
  gather,
  input,
  knob,
  log,
  mean,
  mul,
  relu,
  schedule,
  sub,
  sum,
  type Axis,
} from '../../../../src/terms/language/expression.ts';
import { gradient } from '../../../../src/terms/language/gradient.ts';
import { program } from '../../../../src/terms/language/program.ts';
import { distance, gradientOf, SIZES, sumAll, valueOf, weights } from '../../../support/language.ts';
import { kernels, valueOnWasm, valuesOnWasm } from '../../../support/vectors.ts';
import { KNOBS, OPERATIONS, pointOf } from './operations.ts';

const F32 = { rtol: 3e-6, atol: 3e-6 };

/** Every axis of the inputs in turn lies side by side in the vectors, as far as it can. */
function layouts(one: ReturnType<typeof pointOf>): Axis[] {
  const axes = new Set(schedule([one.result]).flatMap((x) => (x.op === 'input' ? x.axes : [])));
  const blocked = schedule([one.result]).flatMap((x) =>
    x.op === 'gather' || x.op === 'oneHot' ? [x.axis] : [],
  );
  return [...(axes.size > 0 ? axes : (['row'] as const))].filter((axis) => !blocked.includes(axis));
}

describe.each([
  ['SIMD', true],
  ['scalar', false],
])('%s', (_, simd) => {
  for (const [op, cases] of Object.entries(OPERATIONS))
    describe(`the operation ${op}`, () => {
      cases.forEach((one, i) => {
        const point = pointOf(one, 6);
        for (const sample of layouts(point)) {
          test(`has the evaluator's value, case ${i + 1}, ${sample} side by side`, async () => {
            const { result, inputs } = point;
            const got = await valueOnWasm(result, inputs, SIZES, KNOBS, { simd, sample });
            expect(distance([...got], valueOf(result, inputs, SIZES, KNOBS), F32)).toBeLessThanOrEqual(1);
          });

          const by = Object.values(point.smooth);
          if (by.length > 0)
            test(`has the symbolic gradient, case ${i + 1}, ${sample} side by side`, async () => {
              const { result, inputs } = point;
              const total = sumAll(mul(weights(result), result));
              const expected = gradientOf(total, by, inputs, SIZES, KNOBS);
              const got = valuesOnWasm(
                await kernels(simd),
                gradient(total, by),
                inputs,
                SIZES,
                (key) => KNOBS[key as 'k'],
                sample,
              );
              got.forEach((values, n) => {
                expect(distance([...values], expected[n] ?? [], F32)).toBeLessThanOrEqual(1);
              });
            });
        }
      });
    });
});

const x = input('x', 'row', 'class');
const make = (value: Parameters<typeof program>[0][0]['value'], knobs: Record<string, number>) =>
  program([{ value }], { sample: 'row', sizes: { row: 100, class: 3 } }, (key) => knobs[key] ?? NaN);

describe('a program', () => {
  test('leaves out what a weight of zero switches off, and holds as long as it is zero', () => {
    const f = mean(sum(mul(knob('w'), exp(x)), 'class'), 'row');
    const off = make(f, { w: 0 });
    expect(off.block).toEqual([]);
    expect(off.holds(() => 0)).toBe(true);
    expect(off.holds(() => 0.5)).toBe(false);
    const on = make(f, { w: 0.5 });
    expect(on.block.length).toBeGreaterThan(1);
    expect([on.holds(() => 2), on.holds(() => 0)]).toEqual([true, false]);
  });

  test('cuts the batch where rows do not wait for each other, and not where they do', () => {
    expect(make(mean(sum(exp(x), 'class'), 'row'), {}).divisible).toBe(true);
    expect(make(sum(sub(x, mean(x, 'row')), 'row'), {}).divisible).toBe(false);
  });

  test('sums over the batch are the same, however many blocks it has', async () => {
    for (const rows of [1, 7, 63, 64, 65, 130, 200]) {
      const values = Float64Array.from({ length: 3 * rows }, (_, i) => Math.sin(i));
      const f = mean(sum(log(relu(exp(x))), 'class'), 'row');
      const inputs = { x: values };
      const sizes = { row: rows, class: 3 };
      const got = await valueOnWasm(f, inputs, sizes);
      expect(got[0]).toBeCloseTo(valueOf(f, inputs, sizes)[0] as number, 5);
    }
  });

  test('does not gather along the axis of the batch, and says who does', () => {
    expect(() => make(gather(x, input('i', 'class'), 'row'), {})).toThrow(
      'gather along the axis "row" of the batch has no kernel: it runs on the executors oracle and tfjs, and on webgpu where tfjs computes on the same device.',
    );
  });
});
