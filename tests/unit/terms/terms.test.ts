import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { rgb } from 'd3';
import { describe, expect, test } from 'vitest';
import { contrast, type Rgb } from '../../../src/charts/color.ts';
import type { Knob, KnobValue } from '../../../src/terms/knob.ts';
import { isLogitTransform, isPenalty, isTargetTransform } from '../../../src/terms/kinds.ts';
import { loadTerms } from '../../../src/terms/loadTerms.ts';
import type { Phase } from '../../../src/terms/term.ts';
import { allTerms as terms } from '../../support/allTerms.ts';
import { centralDifferences } from '../../support/language.ts';
import {
  average,
  batchOf,
  EXACT,
  expectNear,
  extremes,
  knobsAt,
  numericOf,
  penaltyClosedForm,
  penaltyDifferences,
  penaltyExpression,
  randomLogits,
  randomTargets,
  SLOPE,
  targetBoth,
  transformClosedForm,
  transformExpression,
  type Shape,
} from '../../support/terms.ts';

/*
 * What holds for every term, whoever adds one: its expression, its hand-written closed form and the slopes of its value
 * say the same.
 */

const PHASES: Phase[] = ['training', 'evaluation'];
const CLASSES = [1, 2, 12];
const RUNS = { seed: 20_260, numRuns: 60 };

const shapes = fc.record({ rows: fc.integer({ min: 1, max: 4 }), classes: fc.constantFrom(...CLASSES) });
const seeds = fc.integer({ min: 0, max: 1_000_000 });
const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 });

const css = readFileSync(new URL('../../../src/app/theme.css', import.meta.url), 'utf8');
/** What text stands on: the last block of theme.css is the dark theme's, the first the light one's. */
const GROUNDS = Object.fromEntries(
  [
    ['light', css.match(/\{[^}]*\}/)?.[0]] as const,
    ['dark', css.match(/data-theme='dark'\] (\{[^}]*\})/)?.[1]] as const,
  ].map(([theme, block = '']) => [
    theme,
    ['paper', 'panel'].map((name) => new RegExp(`--${name}: (#\\w{6})`).exec(block)?.[1] ?? ''),
  ]),
) as Record<'light' | 'dark', string[]>;
const rgbOf = (hex: string): Rgb => {
  const { r, g, b } = rgb(hex);
  return [r / 255, g / 255, b / 255];
};

/** Logits and targets at which formulas break, `[rows, classes]`. */
const LOGITS: Record<string, (shape: Shape) => Float64Array> = {
  'all zero': ({ rows, classes }) => new Float64Array(rows * classes),
  'all equal': ({ rows, classes }) => new Float64Array(rows * classes).fill(0.7),
  'tied at the top': (shape) =>
    randomLogits(shape, 3).map((x, i) => (i % shape.classes < 2 ? 3 : Math.min(x, 3))),
  huge: (shape) => randomLogits(shape, 4, 1e3),
  tiny: (shape) => randomLogits(shape, 5, 1e-6),
  'one far above': ({ rows, classes }) =>
    Float64Array.from({ length: rows * classes }, (_, i) => (i % classes === 0 ? 1e3 : 0)),
};
const TARGETS: Record<string, (shape: Shape) => Float64Array> = {
  'one-hot': ({ rows, classes }) =>
    Float64Array.from({ length: rows * classes }, (_, i) => (i % classes === classes - 1 ? 1 : 0)),
  'with zeros': ({ rows, classes }) =>
    Float64Array.from({ length: rows * classes }, (_, i) => (i % classes < 2 ? 1 / Math.min(2, classes) : 0)),
  uniform: ({ rows, classes }) => new Float64Array(rows * classes).fill(1 / classes),
};

for (const penalty of terms.filter(isPenalty)) {
  describe(`the penalty ${penalty.id}`, () => {
    const expressions = new Map<string, ReturnType<typeof penaltyExpression>>();
    const expressionFor = (shape: Shape): ReturnType<typeof penaltyExpression> => {
      const key = JSON.stringify([shape.rows, shape.classes]);
      const compiled = expressions.get(key) ?? penaltyExpression(penalty, shape);
      expressions.set(key, compiled);
      return compiled;
    };

    test('has one value and gradient by expression, closed form and central differences', () => {
      fc.assert(
        fc.property(shapes, seeds, shares, (shape, seed, at) => {
          const knobs = numericOf(penalty.knobs, knobsAt(penalty.knobs, at));
          const point = {
            ...shape,
            normalized: randomLogits(shape, seed, 2),
            scaled: randomLogits(shape, seed + 1, 2),
            target: randomTargets(shape, seed),
          };
          const closed = penaltyClosedForm(penalty, point, knobs);
          const built = expressionFor(shape)(point, knobs);
          expectNear([built.value], [closed.value], EXACT);
          expectNear(built.byNormalized, closed.byNormalized, EXACT);
          expectNear(built.byScaled, closed.byScaled, EXACT);
          const slopes = penaltyDifferences(penalty, point, knobs);
          expectNear(closed.byNormalized, slopes.byNormalized, SLOPE);
          expectNear(closed.byScaled, slopes.byScaled, SLOPE);
        }),
        RUNS,
      );
    });

    for (const [logitsAre, logits] of Object.entries(LOGITS))
      test(`is finite and the same in both forms where the logits are ${logitsAre}, at all ends of its knobs`, () => {
        for (const classes of CLASSES)
          for (const target of Object.values(TARGETS))
            for (const values of extremes(penalty.knobs)) {
              const shape = { rows: 2, classes };
              const point = {
                ...shape,
                normalized: logits(shape),
                scaled: logits(shape),
                target: target(shape),
              };
              const knobs = numericOf(penalty.knobs, values);
              const closed = penaltyClosedForm(penalty, point, knobs);
              const built = expressionFor(shape)(point, knobs);
              expect([...closed.perRow].every(Number.isFinite)).toBe(true);
              expectNear([built.value], [closed.value], EXACT);
              expectNear(built.byNormalized, closed.byNormalized, EXACT);
              expectNear(built.byScaled, closed.byScaled, EXACT);
            }
      });

    test('has the same value without a gradient, and adds to a gradient that is there', () => {
      const shape = { rows: 3, classes: 4 };
      const point = {
        ...shape,
        normalized: randomLogits(shape, 8),
        scaled: randomLogits(shape, 9),
        target: randomTargets(shape, 10),
      };
      const knobs = numericOf(penalty.knobs, knobsAt(penalty.knobs, []));
      const { perRow, byNormalized, byScaled } = penaltyClosedForm(penalty, point, knobs);
      expect(penalty.closedForm(batchOf(point), knobs)).toEqual(perRow);
      const there = { normalized: new Float64Array(12).fill(1), scaled: new Float64Array(12).fill(1) };
      penalty.closedForm(batchOf(point), knobs, there);
      expectNear(
        there.normalized,
        Array.from(byNormalized, (x) => 1 + x),
        EXACT,
      );
      expectNear(
        there.scaled,
        Array.from(byScaled, (x) => 1 + x),
        EXACT,
      );
    });
  });
}

for (const transform of terms.filter(isLogitTransform)) {
  describe(`the transform ${transform.id}`, () => {
    const both = (
      logits: Float64Array,
      weights: Float64Array,
      values: Record<string, KnobValue>,
      phase: Phase,
    ) => {
      const knobs = numericOf(transform.knobs, values);
      return [
        transformClosedForm(transform, logits, weights, knobs, phase),
        transformExpression(transform, logits, weights, knobs, phase),
      ] as const;
    };

    test.each(PHASES)(
      'has one value and gradient by expression, closed form and central differences in %s',
      (phase) => {
        fc.assert(
          fc.property(shapes, seeds, shares, (shape, seed, at) => {
            const one = { rows: 1, classes: shape.classes };
            // Lengths from 0.01 to 100: LogitNorm bends where the logits are short.
            const spread = 10 ** (4 * (at[7] ?? 0.5) - 2);
            const logits = randomLogits(one, seed, spread);
            const weights = randomLogits(one, seed + 1);
            const values = knobsAt(transform.knobs, at);
            const [closed, built] = both(logits, weights, values, phase);
            expectNear(built.out, closed.out, EXACT);
            expectNear(built.gradient, closed.gradient, { rtol: 1e-9, atol: 1e-12 });
            const knobs = numericOf(transform.knobs, values);
            const slopes = centralDifferences(
              () => {
                const { out } = transformClosedForm(transform, logits, weights, knobs, phase);
                return weights.reduce((sum, w, i) => sum + w * (out[i] ?? NaN), 0);
              },
              logits,
              Math.min(1, Math.hypot(...logits)),
            );
            const steepest = Math.max(...Array.from(closed.out, Math.abs)) / Math.hypot(...logits);
            expectNear(closed.gradient, slopes, { rtol: 1e-5, atol: 1e-7 * Math.max(1, steepest) });
          }),
          RUNS,
        );
      },
    );

    for (const [logitsAre, logits] of Object.entries(LOGITS))
      test(`is finite and the same in both forms where the logits are ${logitsAre}, at all ends of its knobs`, () => {
        for (const classes of CLASSES)
          for (const values of extremes(transform.knobs))
            for (const phase of PHASES) {
              const [closed, built] = both(
                logits({ rows: 1, classes }),
                randomLogits({ rows: 1, classes }, 6),
                values,
                phase,
              );
              expect([...Array.from(closed.out), ...Array.from(closed.gradient)].every(Number.isFinite)).toBe(
                true,
              );
              expectNear(built.out, closed.out, EXACT);
              expectNear(built.gradient, closed.gradient, { rtol: 1e-9, atol: 1e-12 });
            }
      });
  });
}

for (const transform of terms.filter(isTargetTransform)) {
  describe(`the target transform ${transform.id}`, () => {
    test('has one value by expression and closed form, and makes distributions of distributions', () => {
      fc.assert(
        fc.property(shapes, seeds, shares, ({ classes }, seed, at) => {
          const knobs = numericOf(transform.knobs, knobsAt(transform.knobs, at));
          for (const target of [
            randomTargets({ rows: 1, classes }, seed),
            ...Object.values(TARGETS).map((make) => make({ rows: 1, classes })),
          ]) {
            const [closed, built] = targetBoth(transform, target, knobs);
            expectNear(built, closed, EXACT);
            expect(Array.from(closed).every((t) => t >= 0)).toBe(true);
            expectNear([average(closed) * classes], [1], EXACT);
          }
        }),
        RUNS,
      );
    });
  });
}

describe('all terms together', () => {
  test('have every kind, and each an id of its own', () => {
    expect(new Set(terms.map(({ id }) => id)).size).toBe(terms.length);
    expect(new Set(terms.map(({ kind }) => kind))).toEqual(new Set(['penalty', 'field', 'logits', 'target']));
  });

  test('have no knob twice, and reference values name only knobs of the term', () => {
    const keys = terms.flatMap((term) => term.knobs.map(({ key }) => key));
    expect(new Set(keys).size).toBe(keys.length);
    for (const term of terms)
      for (const key of Object.values(term.golden ?? {}))
        expect(term.knobs.map((knob) => knob.key)).toContain(key);
  });

  test('stand in files that their ids name', async () => {
    for (const term of terms) expect(await loadTerms([term.id])).toEqual([term]);
    expect(await loadTerms(['no_such_term'])).toEqual([]);
  });

  test('have defaults within the ranges of their knobs', () => {
    for (const knob of terms.flatMap((term): readonly Knob[] => term.knobs)) {
      if (knob.kind === 'number') {
        expect(knob.default).toBeGreaterThanOrEqual(knob.min);
        expect(knob.default).toBeLessThanOrEqual(knob.max);
      }
      if (knob.kind === 'choice') expect(knob.options.map(({ value }) => value)).toContain(knob.default);
    }
  });

  test.each(terms.map(({ id, color }) => [id, color] as const))(
    'have colours that read as text on the paper and the panels of both themes: %s',
    (_, color) => {
      for (const theme of ['light', 'dark'] as const)
        for (const ground of GROUNDS[theme])
          expect(
            contrast(rgbOf(color[theme]), rgbOf(ground)),
            `${color[theme]} on ${ground}`,
          ).toBeGreaterThan(4.5);
    },
  );
});
