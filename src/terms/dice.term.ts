import { number } from './numberKnob.ts';
import { add, div, knob, mean, mul, sub, sum, type Expression } from './language/expression.ts';
import { mi, mo, mrow, written } from './language/notation.ts';
import type { FieldBatch, FieldPenalty, FieldScope } from './term.ts';

const weight = number('loss.dice_weight', {
  label: 'Dice weight',
  symbol: 'w',
  caption: 'How strongly the prediction is pulled to overlap with the mask, image by image.',
  source: 'field note',
  min: 0,
  max: 1,
  default: 0.3,
});

/** Keeps an image without foreground defined: an empty prediction of an empty mask is perfect. */
const SMOOTHING = 1;

/**
 * Soft Dice of each image, (2 Σ p y + s) / (Σ p + Σ y + s) with sums over its pixels, `[image]`.
 *
 * @param smoothing s
 */
export function softDice(
  { probabilities: p, target: y }: Pick<FieldScope, 'probabilities' | 'target'>,
  smoothing = SMOOTHING,
): Expression {
  const overlap = mul(2, sum(mul(p, y), 'pixel'));
  const mass = add(sum(p, 'pixel'), sum(y, 'pixel'));
  return written(
    div(add(overlap, smoothing), add(mass, smoothing)),
    mrow(mi('D'), mo('('), mi('p'), mo(','), mi('y'), mo(')')),
  );
}

/** Numerator and denominator of the soft Dice of one image. */
export function diceParts(
  { pixels, probabilities, target }: Pick<FieldBatch, 'pixels' | 'probabilities' | 'target'>,
  image: number,
  smoothing = SMOOTHING,
): { above: number; below: number } {
  let [overlap, mass] = [0, 0];
  for (let i = image * pixels; i < (image + 1) * pixels; i++) {
    const [p, y] = [probabilities[i] as number, target[i] as number];
    overlap += p * y;
    mass += p + y;
  }
  return { above: 2 * overlap + smoothing, below: mass + smoothing };
}

/** w · mean over images of 1 − Dice. With numerator A and denominator S its gradient by p is w (A/S − 2 y) / (S · images). */
export const dice: FieldPenalty = {
  kind: 'field',
  id: 'dice',
  label: 'Soft Dice',
  color: { light: '#17181a', dark: '#ededea' },
  caption: 'Pulls each predicted region to overlap with the mask; rare foreground counts as much as common.',
  source: 'Milletari et al. 2016, with sums of p instead of p²',
  knobs: [weight],
  golden: { dice: weight.key },
  expression: (scope) => mul(knob(weight.key), mean(sub(1, softDice(scope)), 'image')),
  closedForm: (batch, knobs, gradient) => {
    const { images, pixels, target } = batch;
    const w = knobs(weight.key);
    let loss = 0;
    for (let image = 0; image < images; image++) {
      const { above, below } = diceParts(batch, image);
      const share = above / below;
      loss += 1 - share;
      if (!gradient) continue;
      const { probabilities: out } = gradient;
      for (let i = image * pixels; i < (image + 1) * pixels; i++)
        out[i] = (out[i] as number) + (w * (share - 2 * (target[i] as number))) / (below * images);
    }
    return (w * loss) / images;
  },
};
