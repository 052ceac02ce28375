import { describe, expect, test } from 'vitest';
import {
  add,
  div,
  input,
  mean,
  mul,
  sigmoid,
  sub,
  sum,
  type Axis,
  type Expression,
} from '../../../../src/terms/language/expression.ts';
import { between, centralDifferences, distance, gradientOf, valueOf } from '../../../support/language.ts';
import { gradientOnTfjs, valueOnTfjs } from '../../../support/tensors.ts';

/** Images of a segmentation batch: what later labs need of the language beyond rows and classes. */
const [IMAGES, PIXELS] = [3, 6];
const sizes = { image: IMAGES, pixel: PIXELS };
const z = input('z', 'image', 'pixel');
const y = input('y', 'image', 'pixel');
const p = sigmoid(z);
const inputs = {
  z: between(-3, 3, IMAGES * PIXELS, 7).map(Math.fround),
  y: between(0, 2, IMAGES * PIXELS, 8).map(Math.floor),
};
const probability = Array.from(inputs.z, (x) => 1 / (1 + Math.exp(-x)));
const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const variance = (values: readonly number[]): number =>
  average(values.map((x) => (x - average(values)) ** 2));
const image = (b: number): number[] => probability.slice(b * PIXELS, (b + 1) * PIXELS);
const pixel = (i: number): number[] => probability.filter((_, at) => at % PIXELS === i);
const images = Array.from({ length: IMAGES }, (_, b) => image(b));
const pixels = Array.from({ length: PIXELS }, (_, i) => pixel(i));

const meanOver = (x: Expression, ...axes: Axis[]): Expression => axes.reduce(mean, x);
/** Population variance over named axes; an array over the axes that are left. */
function varianceOver(x: Expression, ...axes: Axis[]): Expression {
  const centred = sub(x, meanOver(x, ...axes));
  return meanOver(mul(centred, centred), ...axes);
}

const overlap = sum(mul(p, y), 'pixel');
const mass = add(sum(p, 'pixel'), sum(y, 'pixel'));
const softDice = mean(sub(1, div(add(mul(2, overlap), 1), add(mass, 1))), 'image');

/** Each with its value and gradient by the logits, by hand. */
const FIELDS: Record<
  string,
  { formula: Expression; value: number; byProbability: (b: number, i: number) => number }
> = {
  'soft Dice of each image': {
    formula: softDice,
    value: average(
      images.map((p, b) => {
        const label = [...inputs.y.slice(b * PIXELS, (b + 1) * PIXELS)];
        const shared = p.reduce((sum, x, i) => sum + x * (label[i] ?? 0), 0);
        return 1 - (2 * shared + 1) / (average(p) * PIXELS + average(label) * PIXELS + 1);
      }),
    ),
    byProbability: (b, i) => {
      const label = [...inputs.y.slice(b * PIXELS, (b + 1) * PIXELS)];
      const shared = image(b).reduce((sum, x, j) => sum + x * (label[j] ?? 0), 0);
      const s = (average(image(b)) + average(label)) * PIXELS + 1;
      return -(2 * (label[i] ?? 0) * s - (2 * shared + 1)) / (s * s * IMAGES);
    },
  },
  'variance over all pixels of the batch': {
    formula: varianceOver(p, 'image', 'pixel'),
    value: variance(probability),
    byProbability: (b, i) => (2 * ((image(b)[i] ?? 0) - average(probability))) / (IMAGES * PIXELS),
  },
  'mean over images of the variance within each': {
    formula: mean(varianceOver(p, 'pixel'), 'image'),
    value: average(images.map(variance)),
    byProbability: (b, i) => (2 * ((image(b)[i] ?? 0) - average(image(b)))) / (PIXELS * IMAGES),
  },
  'variance over images of their means': {
    formula: varianceOver(mean(p, 'pixel'), 'image'),
    value: variance(images.map(average)),
    byProbability: (b) => (2 * (average(image(b)) - average(probability))) / (IMAGES * PIXELS),
  },
  'mean over pixels of the variance across the batch': {
    formula: mean(varianceOver(p, 'image'), 'pixel'),
    value: average(pixels.map(variance)),
    byProbability: (b, i) => (2 * ((image(b)[i] ?? 0) - average(pixel(i)))) / (IMAGES * PIXELS),
  },
};

for (const [title, { formula, value, byProbability }] of Object.entries(FIELDS)) {
  describe(`the field reduction "${title}"`, () => {
    const gradient = gradientOf(formula, [z], inputs, sizes)[0] ?? [];

    test('has its value', () => {
      expect(valueOf(formula, inputs, sizes)[0]).toBeCloseTo(value, 14);
      expect(valueOnTfjs(formula, inputs, sizes).value[0]).toBeCloseTo(value, 6);
    });

    test('has the gradient of its closed form and of central differences', () => {
      const byHand = probability.map(
        (x, at) => byProbability(Math.floor(at / PIXELS), at % PIXELS) * x * (1 - x),
      );
      expect(distance(gradient, byHand, { rtol: 1e-12, atol: 1e-15 })).toBeLessThanOrEqual(1);
      const slopes = centralDifferences(() => valueOf(formula, inputs, sizes)[0] ?? NaN, inputs.z);
      expect(distance(gradient, slopes, { rtol: 1e-6, atol: 1e-9 })).toBeLessThanOrEqual(1);
    });

    test('has the same gradient by tfjs’s autodiff', () => {
      const onTfjs = gradientOnTfjs(formula, [z], inputs, sizes)[0] ?? [];
      expect(distance(onTfjs, gradient, { rtol: 1e-5, atol: 1e-7 })).toBeLessThanOrEqual(1);
    });
  });
}

test('one image, or one pixel, has no variance and no gradient', () => {
  const lone = { z: Float64Array.of(0.3, -0.8), y: Float64Array.of(1, 0) };
  for (const [of, axis] of [
    [{ image: 1, pixel: 2 }, 'image'],
    [{ image: 2, pixel: 1 }, 'pixel'],
  ] as const) {
    const formula = mean(varianceOver(p, axis), axis === 'image' ? 'pixel' : 'image');
    expect(valueOf(formula, lone, of)).toEqual([0]);
    expect(gradientOf(formula, [z], lone, of)[0]?.map(Math.abs)).toEqual([0, 0]);
  }
});
