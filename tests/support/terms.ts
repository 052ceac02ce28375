import { expect } from 'vitest';
import { logSoftmaxRows, softmaxRows } from '../../src/science/distributions.ts';
import { randomStream } from '../../src/science/random.ts';
import { numericValue, type Knob, type KnobValue, type KnobValues } from '../../src/terms/knob.ts';
import { compile } from '../../src/terms/language/evaluate.ts';
import { exp, input, logSoftmax, mul } from '../../src/terms/language/expression.ts';
import { gradient } from '../../src/terms/language/gradient.ts';
import type {
  LogitTransform,
  NumericKnobs,
  Penalty,
  Phase,
  SoftmaxBatch,
  TargetTransform,
} from '../../src/terms/term.ts';
import { centralDifferences, sumAll, weights, distance } from './language.ts';

/** Numbers of knobs as formulas see them; what `values` leaves out has its default. */
export function numericOf(knobs: readonly Knob[], values: KnobValues = {}): NumericKnobs {
  const numbers = new Map(
    knobs.map((knob) => [knob.key, numericValue(knob, values[knob.key] ?? knob.default)]),
  );
  return (key) => {
    const number = numbers.get(key);
    if (number === undefined) throw new Error(`The knob ${key} is not among those of the term.`);
    return number;
  };
}

/** A knob's value at a share 0 … 1 of its range, by its own scale. */
export function valueAt(knob: Knob, share: number): KnobValue {
  switch (knob.kind) {
    case 'number': {
      if (knob.scale === 'linear') return knob.min + share * (knob.max - knob.min);
      if (share === 0) return knob.min;
      const low = knob.scale === 'log' ? knob.min : (knob.logFrom ?? knob.max / 1000);
      return Math.min(knob.max, low * (knob.max / low) ** share);
    }
    case 'switch':
      return share < 0.5;
    case 'choice':
      return (
        knob.options[Math.min(knob.options.length - 1, Math.floor(share * knob.options.length))] ?? {
          value: '',
        }
      ).value;
    case 'text':
      return knob.default;
  }
}

/** Every value of a switch or a choice, and the ends of a number's range. */
export function extremesOf(knob: Knob): KnobValue[] {
  switch (knob.kind) {
    case 'number':
      return [knob.min, knob.max];
    case 'switch':
      return [false, true];
    case 'choice':
      return knob.options.map(({ value }) => value);
    case 'text':
      return [knob.default];
  }
}

/** Knobs anywhere in their ranges. @param at a share of each range */
export const knobsAt = (knobs: readonly Knob[], at: readonly number[]): Record<string, KnobValue> =>
  Object.fromEntries(knobs.map((knob, i) => [knob.key, valueAt(knob, at[i] ?? 0.5)]));

/** Every combination of the ends of numbers with the options of choices. */
export const extremes = (knobs: readonly Knob[]): Record<string, KnobValue>[] =>
  knobs.reduce<Record<string, KnobValue>[]>(
    (found, knob) =>
      found.flatMap((values) => extremesOf(knob).map((value) => ({ ...values, [knob.key]: value }))),
    [{}],
  );

/** What expression and closed form must agree to, and what central differences can tell. */
export const EXACT = { rtol: 1e-10, atol: 1e-12 };
export const SLOPE = { rtol: 1e-5, atol: 1e-7 };

/** Compares with the largest entry: a small one beside it carries its rounding. */
export function expectNear(got: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: typeof EXACT): void {
  const scale = Math.max(1e-300, ...Array.from(wanted, Math.abs));
  const scaled = [got, wanted].map((list) => Array.from(list, (x) => x / scale)) as [number[], number[]];
  const away = distance(...scaled, { rtol: 0, atol: tolerance.rtol + tolerance.atol / scale });
  expect(away).toBeLessThanOrEqual(1);
}

export interface Shape {
  rows: number;
  classes: number;
}

/** Normal logits of a given spread. */
export function randomLogits({ rows, classes }: Shape, seed: number, spread = 1): Float64Array {
  const stream = randomStream(seed, 'data');
  return Float64Array.from({ length: rows * classes }, (_, i) => spread * stream.normal(i));
}

/** Distributions of a given sharpness. */
export function randomTargets(shape: Shape, seed: number, spread = 1.5): Float64Array {
  const out = randomLogits(shape, seed + 1_000_000, spread);
  softmaxRows(out, out.slice(), shape.rows, shape.classes);
  return out;
}

/** What a penalty reads: u and v, here independent of each other, and targets. */
export interface PenaltyPoint extends Shape {
  normalized: Float64Array;
  scaled: Float64Array;
  target: Float64Array;
}

/** A contribution to the loss with its derivatives by u and by v. */
export interface PenaltyResult {
  value: number;
  byNormalized: ArrayLike<number>;
  byScaled: ArrayLike<number>;
}

export const average = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((a, b) => a + b, 0) / values.length;

export function batchOf(point: PenaltyPoint): SoftmaxBatch {
  const logProbabilities = new Float64Array(point.scaled.length);
  logSoftmaxRows(logProbabilities, point.scaled, point.rows, point.classes);
  return { ...point, logProbabilities, probabilities: logProbabilities.map(Math.exp) };
}

/** By its hand-written closed form. */
export function penaltyClosedForm(
  penalty: Penalty,
  point: PenaltyPoint,
  knobs: NumericKnobs,
): PenaltyResult & { perRow: Float64Array } {
  const [normalized, scaled] = [new Float64Array(point.scaled.length), new Float64Array(point.scaled.length)];
  const perRow = penalty.closedForm(batchOf(point), knobs, { normalized, scaled });
  return { perRow, value: average(perRow), byNormalized: normalized, byScaled: scaled };
}

/** By its expression, the language's evaluator and gradient; compiled once for all points of one shape. */
export function penaltyExpression(
  penalty: Penalty,
  { rows, classes }: Shape,
): (point: PenaltyPoint, knobs: NumericKnobs) => PenaltyResult {
  const [normalized, scaled, target] = ['normalized', 'scaled', 'target'].map((name) =>
    input(name, 'row', 'class'),
  ) as [ReturnType<typeof input>, ReturnType<typeof input>, ReturnType<typeof input>];
  const logProbabilities = logSoftmax(scaled, 'class');
  const probabilities = exp(logProbabilities);
  const total = penalty.expression({ normalized, scaled, target, logProbabilities, probabilities });
  const run = compile([total, ...gradient(total, [normalized, scaled])], { row: rows, class: classes });
  return ({ normalized: u, scaled: v, target: t }, knob) => {
    const [value, byNormalized, byScaled] = run({ inputs: { normalized: u, scaled: v, target: t }, knob });
    return {
      value: value?.[0] ?? NaN,
      byNormalized: byNormalized?.slice() ?? [],
      byScaled: byScaled?.slice() ?? [],
    };
  };
}

/** Slopes of the closed form's value. */
export function penaltyDifferences(
  penalty: Penalty,
  point: PenaltyPoint,
  knobs: NumericKnobs,
): PenaltyResult {
  const value = (): number => penaltyClosedForm(penalty, point, knobs).value;
  return {
    value: value(),
    byNormalized: centralDifferences(value, point.normalized),
    byScaled: centralDifferences(value, point.scaled),
  };
}

/** A transform's output, and the gradient of its sum under `weights` by the logits. */
export interface TransformResult {
  out: ArrayLike<number>;
  gradient: ArrayLike<number>;
}

export function transformClosedForm(
  transform: LogitTransform,
  logits: Float64Array,
  weights: Float64Array,
  knobs: NumericKnobs,
  phase: Phase,
): TransformResult {
  const out = new Float64Array(logits.length);
  transform.forward(logits, out, knobs, phase);
  const by = weights.slice();
  transform.backward(logits, by, knobs, phase);
  return { out, gradient: by };
}

export function transformExpression(
  transform: LogitTransform,
  logits: Float64Array,
  weight: Float64Array,
  knob: NumericKnobs,
  phase: Phase,
): TransformResult {
  const node = input('logits', 'row', 'class');
  const out = transform.expression(node, phase);
  const outputs = [out, ...gradient(sumAll(mul(weights(out), out)), [node])];
  const [value, by] = compile(outputs, { row: 1, class: logits.length })({
    inputs: { logits, weights: weight },
    knob,
  });
  return { out: value ?? [], gradient: by ?? [] };
}

/** Targets as the loss sees them, by closed form and by expression. */
export function targetBoth(
  transform: TargetTransform,
  target: Float64Array,
  knob: NumericKnobs,
): [ArrayLike<number>, ArrayLike<number>] {
  const out = new Float64Array(target.length);
  transform.forward(target, out, knob);
  const node = transform.expression(input('target', 'row', 'class'));
  return [out, compile([node], { row: 1, class: target.length })({ inputs: { target }, knob })[0] ?? []];
}
