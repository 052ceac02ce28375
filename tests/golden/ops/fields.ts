import type { Gpu } from '../../../src/engine/webgpu/gpu.ts';
import { numericValue, type KnobValues } from '../../../src/terms/knob.ts';
import { input, mean } from '../../../src/terms/language/expression.ts';
import type { Tf } from '../../../src/terms/language/tfjs.ts';
import { fieldClosedForm, fieldExpressions, type FieldHead } from '../../../src/terms/heads/field/head.ts';
import { dice, diceParts, softDice } from '../../../src/terms/dice.term.ts';
import {
  costExpression,
  costOf,
  deviationsOf,
  variance,
  varianceExpression,
  varianceOf,
} from '../../../src/terms/variance.term.ts';
import type { NumericKnobs } from '../../../src/terms/term.ts';
import type { Fields } from '../fields.ts';
import type { Compute, Ops, Result } from '../types.ts';
import { onGpu, symbolic, tensors, vectors, type Solve } from './solve.ts';
// Makes known the terms that heads name here.
import '../../support/allTerms.ts';

/** The parts of a segmentation loss that there are: soft Dice and variance. */
export const fieldOps = (tf: Tf, gpu?: Gpu): Ops => ({
  seg_total: {
    pending: [
      ...['focal', 'bce', 'boundary_edge', 'boundary_kervadec', 'cldice', 'connectivity'].map(
        (name) => `terms.${name}`,
      ),
      ...['entropy_mean', 'entropy_penalty', 'foreground_fraction', 'hard_dice', 'total'].map(
        (name) => `terms.${name}`,
      ),
      ...['focal', 'bce', 'boundary_kervadec', 'entropy_penalty', 'connectivity'].map(
        (name) => `grad_terms.${name}`,
      ),
      'grad.logits',
    ],
    oracle: segTotal(closedForm),
    expression: segTotal(expressionOn(symbolic)),
    tfjs: segTotal(expressionOn(tensors(tf))),
    wasm: segTotal(expressionOn(vectors)),
    ...(gpu && { webgpu: segTotal(expressionOn(onGpu(gpu))) }),
  },
  variance_loss_scalar: {
    oracle: (inputs) => {
      const V = inputs.number('variance');
      const [before, after] = [costOf(V, 'old'), costOf(V, 'new')];
      return costs(before.value, after.value, before.slope, after.slope);
    },
    expression: varianceLoss(symbolic),
    tfjs: varianceLoss(tensors(tf)),
    wasm: varianceLoss(vectors),
    ...(gpu && { webgpu: varianceLoss(onGpu(gpu)) }),
  },
  allfg_dice: {
    oracle: (_, hyper) => {
      const { above, below } = diceParts(allForeground(hyper.number('f')), 0, 0);
      return { terms: { dice: above / below } };
    },
    expression: allForegroundDice(symbolic),
    tfjs: allForegroundDice(tensors(tf)),
    wasm: allForegroundDice(vectors),
    ...(gpu && { webgpu: allForegroundDice(onGpu(gpu)) }),
  },
});

interface Batch {
  images: number;
  pixels: number;
  logits: Float64Array;
  target: Float64Array;
}

/** A penalty with weight 1, and its gradient by the logits. */
interface Part {
  value: number;
  gradient: ArrayLike<number>;
}

/** A head of one term with one column's means; `V` is the variance itself. */
type Evaluate = (head: FieldHead, batch: Batch, knobs: NumericKnobs) => Promise<Part & { V: number }>;

function segTotal(evaluate: Evaluate): Compute {
  return async (inputs, hyper) => {
    const batch = batchOf(inputs);
    const part = (id: string, values: KnobValues) =>
      evaluate({ kind: 'field', terms: [id] }, batch, knobsOf({ ...modeOf(hyper), ...values }));
    const overlap = await part('dice', { 'loss.dice_weight': 1 });
    const [before, after] = await Promise.all(
      ['old', 'new'].map((form) =>
        part('variance', { 'loss.variance_weight': 1, 'loss.variance_form': form }),
      ),
    );
    if (!before || !after) throw new Error('A form of the variance penalty is missing.');
    return {
      terms: {
        dice: overlap.value,
        variance: after.V,
        variance_old: before.value,
        variance_new: after.value,
      },
      grad_terms: {
        dice: overlap.gradient,
        variance_old: before.gradient,
        variance_new: after.gradient,
      },
    };
  };
}

async function closedForm(head: FieldHead, batch: Batch, knobs: NumericKnobs): Promise<Part & { V: number }> {
  const result = fieldClosedForm(head, batch.logits, batch.target, batch.pixels, knobs, { gradient: true });
  const over = variance.knobs.find(({ key }) => key === 'loss.variance_over');
  const chosen = over?.kind === 'choice' ? over.options[knobs(over.key)]?.value : undefined;
  return Promise.resolve({
    value: result.total,
    gradient: result.gradient ?? [],
    V: varianceOf(deviationsOf(result, chosen)),
  });
}

function expressionOn(solve: Solve): Evaluate {
  return async (head, { images, pixels, logits, target }, knobs) => {
    const built = fieldExpressions(head);
    const [value, V, gradient] = await solve({
      outputs: [built.total, varianceExpression(built.probabilities)],
      scalar: built.total,
      by: built.logits,
      sizes: { [built.sampleAxis]: images, [built.outputAxis]: pixels },
      inputs: { logits, target },
      knobs,
    });
    return { value: value?.[0] ?? NaN, V: V?.[0] ?? NaN, gradient: gradient ?? [] };
  };
}

/** Both forms of the penalty at a given variance, and their slopes. */
function varianceLoss(solve: Solve): Compute {
  return async (inputs) => {
    const V = input('variance');
    const at = async (form: string): Promise<number[]> => {
      const cost = costExpression(V);
      const found = await solve({
        outputs: [cost],
        scalar: cost,
        by: V,
        sizes: {},
        inputs: { variance: [inputs.number('variance')] },
        knobs: knobsOf({ 'loss.variance_form': form }),
      });
      return found.map((numbers) => numbers[0] ?? NaN);
    };
    const [before, after] = [await at('old'), await at('new')];
    return costs(before[0], after[0], before[1], after[1]);
  };
}

const costs = (before = NaN, after = NaN, slopeBefore = NaN, slopeAfter = NaN): Result => ({
  terms: { old: before, new: after, d_old: slopeBefore, d_new: slopeAfter },
});

/** An image of which every pixel is predicted to be foreground, and which is foreground to the share f everywhere. */
const PIXELS = 8;
const allForeground = (f: number) => ({
  pixels: PIXELS,
  probabilities: new Float64Array(PIXELS).fill(1),
  target: new Float64Array(PIXELS).fill(f),
});

/** Without smoothing, its soft Dice is the baseline 2f / (1 + f) of predicting foreground everywhere. */
function allForegroundDice(solve: Solve): Compute {
  return async (_, hyper) => {
    const { probabilities, target } = allForeground(hyper.number('f'));
    const p = input('p', 'image', 'pixel');
    const score = mean(softDice({ probabilities: p, target: input('target', 'image', 'pixel') }, 0), 'image');
    const [value] = await solve({
      outputs: [score],
      scalar: score,
      by: p,
      sizes: { image: 1, pixel: PIXELS },
      inputs: { p: probabilities, target },
      knobs: knobsOf({}),
    });
    return { terms: { dice: value?.[0] ?? NaN } };
  };
}

/** Images of one channel, `[images, 1, height, width]`. */
function batchOf(inputs: Fields): Batch {
  const [images = 0, ...rest] = inputs.shape('logits');
  const pixels = rest.reduce((product, length) => product * length, 1);
  return { images, pixels, logits: inputs.vector('logits'), target: inputs.vector('mask') };
}

const declared = [...dice.knobs, ...variance.knobs];

function modeOf(hyper: Fields): KnobValues {
  const key = variance.golden?.['variance_mode'] ?? '';
  const over = declared.find((knob) => knob.key === key);
  if (over?.kind !== 'choice') throw new Error('There is no choice of the axes of the variance.');
  return {
    [key]: hyper.choice(
      'variance_mode',
      over.options.map(({ value }) => value),
    ),
  };
}

const knobsOf =
  (values: KnobValues): NumericKnobs =>
  (key) => {
    const knob = declared.find((candidate) => candidate.key === key);
    if (!knob) throw new Error(`There is no knob ${key}.`);
    return numericValue(knob, values[key] ?? knob.default);
  };
