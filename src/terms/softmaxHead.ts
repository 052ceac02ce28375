import { logSoftmaxRows } from '../science/distributions.ts';
import { add, constant, exp, input, logSoftmax, type Expression } from './language/expression.ts';
import { isLogitTransform, isPenalty, isTargetTransform, term } from './registry.ts';
import type {
  HeadExpressions,
  LogitTransform,
  NumericKnobs,
  Penalty,
  Phase,
  SoftmaxBatch,
  SoftmaxGradient,
  TargetTransform,
  Term,
} from './term.ts';

/**
 * The head of a classifier as data: raw logits f pass the logit transforms to u and v, the softmax makes p of v, and
 * penalties compare p with the transformed targets.
 */
export interface SoftmaxHead {
  kind: 'softmax';
  /** Ids of terms, transforms in the order in which they act. */
  terms: readonly string[];
}

/** The id of the transform after which logits are called normalized (u); the ones after it lead to v. */
const NORMALIZED_BY = 'logit_norm';

interface Parts {
  transforms: LogitTransform[];
  targets: TargetTransform[];
  penalties: Penalty[];
}

function partsOf(head: SoftmaxHead): Parts {
  const all: Term[] = head.terms.map(term);
  return {
    transforms: all.filter(isLogitTransform),
    targets: all.filter(isTargetTransform),
    penalties: all.filter(isPenalty),
  };
}

/** The head as expressions over the inputs `logits` and `target`. */
export function softmaxExpressions(head: SoftmaxHead, phase: Phase): HeadExpressions {
  const { transforms, targets, penalties } = partsOf(head);
  const logits = input('logits', 'row', 'class');
  const target = input('target', 'row', 'class');
  let normalized = logits;
  let scaled = logits;
  for (const transform of transforms) {
    scaled = transform.expression(scaled, phase);
    if (transform.id === NORMALIZED_BY) normalized = scaled;
  }
  const logProbabilities = logSoftmax(scaled, 'class');
  const probabilities = exp(logProbabilities);
  const smoothed = targets.reduce((t, transform) => transform.expression(t), target);
  const contributions = penalties.map((penalty) => ({
    id: penalty.id,
    value: penalty.expression({ target: smoothed, normalized, scaled, logProbabilities, probabilities }),
  }));
  const total = contributions.reduce<Expression>((sum, { value }) => add(sum, value), constant(0));
  return { logits, target, probabilities, contributions, total, sampleAxis: 'row', outputAxis: 'class' };
}

export interface SoftmaxResult extends SoftmaxBatch {
  /** Weighted contributions of each penalty by row, `[rows]`. */
  contributions: readonly { id: string; perRow: Float64Array }[];
  total: number;
  /** Derivative of the total by the raw logits, `[rows, classes]`, where asked for. */
  gradient?: Float64Array;
}

/**
 * The head in closed form, f64.
 *
 * @param logits raw logits f, `[rows, classes]`
 * @param target given targets, `[rows, classes]`; each row sums to 1
 * @param want.gradient also the gradient of the total by f
 * @param want.only gradient of these penalties alone (their total too), for showing which one pulls how hard
 */
export function softmaxClosedForm(
  head: SoftmaxHead,
  logits: Float64Array,
  target: Float64Array,
  classes: number,
  knobs: NumericKnobs,
  phase: Phase,
  want: { gradient?: boolean; only?: readonly string[] } = {},
): SoftmaxResult {
  const rows = logits.length / classes;
  const { transforms, targets, penalties } = partsOf(head);
  /** Logits before each transform and after the last. */
  const stages = [logits];
  for (const transform of transforms)
    stages.push(
      forwardRows(stages.at(-1) as Float64Array, classes, (x, y) => {
        transform.forward(x, y, knobs, phase);
      }),
    );
  const after = transforms.findIndex(({ id }) => id === NORMALIZED_BY) + 1;
  const scaled = stages.at(-1) as Float64Array;
  const logProbabilities = new Float64Array(logits.length);
  logSoftmaxRows(logProbabilities, scaled, rows, classes);
  const batch: SoftmaxBatch = {
    rows,
    classes,
    target: targets.reduce(
      (t, transform) =>
        forwardRows(t, classes, (x, y) => {
          transform.forward(x, y, knobs);
        }),
      target,
    ),
    normalized: stages[after] as Float64Array,
    scaled,
    logProbabilities,
    probabilities: logProbabilities.map(Math.exp),
  };
  const acting = penalties.filter(({ id }) => want.only?.includes(id) ?? true);
  const by: SoftmaxGradient | undefined = want.gradient
    ? { normalized: new Float64Array(logits.length), scaled: new Float64Array(logits.length) }
    : undefined;
  const contributions = acting.map((penalty) => ({
    id: penalty.id,
    perRow: penalty.closedForm(batch, knobs, by),
  }));
  const total = contributions.reduce((sum, { perRow }) => sum + perRow.reduce((a, b) => a + b, 0) / rows, 0);
  return {
    ...batch,
    contributions,
    total,
    ...(by && { gradient: backward(stages, transforms, after, by, classes, knobs, phase) }),
  };
}

function forwardRows(
  x: Float64Array,
  classes: number,
  f: (row: Float64Array, out: Float64Array) => void,
): Float64Array {
  const out = new Float64Array(x.length);
  for (let i = 0; i < x.length; i += classes) f(x.subarray(i, i + classes), out.subarray(i, i + classes));
  return out;
}

/** Carries the derivatives by v and by u back to f. */
function backward(
  stages: readonly Float64Array[],
  transforms: readonly LogitTransform[],
  after: number,
  by: SoftmaxGradient,
  classes: number,
  knobs: NumericKnobs,
  phase: Phase,
): Float64Array {
  const gradient = by.scaled;
  for (let stage = transforms.length; stage >= 0; stage--) {
    if (stage === after)
      for (let i = 0; i < gradient.length; i++)
        gradient[i] = (gradient[i] as number) + (by.normalized[i] as number);
    const transform = transforms[stage - 1];
    const logits = stages[stage - 1];
    if (transform && logits)
      for (let i = 0; i < gradient.length; i += classes)
        transform.backward(logits.subarray(i, i + classes), gradient.subarray(i, i + classes), knobs, phase);
  }
  return gradient;
}
