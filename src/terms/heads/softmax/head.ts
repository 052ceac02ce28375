import { logSoftmaxRows } from '../../../science/distributions.ts';
import { add, constant, exp, input, logSoftmax, type Expression } from '../../language/expression.ts';
import { termOf } from '../../registry.ts';
import { isLogitTransform, isPenalty, isTargetTransform } from '../../kinds.ts';
import type {
  HeadExpressions,
  HeadKind,
  LogitTransform,
  NumericKnobs,
  Penalty,
  Phase,
  SoftmaxBatch,
  SoftmaxGradient,
  TargetTransform,
} from '../../term.ts';

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
  const all = head.terms.map((id) => termOf(id, ['penalty', 'logits', 'target'], head.kind));
  return {
    transforms: all.filter(isLogitTransform),
    targets: all.filter(isTargetTransform),
    penalties: all.filter(isPenalty),
  };
}

/** The head as expressions over the inputs `logits` and `target`. @throws on a term that does not fit */
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
  const forward = softmaxForward(head, logits, target, classes, knobs, phase);
  return { ...forward.batch, ...softmaxPenalties(head, forward, knobs, phase, want) };
}

/** What a head makes of a batch in one phase, before any penalty. */
export interface SoftmaxForward {
  batch: SoftmaxBatch;
  /** Logits before each transform and after the last. */
  stages: readonly Float64Array[];
  /** The stage that is called normalized. */
  after: number;
}

/** The first half of the closed form, for callers that need no penalty or several apart; arguments as there. */
export function softmaxForward(
  head: SoftmaxHead,
  logits: Float64Array,
  target: Float64Array,
  classes: number,
  knobs: NumericKnobs,
  phase: Phase,
): SoftmaxForward {
  const rows = logits.length / classes;
  const { transforms, targets } = partsOf(head);
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
  const probabilities = new Float64Array(logits.length);
  for (let i = 0; i < probabilities.length; i++) probabilities[i] = Math.exp(logProbabilities[i] as number);
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
    probabilities,
  };
  return { batch, stages, after };
}

/** The second half of the closed form: penalties of a batch, and their gradient by the raw logits. */
export function softmaxPenalties(
  head: SoftmaxHead,
  { batch, stages, after }: SoftmaxForward,
  knobs: NumericKnobs,
  phase: Phase,
  want: { gradient?: boolean; only?: readonly string[] } = {},
): Pick<SoftmaxResult, 'contributions' | 'total' | 'gradient'> {
  const { rows, classes, scaled } = batch;
  const { transforms, penalties } = partsOf(head);
  const acting = penalties.filter(({ id }) => want.only?.includes(id) ?? true);
  const by: SoftmaxGradient | undefined = want.gradient
    ? { normalized: new Float64Array(scaled.length), scaled: new Float64Array(scaled.length) }
    : undefined;
  const contributions = acting.map((penalty) => ({
    id: penalty.id,
    perRow: penalty.closedForm(batch, knobs, by),
  }));
  const total = contributions.reduce((sum, { perRow }) => sum + sumOf(perRow) / rows, 0);
  return {
    contributions,
    total,
    ...(by && { gradient: backward(stages, transforms, after, by, classes, knobs, phase) }),
  };
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum;
}

/** Row by row through one pair of small arrays: a view of each row would cost more than what is done with it. */
function forwardRows(
  x: Float64Array,
  classes: number,
  f: (row: Float64Array, out: Float64Array) => void,
): Float64Array {
  const out = new Float64Array(x.length);
  const [from, to] = [new Float64Array(classes), new Float64Array(classes)];
  for (let i = 0; i < x.length; i += classes) {
    for (let c = 0; c < classes; c++) from[c] = x[i + c] as number;
    f(from, to);
    for (let c = 0; c < classes; c++) out[i + c] = to[c] as number;
  }
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
  const [row, slope] = [new Float64Array(classes), new Float64Array(classes)];
  for (let stage = transforms.length; stage >= 0; stage--) {
    if (stage === after)
      for (let i = 0; i < gradient.length; i++)
        gradient[i] = (gradient[i] as number) + (by.normalized[i] as number);
    const transform = transforms[stage - 1];
    const logits = stages[stage - 1];
    if (transform && logits)
      for (let i = 0; i < gradient.length; i += classes) {
        for (let c = 0; c < classes; c++) {
          row[c] = logits[i + c] as number;
          slope[c] = gradient[i + c] as number;
        }
        transform.backward(row, slope, knobs, phase);
        for (let c = 0; c < classes; c++) gradient[i + c] = slope[c] as number;
      }
  }
  return gradient;
}

export const softmaxHead: HeadKind<SoftmaxHead> = {
  kind: 'softmax',
  expressions: softmaxExpressions,
  closedForm: (head, logits, target, classes, knobs) =>
    softmaxClosedForm(head, logits, target, classes, knobs, 'training', { gradient: true }),
};
