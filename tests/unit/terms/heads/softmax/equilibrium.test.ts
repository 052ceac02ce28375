import fc from 'fast-check';
import { expect, it } from 'vitest';
import { floorKl } from '../../../../../src/science/reach.ts';
import { minimiseRows } from '../../../../../src/science/equilibrium.ts';
import { klDivergence } from '../../../../../src/science/distributions.ts';
import { randomStream } from '../../../../../src/science/random.ts';
import {
  headEquilibrium,
  rowLosses,
  type HeadSetting,
} from '../../../../../src/terms/heads/softmax/equilibrium.ts';
import type { KnobValues } from '../../../../../src/terms/knob.ts';
import { terms as serviceMixTerms } from '../../../../../src/labs/service-mix/terms.ts';
import { softmaxClosedForm } from '../../../../../src/terms/heads/softmax/head.ts';
import { numericOf } from '../../../../support/terms.ts';

const terms = serviceMixTerms;
const knobs = terms.flatMap((term) => term.knobs);
const defaults = Object.fromEntries(knobs.map((knob) => [knob.key, knob.default]));
function setting(classes: number, given: KnobValues): HeadSetting {
  const values = { ...defaults, ...given };
  return {
    head: { kind: 'softmax', terms: terms.map(({ id }) => id) },
    classes,
    values,
    numeric: numericOf(knobs, values),
  };
}

/** Rows of K positive numbers that add up to 1, as sharp as cities make them. */
const targetsOf = (K: number): fc.Arbitrary<Float64Array> =>
  fc
    .array(fc.array(fc.double({ min: -8, max: 0, noNaN: true }), { minLength: K, maxLength: K }), {
      minLength: 1,
      maxLength: 4,
    })
    .map((rows) =>
      Float64Array.from(
        rows.flatMap((row) => {
          const e = row.map(Math.exp);
          const sum = e.reduce((a, b) => a + b, 0);
          return e.map((x) => x / sum);
        }),
      ),
    );
const sized = fc.integer({ min: 2, max: 9 }).chain((K) => targetsOf(K).map((targets) => ({ K, targets })));

function klOf(at: HeadSetting, logits: Float64Array, targets: Float64Array): number {
  const { logProbabilities } = softmaxClosedForm(
    at.head,
    logits,
    targets,
    at.classes,
    at.numeric,
    'evaluation',
  );
  const rows = targets.length / at.classes;
  let sum = 0;
  for (let row = 0; row < rows; row++)
    sum += klDivergence(
      targets.subarray(row * at.classes, (row + 1) * at.classes),
      logProbabilities.subarray(row * at.classes, (row + 1) * at.classes),
    );
  return sum / rows;
}

it('with KL alone it is the projection onto the reach', () => {
  fc.assert(
    fc.property(
      sized,
      fc.double({ min: 0.25, max: 30, noNaN: true }),
      fc.constantFrom(0.5, 1, 4),
      ({ K, targets }, s, T) => {
        const at = setting(K, {
          'model.use_logit_norm': true,
          'model.logit_norm': s,
          'model.temperature': T,
        });
        const { logits, bottomless } = headEquilibrium(at, targets);
        expect(bottomless.includes(1)).toBe(false);
        const floor = floorKl(targets, targets.length / K, K, s / T).mean;
        // LogitNorm's own ε shortens the reach by 1e−7 of it.
        expect(Math.abs(klOf(at, logits, targets) - floor)).toBeLessThan(2e-7 + 1e-6 * floor);
      },
    ),
    { numRuns: 150 },
  );
});

it('no random start gets lower, whatever the terms', () => {
  const K = 6;
  const stream = randomStream(7, 'init');
  fc.assert(
    fc.property(
      targetsOf(K),
      fc.record({
        'model.use_logit_norm': fc.boolean(),
        'model.logit_norm': fc.constantFrom(1, 4, 12),
        'model.temperature': fc.constantFrom(0.5, 1, 4),
        'loss.entropy_weight': fc.constantFrom(0, 0.5, 5),
        'loss.min_entropy': fc.constantFrom(0.5, 1.2, 1.9),
        'loss.maxsup_weight': fc.constantFrom(0, 0.1, 0.4),
        'loss.confidence_penalty': fc.constantFrom(0, 0.3),
        'loss.label_smoothing': fc.constantFrom(0, 0.1),
      }),
      (targets, values) => {
        const at = setting(K, values);
        const { values: found } = headEquilibrium(at, targets);
        const starts = Array.from({ length: 6 }, (_, i) => {
          const start = new Float64Array(targets.length);
          stream.fillUniform(start, -3, 3, 4096 * i);
          return start;
        });
        const other = minimiseRows(rowLosses(at, targets), starts, K);
        found.forEach((value, row) => {
          expect(value - (other.values[row] as number)).toBeLessThan(1e-4);
        });
      },
    ),
    { numRuns: 50 },
  );
});

it('centred MaxSup takes w·T from the top and gives it to all alike', () => {
  const at = setting(4, { 'loss.maxsup_weight': 0.1, 'model.temperature': 2 });
  const target = Float64Array.of(0.7, 0.15, 0.1, 0.05);
  const { logits } = headEquilibrium(at, target);
  const { probabilities } = softmaxClosedForm(at.head, logits, target, 4, at.numeric, 'training');
  [0.7 - 0.2 * 0.75, 0.2, 0.15, 0.1].forEach((p, k) => {
    expect(probabilities[k]).toBeCloseTo(p, 5);
  });
});

it('finds that raw MaxSup has no lower bound without LogitNorm, and that it has one with it', () => {
  const raw = { 'loss.maxsup_weight': 0.005, 'loss.maxsup_form': 'raw' };
  const target = Float64Array.of(0.7, 0.2, 0.1);
  expect([...headEquilibrium(setting(3, raw), target).bottomless]).toEqual([1]);
  const held = setting(3, { ...raw, 'model.use_logit_norm': true, 'model.logit_norm': 2 });
  expect([...headEquilibrium(held, target).bottomless]).toEqual([0]);
});

it('of many targets too, those that start at the rim of the reach find their way inside', () => {
  const at = setting(4, {
    'model.use_logit_norm': true,
    'model.logit_norm': 2,
    'loss.confidence_penalty': 0.8,
  });
  const sharp = Float64Array.of(0.85, 0.1, 0.04, 0.01);
  // Every eighth, on which further starts are tried first, is one that needs none.
  const rows = 80;
  const targets = Float64Array.from({ length: 4 * rows }, (_, i) =>
    Math.floor(i / 4) % 8 === 0 ? 0.25 : (sharp[i % 4] as number),
  );
  const alone = headEquilibrium(at, sharp).values[0] as number;
  const { values } = headEquilibrium(at, targets);
  for (let row = 0; row < rows; row++) if (row % 8 !== 0) expect(values[row]).toBeCloseTo(alone, 6);
});
