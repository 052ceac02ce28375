import type { Tensor } from '@tensorflow/tfjs';
import type { Gpu } from '../../../src/engine/webgpu/gpu.ts';
import { entropyOfProbabilities } from '../../../src/science/distributions.ts';
import { mean as average } from '../../../src/science/statistics.ts';
import { compile } from '../../../src/terms/language/evaluate.ts';
import { mean, neg, sum, xlogx, type Expression } from '../../../src/terms/language/expression.ts';
import { gradient } from '../../../src/terms/language/gradient.ts';
import { toTensors, type Tf } from '../../../src/terms/language/tfjs.ts';
import { isLogitTransform, isTargetTransform } from '../../../src/terms/kinds.ts';
import { term } from '../../../src/terms/registry.ts';
import { stepOnWebgpu, valuesOnWebgpu } from '../../support/gpuValues.ts';
import { kernels, valuesOnWasm } from '../../support/vectors.ts';
import {
  softmaxClosedForm,
  softmaxExpressions,
  type SoftmaxHead,
} from '../../../src/terms/heads/softmax/head.ts';
import type { HeadExpressions, NumericKnobs } from '../../../src/terms/term.ts';

export interface Batch {
  rows: number;
  classes: number;
  logits: Float64Array;
  target: Float64Array;
}

/** What every column can say of a batch. Contributions are weighted means over the rows. */
export interface Evaluation {
  total: number;
  contributions: Readonly<Record<string, number>>;
  probabilities: ArrayLike<number>;
  /** Logits after LogitNorm. */
  normalized: ArrayLike<number>;
  /** Mean entropy of the targets as the loss sees them. */
  targetEntropy: number;
  /** Of the total, by the raw logits. */
  gradient: ArrayLike<number>;
}

/** A softmax head on one column. */
export type Evaluate = (
  head: SoftmaxHead,
  batch: Batch,
  knobs: NumericKnobs,
) => Evaluation | Promise<Evaluation>;

export const closedForm: Evaluate = (head, { logits, target, rows, classes }, knobs) => {
  const result = softmaxClosedForm(head, logits, target, classes, knobs, 'training', { gradient: true });
  return {
    total: result.total,
    contributions: Object.fromEntries(result.contributions.map(({ id, perRow }) => [id, average(perRow)])),
    probabilities: result.probabilities,
    normalized: result.normalized,
    targetEntropy: average(
      Array.from({ length: rows }, (_, row) => entropyOfProbabilities(result.target, row * classes, classes)),
    ),
    gradient: result.gradient ?? [],
  };
};

/** The values of expressions over a batch, and the gradient of `built.total` by the logits. */
type Compute = (
  outputs: readonly Expression[],
  built: HeadExpressions,
  batch: Batch,
  knobs: NumericKnobs,
) => ArrayLike<number>[] | Promise<ArrayLike<number>[]>;

/** By the language's own evaluator and gradient, in f64. */
export const symbolic: Evaluate = evaluateWith((outputs, built, { rows, classes, ...inputs }, knobs) => [
  ...compile([...outputs, ...gradient(built.total, [built.logits])], { row: rows, class: classes })({
    inputs,
    knob: knobs,
  }),
]);

/** As a program of the WASM machine, in f32. */
export const vectors: Evaluate = evaluateWith(
  async (outputs, built, { rows, classes, logits, target }, knobs) =>
    valuesOnWasm(
      await kernels(),
      [...outputs, ...gradient(built.total, [built.logits])],
      { logits, target },
      { row: rows, class: classes },
      knobs,
    ),
);

/**
 * As a program of the webgpu executor, in f32. Of a batch of several rows, the total and its gradient are those of a step
 * of the executor itself.
 */
export const onGpu = (gpu: Gpu): Evaluate => {
  const values = evaluateWith((outputs, built, { rows, classes, logits, target }, knobs) =>
    valuesOnWebgpu(
      gpu,
      [...outputs, ...gradient(built.total, [built.logits])],
      { logits, target },
      { row: rows, class: classes },
      knobs,
    ),
  );
  return async (head, batch, knobs) => ({
    ...(await values(head, batch, knobs)),
    ...(batch.rows > 1 && (await stepOnWebgpu(gpu, head, batch, knobs))),
  });
};

/** As a tfjs graph with tfjs's autodiff, in f32, on the backend that is set. */
export const tensors = (tf: Tf): Evaluate =>
  evaluateWith(async (outputs, built, { rows, classes, logits, target }, knobs) => {
    const packed = tf.tidy(() => {
      const matrix = (data: Float64Array) => tf.tensor2d(Float32Array.from(data), [rows, classes]);
      const [x, t] = [matrix(logits), matrix(target)];
      const compute = (of: readonly Expression[], at: Tensor): Tensor[] =>
        toTensors(
          tf,
          of,
          { row: rows, class: classes },
          { inputs: { logits: at, target: t }, knob: (key) => tf.scalar(knobs(key)) },
        );
      const byLogits = tf.grad((at) => tf.sum(tf.stack(compute([built.total], at))))(x);
      return tf.concat([...compute(outputs, x), byLogits].map((tensor) => tf.reshape(tensor, [-1])));
    });
    // One readback for everything: on a GPU each costs a round trip.
    const numbers = await packed.data();
    packed.dispose();
    let at = 0;
    return [...outputs, built.logits].map(({ axes }) =>
      numbers.slice(at, (at += axes.reduce((n, axis) => n * (axis === 'row' ? rows : classes), 1))),
    );
  });

function evaluateWith(compute: Compute): Evaluate {
  return async (head, batch, knobs) => {
    const built = softmaxExpressions(head, 'training');
    const declared = head.terms.map(term);
    const normalize = declared.filter(isLogitTransform).find(({ id }) => id === 'logit_norm');
    const smoothed = declared.filter(isTargetTransform).reduce((t, x) => x.expression(t), built.target);
    const outputs = [
      built.total,
      built.probabilities,
      normalize?.expression(built.logits, 'training') ?? built.logits,
      mean(neg(sum(xlogx(smoothed), 'class')), 'row'),
      ...built.contributions.map(({ value }) => value),
    ];
    const values = await compute(outputs, built, batch, knobs);
    const get = (i: number): ArrayLike<number> => values[i] ?? [];
    const scalar = (i: number): number => get(i)[0] ?? NaN;
    return {
      total: scalar(0),
      probabilities: Float64Array.from(get(1)),
      normalized: Float64Array.from(get(2)),
      targetEntropy: scalar(3),
      contributions: Object.fromEntries(built.contributions.map(({ id }, i) => [id, scalar(4 + i)])),
      gradient: Float64Array.from(get(outputs.length)),
    };
  };
}
