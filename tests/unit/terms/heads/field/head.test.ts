import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  fieldClosedForm,
  fieldExpressions,
  type FieldHead,
} from '../../../../../src/terms/heads/field/head.ts';
import { fieldTerms } from '../../../../support/allTerms.ts';
import { headExpressions, headLoss } from '../../../../../src/terms/head.ts';
import { softmaxClosedForm, softmaxExpressions } from '../../../../../src/terms/heads/softmax/head.ts';
import { randomField, randomMasks, type FieldShape } from '../../../../support/fieldTerms.ts';
import { centralDifferences, distance, gradientOf, valueOf } from '../../../../support/language.ts';
import { gradientOnTfjs, valueOnTfjs } from '../../../../support/tensors.ts';
import { numericOf, valueAt } from '../../../../support/terms.ts';

const head: FieldHead = { kind: 'field', terms: fieldTerms.map(({ id }) => id) };
const knobs = fieldTerms.flatMap((term) => term.knobs);
const built = headExpressions(head, 'training');

/** Knobs at shares 0 … 1 of their ranges. */
const valuesAt = (shares: readonly number[]) =>
  Object.fromEntries(knobs.map((knob, i) => [knob.key, valueAt(knob, shares[i] ?? 0.5)]));
/** The same, for expressions. */
const numbersOf = (values: ReturnType<typeof valuesAt>) =>
  Object.fromEntries(knobs.map(({ key }) => [key, numericOf(knobs, values)(key)]));

const shapes = fc.record({
  images: fc.integer({ min: 1, max: 4 }),
  pixels: fc.constantFrom(1, 3, 4, 6, 15),
});
const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 });

function both(shape: FieldShape, logits: Float64Array, target: Float64Array, at: readonly number[]) {
  const values = valuesAt(at);
  const closed = headLoss(head, logits, target, shape.pixels, numericOf(knobs, values));
  const sizes = { image: shape.images, pixel: shape.pixels };
  const inputs = { logits, target };
  return { closed, sizes, inputs, numbers: numbersOf(values), numeric: numericOf(knobs, values) };
}

describe('a field head', () => {
  test('has one loss and one gradient by the logits, whatever the sizes', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 0, max: 1e6 }), shares, (shape, seed, at) => {
        const [logits, target] = [randomField(shape, seed), randomMasks(shape, seed)];
        const { closed, sizes, inputs, numbers, numeric } = both(shape, logits, target, at);
        expect(valueOf(built.total, inputs, sizes, numbers)[0]).toBeCloseTo(closed.total, 12);
        const symbolic = gradientOf(built.total, [built.logits], inputs, sizes, numbers)[0] ?? [];
        expect(distance(symbolic, closed.gradient, { rtol: 1e-9, atol: 1e-14 })).toBeLessThanOrEqual(1);
        const slopes = centralDifferences(
          () => headLoss(head, logits, target, shape.pixels, numeric).total,
          logits,
        );
        expect(distance(closed.gradient, slopes, { rtol: 1e-5, atol: 1e-8 })).toBeLessThanOrEqual(1);
      }),
      { seed: 20_290, numRuns: 60 },
    );
  });

  test.each([
    ['all background', 0],
    ['all foreground', 1],
  ])('is finite and the same everywhere where logits are saturated and the mask is %s', (_, mask) => {
    for (const shape of [
      { images: 1, pixels: 1 },
      { images: 2, pixels: 6 },
    ])
      for (const side of [-50, 50])
        for (const shares of [
          [1, 1, 0, 0],
          [1, 1, 0, 0.3],
          [1, 1, 0, 0.6],
          [1, 1, 0, 1],
          [1, 1, 1, 0],
        ]) {
          const logits = new Float64Array(shape.images * shape.pixels).fill(side);
          const target = new Float64Array(logits.length).fill(mask);
          const { closed, sizes, inputs, numbers } = both(shape, logits, target, shares);
          const symbolic = gradientOf(built.total, [built.logits], inputs, sizes, numbers)[0] ?? [];
          const onTfjs = gradientOnTfjs(built.total, [built.logits], inputs, sizes, numbers)[0] ?? [];
          expect(valueOf(built.total, inputs, sizes, numbers)[0]).toBeCloseTo(closed.total, 12);
          expect(valueOnTfjs(built.total, inputs, sizes, numbers).value[0]).toBeCloseTo(closed.total, 6);
          for (const gradient of [closed.gradient, symbolic, onTfjs])
            for (const slope of gradient) expect(Math.abs(slope)).toBeLessThan(1e-15);
          // Not quite without a way back: the slope is that of σ at ±50.
          if (mask === (side < 0 ? 1 : 0)) expect(Math.abs(closed.gradient[0] ?? 0)).toBeGreaterThan(0);
        }
  });

  test('gives the contributions of its terms, and those of some alone', () => {
    const shape = { images: 3, pixels: 5 };
    const [logits, target] = [randomField(shape, 2), randomMasks(shape, 3)];
    const numeric = numericOf(knobs);
    const of = (only?: readonly string[]) =>
      fieldClosedForm(head, logits, target, 5, numeric, { gradient: true, ...(only && { only }) });
    const whole = of();
    const single = head.terms.map((id) => of([id]));
    expect(whole.contributions.map(({ id }) => id)).toEqual(head.terms);
    single.forEach((part, i) => {
      expect(part.contributions).toEqual([whole.contributions[i]]);
      const expression = built.contributions[i]?.value ?? built.total;
      const numbers = numbersOf(Object.fromEntries(knobs.map((knob) => [knob.key, knob.default])));
      const got = valueOf(expression, { logits, target }, { image: 3, pixel: 5 }, numbers)[0];
      expect(got).toBeCloseTo(part.total, 13);
    });
    expect(whole.total).toBeCloseTo(
      single.reduce((sum, { total }) => sum + total, 0),
      14,
    );
    whole.gradient?.forEach((slope, i) => {
      expect(slope).toBeCloseTo(
        single.reduce((sum, part) => sum + (part.gradient?.[i] ?? NaN), 0),
        14,
      );
    });
    expect(fieldClosedForm(head, logits, target, 5, numeric).gradient).toBeUndefined();
  });

  test('refuses what is no term of images', () => {
    const foreign: FieldHead = { kind: 'field', terms: ['dice', 'kl'] };
    expect(() => fieldExpressions(foreign)).toThrow('The term "kl" does not fit a field head.');
    expect(() => headLoss(foreign, new Float64Array(1), new Float64Array(1), 1, numericOf(knobs))).toThrow(
      '"kl"',
    );
    expect(() => headExpressions({ kind: 'softmax', terms: ['dice'] }, 'training')).toThrow('"dice"');
  });
});

test('either kind of head comes by one door, with the axes of its samples and outputs', () => {
  expect(built).toEqual(fieldExpressions(head));
  expect([built.sampleAxis, built.outputAxis]).toEqual(['image', 'pixel']);
  expect(built.logits.axes).toEqual(['image', 'pixel']);
  const softmax = { kind: 'softmax', terms: ['kl'] } as const;
  const rows = headExpressions(softmax, 'training');
  expect(rows).toEqual(softmaxExpressions(softmax, 'training'));
  expect([rows.sampleAxis, rows.outputAxis]).toEqual(['row', 'class']);
  const [logits, target] = [Float64Array.of(0.2, -1, 3), Float64Array.of(0.2, 0.3, 0.5)];
  const kl = () => 0;
  const { total, gradient } = softmaxClosedForm(softmax, logits, target, 3, kl, 'training', {
    gradient: true,
  });
  expect(headLoss(softmax, logits, target, 3, kl)).toEqual({ total, gradient });
});
