import { describe, expect, test } from 'vitest';
import { mul } from '../../../../src/terms/language/expression.ts';
import {
  centralDifferences,
  distance,
  gradientOf,
  SIZES,
  sumAll,
  valueOf,
  weights,
} from '../../../support/language.ts';
import { KNOBS, OPERATIONS, pointOf } from './operations.ts';

const SEEDS = [1, 2, 3, 4, 5];

for (const [op, cases] of Object.entries(OPERATIONS)) {
  describe(`the operation ${op}`, () => {
    cases.forEach((one, i) => {
      const axes = Object.entries(one.inputs).map(([name, spec]) => `${name}[${spec.axes.join(' ')}]`);
      const title = `${i + 1}: ${axes.join(', ') || 'no inputs'}`;

      test(`has the value of its definition, ${title}`, () => {
        for (const seed of SEEDS) {
          const { result, inputs, expected } = pointOf(one, seed);
          expect(result.op).toBe(op);
          const got = valueOf(result, inputs, SIZES, KNOBS);
          expect(distance(got, expected, { rtol: 1e-14, atol: 1e-15 })).toBeLessThanOrEqual(1);
        }
      });

      test(`has the slope of its value as gradient${one.opaque ? ', none' : ''}, ${title}`, () => {
        for (const seed of SEEDS) {
          const { result, inputs, smooth } = pointOf(one, seed);
          const total = sumAll(mul(weights(result), result));
          const symbolic = gradientOf(total, Object.values(smooth), inputs, SIZES, KNOBS);
          Object.keys(smooth).forEach((name, n) => {
            const x = inputs[name] as Float64Array;
            const slopes = one.opaque
              ? new Float64Array(x.length)
              : centralDifferences(() => valueOf(total, inputs, SIZES, KNOBS)[0] ?? NaN, x);
            expect(distance(symbolic[n] ?? [], slopes, { rtol: 1e-7, atol: 1e-8 })).toBeLessThanOrEqual(1);
          });
        }
      });
    });
  });
}
