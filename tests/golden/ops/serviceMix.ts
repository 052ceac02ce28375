import type { Gpu } from '../../../src/engine/webgpu/gpu.ts';
import { oneHot } from '../../../src/science/calibration.ts';
import { numericValue, type Knob, type KnobValue } from '../../../src/terms/knob.ts';
import type { Tf } from '../../../src/terms/language/tfjs.ts';
import { terms as serviceMixTerms } from '../../../src/labs/service-mix/terms.ts';
import type { SoftmaxHead } from '../../../src/terms/heads/softmax/head.ts';
import type { NumericKnobs } from '../../../src/terms/term.ts';
import type { Fields } from '../fields.ts';
import type { Compute, Ops } from '../types.ts';
import { closedForm, onGpu, symbolic, tensors, vectors, type Evaluate } from './softmaxHead.ts';

const terms = serviceMixTerms;
const knobs = terms.flatMap((term) => term.knobs);
/** Which knob a reference value's name means. */
const knobOf = new Map(terms.flatMap((term) => Object.entries(term.golden ?? {})));

const HEAD: SoftmaxHead = { kind: 'softmax', terms: terms.map(({ id }) => id) };
const SMOOTHED: SoftmaxHead = { kind: 'softmax', terms: ['kl', 'label_smoothing'] };

/** Both losses of the service-mix lab: closed form, expression, tfjs on the backend that is set, and the GPU that is given. */
export const serviceMixOps = (tf: Tf, gpu?: Gpu): Ops => ({
  service_mix_total: {
    oracle: total(closedForm),
    expression: total(symbolic),
    tfjs: total(tensors(tf)),
    wasm: total(vectors),
    ...(gpu && { webgpu: total(onGpu(gpu)) }),
  },
  cross_entropy_label_smoothing: {
    oracle: crossEntropy(closedForm),
    expression: crossEntropy(symbolic),
    tfjs: crossEntropy(tensors(tf)),
    wasm: crossEntropy(vectors),
    ...(gpu && { webgpu: crossEntropy(onGpu(gpu)) }),
  },
});

function total(evaluate: Evaluate): Compute {
  return async (inputs, hyper) => {
    const { data: logits, rows, columns: classes } = inputs.matrix('logits');
    const target = inputs.vector('target');
    const set = { ...settings(hyper), 'model.use_logit_norm': hyper.has('logit_norm') };
    const weighted = await evaluate(HEAD, { rows, classes, logits, target }, numeric(set));
    // PyTorch's default reduction, as a knob of the KL term.
    const mean = await evaluate(
      HEAD,
      { rows, classes, logits, target },
      numeric({ ...set, 'loss.kl_reduction': 'mean' }),
    );
    // A penalty of one row is that of a batch of one, unweighted with weight 1; with β = 1 the confidence penalty is −H.
    const unweighted = numeric({
      ...set,
      'loss.entropy_weight': 1,
      'loss.maxsup_weight': 1,
      'loss.confidence_penalty': 1,
    });
    const perRow: Record<string, number>[] = [];
    for (let row = 0; row < rows; row++) {
      const [from, to] = [row * classes, (row + 1) * classes];
      const one = { rows: 1, classes, logits: logits.subarray(from, to), target: target.subarray(from, to) };
      perRow.push((await evaluate(HEAD, one, unweighted)).contributions);
    }
    const each = (id: string, sign = 1): number[] => perRow.map((row) => sign * (row[id] ?? NaN));
    return {
      terms: {
        kl_per_sample: each('kl'),
        kl_batchmean: weighted.contributions['kl'] ?? NaN,
        kl_reduction_mean: mean.contributions['kl'] ?? NaN,
        entropy: each('confidence_penalty', -1),
        entropy_penalty: each('entropy'),
        maxsup: each('maxsup'),
        total: weighted.total,
        probs: weighted.probabilities,
        u: weighted.normalized,
      },
      grad: { logits: weighted.gradient },
    };
  };
}

/** Cross entropy with the smoothed labels is KL to them plus their entropy, in which the logits have no part. */
function crossEntropy(evaluate: Evaluate): Compute {
  return async (inputs, hyper) => {
    const { data: logits, rows, columns: classes } = inputs.matrix('logits');
    const target = oneHot(inputs.vector('labels'), classes);
    const result = await evaluate(SMOOTHED, { rows, classes, logits, target }, numeric(settings(hyper)));
    return {
      terms: { loss: result.total + result.targetEntropy },
      grad: { logits: result.gradient },
    };
  };
}

/** The case's hyperparameters as knobs; what it does not name, or names as null, keeps its default. */
function settings(hyper: Fields): Record<string, KnobValue> {
  const named = [...knobOf].filter(([name]) => hyper.has(name));
  return Object.fromEntries(named.map(([name, key]) => [key, valueOf(find(key), name, hyper)]));
}

function valueOf(knob: Knob, name: string, hyper: Fields): KnobValue {
  if (knob.kind === 'switch') return hyper.boolean(name);
  if (knob.kind === 'choice')
    return hyper.choice(
      name,
      knob.options.map(({ value }) => value),
    );
  return hyper.number(name);
}

const numeric =
  (values: Readonly<Record<string, KnobValue>>): NumericKnobs =>
  (key) =>
    numericValue(find(key), values[key] ?? find(key).default);

function find(key: string): Knob {
  const found = knobs.find((knob) => knob.key === key);
  if (!found) throw new Error(`There is no knob ${key}.`);
  return found;
}
