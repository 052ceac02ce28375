import { describe, expect, test } from 'vitest';
import type { Plan } from '../../../../src/engine/plan.ts';
import { ACTIVATIONS, type Activation } from '../../../../src/layers/dense/dense.ts';
import { layoutOf } from '../../../../src/engine/webgpu/layout.ts';
import { headShader } from '../../../../src/engine/webgpu/shaders/head.ts';
import { MATH } from '../../../../src/engine/webgpu/shaders/math.ts';
import { partsOf, stepOf, tileOf, type Step } from '../../../../src/engine/webgpu/shaders/passes.ts';
import { fieldTerms } from '../../../support/allTerms.ts';
import { terms as serviceMixTerms } from '../../../../src/labs/service-mix/terms.ts';

/*
 * The WGSL of small plans, as text: what changes there is seen in a review. That it computes the right thing is for the
 * tests in Chromium.
 */

const planOf = (
  widths: readonly number[],
  activation: Activation,
  head: Plan['head'],
  batchSize = 5,
): Plan => ({
  layers: widths.slice(1).map((outputs, l) => ({
    kind: 'dense',
    inputs: widths[l] as number,
    outputs,
    ...(l < widths.length - 2 && { activation }),
  })),
  head,
  knobs: [],
  batchSize,
});
const ALL = { kind: 'softmax', terms: serviceMixTerms.map(({ id }) => id) } as const;
const KL = { kind: 'softmax', terms: ['kl'] } as const;

function step(plan: Plan): Step {
  const layout = layoutOf(plan);
  const parts = partsOf(layout, true);
  // The smallest tiles: the text is the shortest.
  const tile = tileOf(layout, plan.batchSize, 1, false);
  return stepOf(layout, parts, tile, headShader(plan, layout, parts));
}

/** Passes one after the other; the elementary functions, which have tests of their own, by name. */
const text = ({ forward, rest }: Step, labels: (label: string) => boolean = () => true): string =>
  [...forward, ...rest]
    .filter(({ label }) => labels(label))
    .map(
      ({ label, set, code }) =>
        `// ${label}, bound to ${set}\n${code
          .replace(MATH, '// … elementary functions …\n')
          .replace(/\n\s*\n+/g, '\n')
          .trim()}\n`,
    )
    .join('\n');

test('a whole step: two inputs, three units of tanh, two classes, KL alone', async () => {
  await expect(text(step(planOf([2, 3, 2], 'tanh', KL)))).toMatchFileSnapshot('./wgsl/step.wgsl');
});

test('a softmax head with all terms of service-mix', async () => {
  const made = step(planOf([2, 2], 'tanh', ALL, 4));
  await expect(text(made, (label) => label === 'head' || label === 'judge')).toMatchFileSnapshot(
    './wgsl/softmax.wgsl',
  );
});

test('a head over images', async () => {
  const head: Plan['head'] = { kind: 'field', terms: fieldTerms.map(({ id }) => id) };
  const made = step(planOf([2, 3], 'tanh', head, 2));
  await expect(text(made, (label) => label === 'head')).toMatchFileSnapshot('./wgsl/field.wgsl');
});

describe('activations', () => {
  test.each(ACTIVATIONS)('%s: its value and its slope', async (activation) => {
    const made = step(planOf([1, 1, 2], activation, KL));
    const touched = (label: string): boolean => label === 'forward 0' || label.startsWith('backward');
    await expect(text(made, touched)).toMatchFileSnapshot(`./wgsl/${activation}.wgsl`);
  });
});

test('shaders do not depend on knobs, and those of the network not on the batch', () => {
  const codes = (plan: Plan, labels: (label: string) => boolean = () => true): string[] => {
    const { forward, rest } = step(plan);
    return [...forward, ...rest].filter(({ label }) => labels(label)).map(({ code }) => code);
  };
  const plan = planOf([2, 3, 2], 'tanh', ALL);
  expect(codes({ ...plan, knobs: ['any'] })).toEqual(codes(plan));
  const network = (label: string): boolean => /^(take|forward|backward)/.test(label);
  expect(codes({ ...plan, batchSize: 50 }, network)).toEqual(codes(plan, network));
  expect(codes(plan, network).length).toBe(4);
});

test('a number that a shader reads from memory is declared, also where there is nothing to lose', () => {
  for (const head of [KL, ALL, { kind: 'softmax', terms: [] }, { kind: 'field', terms: [] }] as const) {
    const { forward, rest } = step(planOf([2, 2], 'tanh', head));
    for (const { label, code } of [...forward, ...rest])
      for (const [name] of code.replace(MATH, '').matchAll(/\bk\d+\b/g))
        expect(code, `${name} of ${label}`).toMatch(new RegExp(`let ${name} = |var ${name} = `));
  }
});
