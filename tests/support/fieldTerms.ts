import { randomStream } from '../../src/science/random.ts';
import { compile } from '../../src/terms/language/evaluate.ts';
import { input } from '../../src/terms/language/expression.ts';
import { gradient } from '../../src/terms/language/gradient.ts';
import type { FieldGradient, FieldPenalty, NumericKnobs } from '../../src/terms/term.ts';
import { centralDifferences } from './language.ts';

export interface FieldShape {
  images: number;
  pixels: number;
}

/** What a field penalty reads, here independent of each other, `[images, pixels]` each. */
export interface FieldPoint extends FieldShape {
  logits: Float64Array;
  probabilities: Float64Array;
  target: Float64Array;
}

/** A contribution to the loss with its derivatives by logits and by probabilities. */
export interface FieldValue {
  value: number;
  byLogits: ArrayLike<number>;
  byProbabilities: ArrayLike<number>;
}

/** Normal logits of a given spread. */
export function randomField({ images, pixels }: FieldShape, seed: number, spread = 2): Float64Array {
  const stream = randomStream(seed, 'data');
  return Float64Array.from({ length: images * pixels }, (_, i) => spread * stream.normal(i));
}

/** Masks of 0 and 1 with a given share of foreground. */
export function randomMasks({ images, pixels }: FieldShape, seed: number, share = 0.3): Float64Array {
  const out = new Float64Array(images * pixels);
  randomStream(seed + 1_000_000, 'data').fillUniform(out, 0, 1, 0);
  return out.map((u) => (u < share ? 1 : 0));
}

export const zeroGradient = ({ images, pixels }: FieldShape): FieldGradient => ({
  logits: new Float64Array(images * pixels),
  probabilities: new Float64Array(images * pixels),
});

/** By its hand-written closed form. */
export function fieldClosed(penalty: FieldPenalty, point: FieldPoint, knobs: NumericKnobs): FieldValue {
  const by = zeroGradient(point);
  return {
    value: penalty.closedForm(point, knobs, by),
    byLogits: by.logits,
    byProbabilities: by.probabilities,
  };
}

/** By its expression, the language's evaluator and gradient; compiled once for all points of one shape. */
export function fieldExpression(
  penalty: FieldPenalty,
  { images, pixels }: FieldShape,
): (point: FieldPoint, knobs: NumericKnobs) => FieldValue {
  const [logits, probabilities, target] = ['logits', 'probabilities', 'target'].map((name) =>
    input(name, 'image', 'pixel'),
  ) as [ReturnType<typeof input>, ReturnType<typeof input>, ReturnType<typeof input>];
  const total = penalty.expression({ logits, probabilities, target });
  const run = compile([total, ...gradient(total, [logits, probabilities])], { image: images, pixel: pixels });
  return ({ logits: f, probabilities: p, target: y }, knob) => {
    const [value, byLogits, byProbabilities] = run({
      inputs: { logits: f, probabilities: p, target: y },
      knob,
    });
    return {
      value: value?.[0] ?? NaN,
      byLogits: byLogits?.slice() ?? [],
      byProbabilities: byProbabilities?.slice() ?? [],
    };
  };
}

/** Slopes of the closed form's value. */
export function fieldDifferences(
  penalty: FieldPenalty,
  point: FieldPoint,
  knobs: NumericKnobs,
): Omit<FieldValue, 'value'> {
  const value = (): number => penalty.closedForm(point, knobs);
  return {
    byLogits: centralDifferences(value, point.logits),
    byProbabilities: centralDifferences(value, point.probabilities),
  };
}
