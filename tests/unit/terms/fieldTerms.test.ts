import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fieldTerms } from '../../support/allTerms.ts';
import {
  fieldClosed,
  fieldDifferences,
  fieldExpression,
  randomField,
  randomMasks,
  zeroGradient,
  type FieldPoint,
  type FieldShape,
} from '../../support/fieldTerms.ts';
import { EXACT, expectNear, extremes, knobsAt, numericOf, SLOPE } from '../../support/terms.ts';

/*
 * What holds for every term of images, whoever adds one: its expression, its hand-written closed form and the slopes of
 * its value say the same, for any number of images and pixels.
 */

const RUNS = { seed: 20_270, numRuns: 80 };

const shapes = fc.record({
  images: fc.integer({ min: 1, max: 5 }),
  pixels: fc.constantFrom(1, 2, 3, 4, 5, 7, 15, 16, 17),
});
const seeds = fc.integer({ min: 0, max: 1_000_000 });
const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 });

const full = ({ images, pixels }: FieldShape, value: number): Float64Array =>
  new Float64Array(images * pixels).fill(value);
const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** Logits at which formulas break. */
const LOGITS: Record<string, (shape: FieldShape) => Float64Array> = {
  'all zero': (shape) => full(shape, 0),
  'all equal, so that nothing varies': (shape) => full(shape, -0.7),
  'saturated at +50': (shape) => full(shape, 50),
  'saturated at −50': (shape) => full(shape, -50),
  'saturated on both sides': (shape) => full(shape, 50).map((x, i) => (i % 3 === 0 ? -x : x)),
  'nearly equal': (shape) => randomField(shape, 6, 1e-5),
};
const MASKS: Record<string, (shape: FieldShape) => Float64Array> = {
  'all background': (shape) => full(shape, 0),
  'all foreground': (shape) => full(shape, 1),
  mixed: (shape) => randomMasks(shape, 7),
};
const SHAPES: FieldShape[] = [
  { images: 1, pixels: 1 },
  { images: 1, pixels: 15 },
  { images: 3, pixels: 1 },
  { images: 3, pixels: 5 },
];

describe.each(fieldTerms.map((penalty) => [penalty.id, penalty] as const))(
  'the term %s of images',
  (_, penalty) => {
    const compiled = new Map<string, ReturnType<typeof fieldExpression>>();
    const expressionFor = (shape: FieldShape): ReturnType<typeof fieldExpression> => {
      const key = `${String(shape.images)} × ${String(shape.pixels)}`;
      const known = compiled.get(key) ?? fieldExpression(penalty, shape);
      compiled.set(key, known);
      return known;
    };

    test('has one value and gradient by expression, closed form and central differences', () => {
      fc.assert(
        fc.property(shapes, seeds, shares, (shape, seed, at) => {
          const knobs = numericOf(penalty.knobs, knobsAt(penalty.knobs, at));
          const logits = randomField(shape, seed);
          const point: FieldPoint = {
            ...shape,
            logits,
            probabilities: logits.map(logistic),
            target: randomMasks(shape, seed),
          };
          const closed = fieldClosed(penalty, point, knobs);
          const built = expressionFor(shape)(point, knobs);
          expectNear([built.value], [closed.value], EXACT);
          expectNear(built.byLogits, closed.byLogits, EXACT);
          expectNear(built.byProbabilities, closed.byProbabilities, EXACT);
          const slopes = fieldDifferences(penalty, point, knobs);
          expectNear(closed.byLogits, slopes.byLogits, SLOPE);
          expectNear(closed.byProbabilities, slopes.byProbabilities, SLOPE);
        }),
        RUNS,
      );
    });

    test.each(Object.entries(LOGITS))(
      'is finite and the same in both forms where the logits are %s, at all ends of its knobs',
      (_, logitsOf) => {
        for (const shape of SHAPES)
          for (const target of Object.values(MASKS))
            for (const values of extremes(penalty.knobs)) {
              const logits = logitsOf(shape);
              const point = { ...shape, logits, probabilities: logits.map(logistic), target: target(shape) };
              const knobs = numericOf(penalty.knobs, values);
              const closed = fieldClosed(penalty, point, knobs);
              const built = expressionFor(shape)(point, knobs);
              for (const numbers of [[closed.value], closed.byLogits, closed.byProbabilities])
                expect(Array.from(numbers).every(Number.isFinite)).toBe(true);
              expectNear([built.value], [closed.value], EXACT);
              expectNear(built.byLogits, closed.byLogits, EXACT);
              expectNear(built.byProbabilities, closed.byProbabilities, EXACT);
            }
      },
    );

    test('has the same value without a gradient, and adds to a gradient that is there', () => {
      const shape = { images: 3, pixels: 4 };
      const probabilities = randomField(shape, 8).map(logistic);
      const point = { ...shape, logits: randomField(shape, 8), probabilities, target: randomMasks(shape, 9) };
      const knobs = numericOf(penalty.knobs);
      const { value, byLogits, byProbabilities } = fieldClosed(penalty, point, knobs);
      expect(penalty.closedForm(point, knobs)).toBe(value);
      const there = zeroGradient(shape);
      there.logits.fill(1);
      there.probabilities.fill(1);
      penalty.closedForm(point, knobs, there);
      expectNear(
        there.logits,
        Array.from(byLogits, (x) => 1 + x),
        EXACT,
      );
      expectNear(
        there.probabilities,
        Array.from(byProbabilities, (x) => 1 + x),
        EXACT,
      );
    });

    test('passes on a NaN', () => {
      const shape = { images: 2, pixels: 3 };
      const probabilities = full(shape, NaN);
      const point = { ...shape, logits: probabilities, probabilities, target: full(shape, 1) };
      for (const values of extremes(penalty.knobs)) {
        const knobs = numericOf(penalty.knobs, values);
        expect(penalty.closedForm(point, knobs)).toBeNaN();
        expect(expressionFor(shape)(point, knobs).value).toBeNaN();
      }
    });
  },
);
