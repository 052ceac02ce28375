import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KnobValues } from '../../../../../src/terms/knob.ts';
import { compile } from '../../../../../src/terms/language/evaluate.ts';
import { gradient } from '../../../../../src/terms/language/gradient.ts';
import { isPenalty } from '../../../../../src/terms/kinds.ts';
import { terms as serviceMixTerms } from '../../../../../src/labs/service-mix/terms.ts';
import {
  softmaxClosedForm,
  softmaxExpressions,
  type SoftmaxHead,
} from '../../../../../src/terms/heads/softmax/head.ts';
import type { Phase } from '../../../../../src/terms/term.ts';
import { centralDifferences, distance } from '../../../../support/language.ts';
import { gradientOnTfjs, valueOnTfjs } from '../../../../support/tensors.ts';
import { numericOf, randomLogits, randomTargets, valueAt, type Shape } from '../../../../support/terms.ts';

const terms = serviceMixTerms;
const head: SoftmaxHead = { kind: 'softmax', terms: terms.map(({ id }) => id) };
const knobs = terms.flatMap((term) => term.knobs);
const PHASES: Phase[] = ['training', 'evaluation'];
const PLACES = ['both', 'training', 'inference'];

const EVERY_PENALTY = {
  'loss.entropy_weight': 5,
  'loss.min_entropy': 2.5,
  'loss.maxsup_weight': 0.5,
  'loss.confidence_penalty': 0.3,
  'loss.label_smoothing': 0.1,
};

const built = Object.fromEntries(PHASES.map((phase) => [phase, softmaxExpressions(head, phase)]));

/** Total, contributions, probabilities and gradient by the expressions. */
function byExpression(
  logits: Float64Array,
  target: Float64Array,
  shape: Shape,
  values: KnobValues,
  phase: Phase,
) {
  const {
    total,
    contributions,
    probabilities,
    logits: node,
  } = built[phase] as ReturnType<typeof softmaxExpressions>;
  const outputs = [
    total,
    probabilities,
    ...gradient(total, [node]),
    ...contributions.map(({ value }) => value),
  ];
  const [sum, p, by, ...each] = compile(outputs, { row: shape.rows, class: shape.classes })({
    inputs: { logits, target },
    knob: numericOf(knobs, values),
  });
  return {
    total: sum?.[0] ?? NaN,
    probabilities: p ?? [],
    gradient: by ?? [],
    each: each.map((x) => x[0] ?? NaN),
  };
}

/** Total and gradient as a tfjs graph. */
function byTensors(
  logits: Float64Array,
  target: Float64Array,
  shape: Shape,
  values: KnobValues,
  phase: Phase,
) {
  const { total, logits: node } = built[phase] as ReturnType<typeof softmaxExpressions>;
  const numeric = numericOf(knobs, values);
  const numbers = Object.fromEntries(knobs.map(({ key }) => [key, numeric(key)]));
  const sizes = { row: shape.rows, class: shape.classes };
  return {
    total: valueOnTfjs(total, { logits, target }, sizes, numbers).value[0] ?? NaN,
    gradient: gradientOnTfjs(total, [node], { logits, target }, sizes, numbers)[0] ?? [],
  };
}

function near(got: ArrayLike<number>, wanted: ArrayLike<number>, rtol: number, atol: number): void {
  const scale = Math.max(0, ...Array.from(wanted, Math.abs));
  expect(distance(got, wanted, { rtol: 0, atol: rtol * scale + atol })).toBeLessThanOrEqual(1);
}

describe('a softmax head', () => {
  test('is the same by expression, closed form and central differences, wherever its knobs are', () => {
    const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
      minLength: knobs.length,
      maxLength: knobs.length,
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1_000_000 }),
        shares,
        fc.constantFrom(...PHASES),
        fc.constantFrom(1, 2, 12),
        (seed, at, phase, classes) => {
          const shape = { rows: 3, classes };
          const values = Object.fromEntries(knobs.map((knob, i) => [knob.key, valueAt(knob, at[i] ?? 0)]));
          const [logits, target] = [randomLogits(shape, seed, 2), randomTargets(shape, seed)];
          const numeric = numericOf(knobs, values);
          const closed = softmaxClosedForm(head, logits, target, classes, numeric, phase, { gradient: true });
          const expression = byExpression(logits, target, shape, values, phase);
          near([expression.total], [closed.total], 1e-11, 1e-12);
          near(expression.probabilities, closed.probabilities, 1e-11, 1e-15);
          near(
            expression.each,
            closed.contributions.map(({ perRow }) => perRow.reduce((a, b) => a + b, 0) / 3),
            1e-11,
            1e-12,
          );
          near(expression.gradient, closed.gradient ?? [], 1e-9, 1e-12);
          const slopes = centralDifferences(
            () => softmaxClosedForm(head, logits, target, classes, numeric, phase).total,
            logits,
          );
          near(closed.gradient ?? [], slopes, 1e-5, 1e-8 * (1 + Math.abs(closed.total)));
        },
      ),
      { seed: 7, numRuns: 80 },
    );
  });

  test('is finite and the same in both forms at zero logits under LogitNorm, at the ends of T and s', () => {
    for (const phase of PHASES)
      for (const place of PLACES)
        for (const temperature of [0.05, 1, 10])
          for (const s of [0.25, 40])
            for (const form of ['centered', 'hinge', 'raw']) {
              const shape = { rows: 2, classes: 12 };
              const values = {
                'model.use_logit_norm': true,
                'model.logit_norm': s,
                'model.temperature': temperature,
                'model.temperature_at': place,
                ...EVERY_PENALTY,
                'loss.maxsup_form': form,
              };
              for (const logits of [
                new Float64Array(24),
                randomLogits(shape, 2, 1e-6),
                randomLogits(shape, 2, 1e3),
              ]) {
                const target = randomTargets(shape, 1);
                const closed = softmaxClosedForm(head, logits, target, 12, numericOf(knobs, values), phase, {
                  gradient: true,
                });
                const expression = byExpression(logits, target, shape, values, phase);
                expect(Number.isFinite(closed.total)).toBe(true);
                expect(closed.gradient?.every(Number.isFinite)).toBe(true);
                near([expression.total], [closed.total], 1e-11, 1e-12);
                near(expression.gradient, closed.gradient ?? [], 1e-9, 1e-12);
              }
            }
  });

  test('is finite and nearly the same on tfjs in f32, at zero, tiny and huge logits and the ends of T and s', () => {
    const shape = { rows: 2, classes: 12 };
    const target = randomTargets(shape, 1);
    for (const temperature of [0.05, 10])
      for (const s of [0.25, 40])
        for (const logits of [
          new Float64Array(24),
          randomLogits(shape, 2, 1e-6),
          randomLogits(shape, 2, 1e3),
        ]) {
          const values = {
            ...EVERY_PENALTY,
            'model.use_logit_norm': true,
            'model.logit_norm': s,
            'model.temperature': temperature,
          };
          const closed = softmaxClosedForm(head, logits, target, 12, numericOf(knobs, values), 'training', {
            gradient: true,
          });
          const tensors = byTensors(logits, target, shape, values, 'training');
          near([tensors.total], [closed.total], 1e-6, 1e-6);
          near(tensors.gradient, closed.gradient ?? [], 1e-5, 1e-6);
        }
  });

  test('predicts the uniform distribution from zero logits', () => {
    for (const use of [false, true]) {
      const values = numericOf(knobs, { 'model.use_logit_norm': use });
      const { probabilities } = softmaxClosedForm(
        head,
        new Float64Array(8),
        new Float64Array(8).fill(1 / 8),
        8,
        values,
        'evaluation',
      );
      near(probabilities, new Float64Array(8).fill(1 / 8), 1e-15, 0);
    }
  });

  test('applies temperature where it is asked to, and after MaxSup has read its logits', () => {
    const shape = { rows: 1, classes: 4 };
    const [logits, target] = [randomLogits(shape, 3), randomTargets(shape, 3)];
    const at = (place: string, phase: Phase) =>
      softmaxClosedForm(
        head,
        logits,
        target,
        4,
        numericOf(knobs, { 'model.temperature': 4, 'model.temperature_at': place }),
        phase,
      );
    for (const [place, phase, acts] of [
      ['both', 'training', true],
      ['both', 'evaluation', true],
      ['training', 'training', true],
      ['training', 'evaluation', false],
      ['inference', 'training', false],
      ['inference', 'evaluation', true],
    ] as const) {
      near(at(place, phase).scaled, acts ? logits.map((x) => x / 4) : logits, 1e-15, 0);
      near(at(place, phase).normalized, logits, 0, 0);
    }
  });

  test('says which term pulls how hard: the gradients of single terms add up to that of the loss', () => {
    const shape = { rows: 3, classes: 5 };
    const [logits, target] = [randomLogits(shape, 5, 2), randomTargets(shape, 5)];
    const values = numericOf(knobs, {
      'model.use_logit_norm': true,
      'model.logit_norm': 3,
      'model.temperature': 0.7,
      'loss.entropy_weight': 2,
      'loss.min_entropy': 1.4,
      'loss.maxsup_weight': 0.3,
      'loss.confidence_penalty': 0.2,
      'loss.label_smoothing': 0.1,
    });
    const of = (only?: string[]) =>
      softmaxClosedForm(head, logits, target, 5, values, 'training', {
        gradient: true,
        ...(only && { only }),
      });
    const single = terms.filter(isPenalty).map(({ id }) => of([id]));
    const sum = logits.map((_, i) => single.reduce((total, one) => total + (one.gradient?.[i] ?? NaN), 0));
    near(sum, of().gradient ?? [], 1e-13, 0);
    expect(single.reduce((total, one) => total + one.total, 0)).toBeCloseTo(of().total, 12);
    expect(single.every((one) => one.contributions.length === 1)).toBe(true);
  });

  test('leaves logits and targets as they were given', () => {
    const shape = { rows: 2, classes: 3 };
    const [logits, target] = [randomLogits(shape, 1), randomTargets(shape, 1)];
    const before = [logits.slice(), target.slice()];
    softmaxClosedForm(
      head,
      logits,
      target,
      3,
      numericOf(knobs, { 'model.use_logit_norm': true, 'loss.label_smoothing': 0.2 }),
      'training',
      { gradient: true },
    );
    expect([logits, target]).toEqual(before);
  });
});
