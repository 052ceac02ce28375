import { add, constant, input, sigmoid, type Expression } from '../../language/expression.ts';
import { termOf } from '../../registry.ts';
import type {
  FieldBatch,
  FieldGradient,
  FieldPenalty,
  HeadExpressions,
  HeadKind,
  NumericKnobs,
} from '../../term.ts';

/**
 * The head of a network that paints images, as data: each sample is one image, each raw logit f one pixel of it, and
 * penalties compare p = σ(f) with a mask, over whatever axes they like.
 */
export interface FieldHead {
  kind: 'field';
  /** Ids of field penalties. */
  terms: readonly string[];
}

const penaltiesOf = (head: FieldHead): FieldPenalty[] =>
  head.terms.map((id) => termOf(id, ['field'], head.kind));

/** The head as expressions over the inputs `logits` and `target`, `[image, pixel]`. @throws on a term that does not fit */
export function fieldExpressions(head: FieldHead): HeadExpressions {
  const logits = input('logits', 'image', 'pixel');
  const target = input('target', 'image', 'pixel');
  const probabilities = sigmoid(logits);
  const contributions = penaltiesOf(head).map(({ id, expression }) => ({
    id,
    value: expression({ logits, target, probabilities }),
  }));
  const total = contributions.reduce<Expression>((sum, { value }) => add(sum, value), constant(0));
  return {
    logits,
    target,
    probabilities,
    contributions,
    total,
    sampleAxis: 'image',
    outputAxis: 'pixel',
  };
}

export interface FieldResult extends FieldBatch {
  /** Weighted contributions of each penalty. */
  contributions: readonly { id: string; value: number }[];
  total: number;
  /** Derivative of the total by the raw logits, `[images, pixels]`, where asked for. */
  gradient?: Float64Array;
}

/**
 * The head in closed form, f64.
 *
 * @param logits raw logits f, `[images, pixels]`
 * @param target masks, `[images, pixels]`
 * @param want.gradient also the gradient of the total by f
 * @param want.only these penalties alone
 * @throws on a term that does not fit
 */
export function fieldClosedForm(
  head: FieldHead,
  logits: Float64Array,
  target: Float64Array,
  pixels: number,
  knobs: NumericKnobs,
  want: { gradient?: boolean; only?: readonly string[] } = {},
): FieldResult {
  const batch: FieldBatch = {
    images: logits.length / pixels,
    pixels,
    target,
    logits,
    probabilities: logits.map(logistic),
  };
  const by: FieldGradient | undefined = want.gradient
    ? { logits: new Float64Array(logits.length), probabilities: new Float64Array(logits.length) }
    : undefined;
  const contributions = penaltiesOf(head)
    .filter(({ id }) => want.only?.includes(id) ?? true)
    .map(({ id, closedForm }) => ({ id, value: closedForm(batch, knobs, by) }));
  return {
    ...batch,
    contributions,
    total: contributions.reduce((sum, { value }) => sum + value, 0),
    ...(by && { gradient: byLogits(batch, by) }),
  };
}

/** σ(x), without an overflow on either side. */
const logistic = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

/** Carries the derivatives by p back to f: σ′(f) = σ(f) σ(−f), which keeps its digits where p is near 1. */
function byLogits({ logits, probabilities }: FieldBatch, by: FieldGradient): Float64Array {
  return by.logits.map(
    (direct, i) =>
      direct +
      (by.probabilities[i] as number) * (probabilities[i] as number) * logistic(-(logits[i] as number)),
  );
}

export const fieldHead: HeadKind<FieldHead> = {
  kind: 'field',
  expressions: fieldExpressions,
  closedForm: (head, logits, target, pixels, knobs) =>
    fieldClosedForm(head, logits, target, pixels, knobs, { gradient: true }),
};
