import type { Knob, KnobValues } from './knob.ts';
import { constant, equal, knob, select, type Axis, type Expression } from './language/expression.ts';
import type { ChoiceKnob } from './knob.ts';

/**
 * A term is one summand of a loss, or one transform of the logits or of the targets. Its formula is written once, as
 * an expression; beside it stands a closed form in f64, written by hand, against which the expression is tested and
 * with which the oracle trains.
 */
export type Term = Penalty | FieldPenalty | LogitTransform | TargetTransform;

/** Temperature may act in one phase only, so formulas know the phase in which they stand. */
export type Phase = 'training' | 'evaluation';

/** A numeric knob by its key. */
export type NumericKnobs = (key: string) => number;

interface TermBase {
  id: string;
  label: string;
  /** On the paper of either theme, hex: the same in slider, formula, curve and arrow. */
  color: Readonly<Record<'light' | 'dark', string>>;
  /** One sentence: what the term does to the predictions. */
  caption: string;
  /** Paper or document. */
  source: string;
  knobs: readonly Knob[];
  /** Names under which reference values call the term's knobs. */
  golden?: Readonly<Record<string, string>>;
  /** Why the term, though switched on, cannot act under these values; undefined when it can. */
  idle?: (values: KnobValues, classes: number) => string | undefined;
}

/** A summand of the loss of a classifier: a mean over rows. */
export interface Penalty extends TermBase {
  kind: 'penalty';
  /** The weighted contribution to the loss: a scalar. */
  expression: (scope: SoftmaxScope) => Expression;
  /**
   * Weighted contribution of each row, `[rows]`; the contribution to the loss is their mean.
   * Where `gradient` is given, adds the derivative of that mean to it.
   */
  closedForm: (batch: SoftmaxBatch, knob: NumericKnobs, gradient?: SoftmaxGradient) => Float64Array;
  /** Why the term has no lower bound under these values, as a sentence; undefined when it has one. */
  unbounded?: (values: KnobValues) => string | undefined;
}

/** A summand of the loss of images: it may reduce over pixels, images, or both, in any order. */
export interface FieldPenalty extends TermBase {
  kind: 'field';
  /** The weighted contribution to the loss: a scalar. */
  expression: (scope: FieldScope) => Expression;
  /** The same as a number. Where `gradient` is given, adds the derivative of the contribution to it. */
  closedForm: (batch: FieldBatch, knob: NumericKnobs, gradient?: FieldGradient) => number;
}

export interface LogitTransform extends TermBase {
  kind: 'logits';
  /** `[row, class]` to `[row, class]`. */
  expression: (logits: Expression, phase: Phase) => Expression;
  /** Writes the transformed logits of one row into `out`. */
  forward: (logits: Float64Array, out: Float64Array, knob: NumericKnobs, phase: Phase) => void;
  /** Replaces `gradient` (by the output of one row) by the gradient by `logits`, its input. */
  backward: (logits: Float64Array, gradient: Float64Array, knob: NumericKnobs, phase: Phase) => void;
}

export interface TargetTransform extends TermBase {
  kind: 'target';
  expression: (target: Expression) => Expression;
  forward: (target: Float64Array, out: Float64Array, knob: NumericKnobs) => void;
}

/** What a penalty of a softmax head can read, `[row, class]` each. */
export interface SoftmaxScope {
  /** Targets after smoothing, t. */
  target: Expression;
  /** Logits after LogitNorm and before temperature, u. */
  normalized: Expression;
  /** Logits that enter the softmax, v = u / T. */
  scaled: Expression;
  logProbabilities: Expression;
  probabilities: Expression;
}

/** The same as numbers, row-major `[rows, classes]`. */
export interface SoftmaxBatch {
  rows: number;
  classes: number;
  target: Float64Array;
  normalized: Float64Array;
  scaled: Float64Array;
  logProbabilities: Float64Array;
  probabilities: Float64Array;
}

/** Accumulators for the derivatives of the loss by u and by v, `[rows, classes]`. */
export interface SoftmaxGradient {
  normalized: Float64Array;
  scaled: Float64Array;
}

/** What a penalty of a field head can read, `[image, pixel]` each. */
export interface FieldScope {
  /** Masks: 1 where the foreground is, 0 elsewhere; shares between are allowed. */
  target: Expression;
  /** Raw logits f. */
  logits: Expression;
  /** σ(f), the probability of foreground. */
  probabilities: Expression;
}

/** The same as numbers, row-major `[images, pixels]`. */
export interface FieldBatch {
  images: number;
  pixels: number;
  target: Float64Array;
  logits: Float64Array;
  probabilities: Float64Array;
}

/** Accumulators for the derivatives of the loss by the logits and by the probabilities, `[images, pixels]`. */
export interface FieldGradient {
  logits: Float64Array;
  probabilities: Float64Array;
}

/** A head as expressions over the inputs `logits` and `target`, from which an executor trains without knowing its kind. */
export interface HeadExpressions {
  /** f, the raw logits of the network, `[sample, output]`: an input named `logits`. */
  logits: Expression;
  /** Given targets, `[sample, output]`: an input named `target`. */
  target: Expression;
  /** Of each class, or of the foreground at each pixel, `[sample, output]`. */
  probabilities: Expression;
  /** Weighted contribution of each penalty, scalars, in order; their sum is `total`. */
  contributions: readonly { id: string; value: Expression }[];
  total: Expression;
  /** The axis along which the samples of a batch lie: one output of the network each. */
  sampleAxis: Axis;
  /** The axis along which the units of the last layer lie. */
  outputAxis: Axis;
}

/** One way to make a loss of a network's outputs. @template H the head as data, in plans */
export interface HeadKind<H extends { kind: string }> {
  kind: H['kind'];
  /** @throws on a term that does not fit */
  expressions: (head: H, phase: Phase) => HeadExpressions;
  /**
   * Training loss and its gradient by the raw logits, in f64.
   *
   * @param logits raw logits, `[samples, outputs]`
   * @param target what they are compared with, `[samples, outputs]`
   * @param outputs units of the last layer
   * @throws on a term that does not fit
   */
  closedForm: (
    head: H,
    logits: Float64Array,
    target: Float64Array,
    outputs: number,
    knobs: NumericKnobs,
  ) => { total: number; gradient?: Float64Array };
}

/** The branch that a choice knob names; all branches are in the formula, so that moving it recompiles nothing. */
export function choose(declaration: ChoiceKnob, branches: Readonly<Record<string, Expression>>): Expression {
  const position = knob(declaration.key);
  return declaration.options.reduceRight<Expression>((rest, { value }, i) => {
    const branch = branches[value];
    if (!branch) throw new Error(`The formula of ${declaration.key} has no branch "${value}".`);
    return i === declaration.options.length - 1 ? branch : select(equal(position, i), branch, rest);
  }, constant(0));
}
