import type { ChoiceKnob } from './knob.ts';
import { number } from './numberKnob.ts';
import { div, knob, mean, mul, relu, sub, type Expression } from './language/expression.ts';
import { mi, mo, mrow, written } from './language/notation.ts';
import { choose, type FieldBatch, type FieldPenalty } from './term.ts';

const source = 'field note';

const weight = number('loss.variance_weight', {
  label: 'Variance weight',
  symbol: 'w',
  caption: 'How strongly predictions that vary too little are pushed apart.',
  source,
  min: 0,
  max: 1,
  default: 0.25,
});

const off = (values: Readonly<Record<string, unknown>>): string | undefined =>
  values[weight.key] === 0 ? 'The variance weight is 0.' : undefined;

const form: ChoiceKnob = {
  kind: 'choice',
  key: 'loss.variance_form',
  label: 'Variance form',
  caption:
    'old is a hinge that is open only below a variance of 0.01. new, (1 − V)², pushes at every variance, since V is at most 0.25.',
  source,
  live: true,
  options: [
    { value: 'old', label: 'old, a hinge at 0.01' },
    { value: 'new', label: 'new, (1 − V)²' },
  ],
  default: 'new',
  inactive: off,
};

const over: ChoiceKnob = {
  kind: 'choice',
  key: 'loss.variance_over',
  label: 'Variance over',
  caption:
    'global: all pixels of the batch. image: the pixels of each image. pixel: each pixel across the batch. batch_mean: the means of the images.',
  source: 'The field note says variance only.',
  live: true,
  options: [
    { value: 'global', label: 'all pixels' },
    { value: 'image', label: 'within each image' },
    { value: 'pixel', label: 'each pixel, across images' },
    { value: 'batch_mean', label: 'means of images' },
  ],
  default: 'global',
  inactive: off,
};

/** Variance at which the hinge closes. */
const ENOUGH = 0.01;

const square = (x: Expression): Expression => mul(x, x);

/** Population variance V of p over the chosen axes, a scalar. The form of all four is a mean of squared deviations. */
export function varianceExpression(p: Expression): Expression {
  const ofImage = mean(p, 'pixel');
  const ofBatch = mean(ofImage, 'image');
  const deviation = choose(over, {
    global: sub(p, ofBatch),
    image: sub(p, ofImage),
    pixel: sub(p, mean(p, 'image')),
    batch_mean: sub(ofImage, ofBatch),
  });
  return written(mean(mean(square(deviation), 'pixel'), 'image'), mrow(mi('V'), mo('('), mi('p'), mo(')')));
}

/** What a variance V costs, unweighted: max(0.01 − V, 0) / 0.01 or (1 − V)². */
export const costExpression = (V: Expression): Expression =>
  choose(form, { old: div(relu(sub(ENOUGH, V)), ENOUGH), new: square(sub(1, V)) });

/** The same as a number, and its derivative by V; where the hinge closes that is 0. */
export function costOf(V: number, chosen: string | undefined): { value: number; slope: number } {
  if (chosen === 'new') return { value: (1 - V) ** 2, slope: -2 * (1 - V) };
  // NaN stays visible, a closed hinge is exactly 0.
  return V >= ENOUGH ? { value: 0, slope: 0 } : { value: (ENOUGH - V) / ENOUGH, slope: -1 / ENOUGH };
}

/**
 * What p deviates from, subtracted: `[images, pixels]`. V is the mean of the squares, and its derivative by p is
 * 2 / (images · pixels) times the deviation, whatever the axes.
 */
export function deviationsOf(
  { images, pixels, probabilities: p }: Pick<FieldBatch, 'images' | 'pixels' | 'probabilities'>,
  chosen: string | undefined,
): Float64Array {
  const byImage = new Float64Array(images);
  const byPixel = new Float64Array(pixels);
  let all = 0;
  for (let at = 0; at < p.length; at++) {
    const [b, i, x] = [Math.floor(at / pixels), at % pixels, p[at] as number];
    byImage[b] = (byImage[b] as number) + x;
    byPixel[i] = (byPixel[i] as number) + x;
    all += x;
  }
  return p.map((x, at) => {
    const ofImage = (byImage[Math.floor(at / pixels)] as number) / pixels;
    if (chosen === 'image') return x - ofImage;
    if (chosen === 'pixel') return x - (byPixel[at % pixels] as number) / images;
    return (chosen === 'batch_mean' ? ofImage : x) - all / p.length;
  });
}

export const varianceOf = (deviations: Float64Array): number =>
  deviations.reduce((total, d) => total + d * d, 0) / deviations.length;

/** w · max(0.01 − V, 0) / 0.01 (old) or w · (1 − V)² (new), V being the variance of p over the chosen axes. */
export const variance: FieldPenalty = {
  kind: 'field',
  id: 'variance',
  label: 'Variance',
  color: { light: '#4d7c0f', dark: '#a6cf6a' },
  caption: 'Punishes predictions that are nearly the same everywhere, whether right or wrong.',
  source,
  knobs: [weight, form, over],
  golden: { variance: weight.key, variance_kind: form.key, variance_mode: over.key },
  expression: ({ probabilities }) => mul(knob(weight.key), costExpression(varianceExpression(probabilities))),
  closedForm: (batch, knobs, gradient) => {
    const w = knobs(weight.key);
    const deviations = deviationsOf(batch, over.options[knobs(over.key)]?.value);
    const { value, slope } = costOf(varianceOf(deviations), form.options[knobs(form.key)]?.value);
    if (gradient) {
      const { probabilities: out } = gradient;
      const scale = (2 * w * slope) / deviations.length;
      deviations.forEach((d, i) => (out[i] = (out[i] as number) + scale * d));
    }
    return w * value;
  },
};
