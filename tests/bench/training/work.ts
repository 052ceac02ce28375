import { drawBatches } from '../../../src/engine/batches.ts';
import type { ExecutorSetup } from '../../../src/engine/executor.ts';
import { initialParameters } from '../../../src/engine/initialization.ts';
import { parameterLayout, type Plan } from '../../../src/engine/plan.ts';
import { serviceMix } from '../../../src/labs/service-mix/index.ts';
import { defaultsOf } from '../../../src/labs/lab.ts';
import { runtimeOf } from '../../../src/labs/runtimes.ts';
import { softmaxRows } from '../../../src/science/distributions.ts';
import { randomStream } from '../../../src/science/random.ts';
import { numericValue, type KnobValues } from '../../../src/terms/knob.ts';
import { denseSlices } from '../../support/denseSlices.ts';

/** What is trained, by whoever trains it: the same data, the same start, the same batches, the same numbers. */
export interface Work {
  setup: ExecutorSetup;
  /** A live knob as formulas see it, the same for all models. */
  knob: (key: string) => number;
  learningRate: number;
  /** Rows of the training data for steps `from` …, `[steps, batch]`. */
  batches: (from: number, steps: number) => Int32Array;
  /** Whether every batch is all of the data, in order: then nobody needs to gather rows. */
  fullBatch: boolean;
}

const lab = serviceMix;
const SEED = 7;

/** Settings under which every term of the head acts: reach 4, a hinge that some rows meet, the raw form of MaxSup. */
const KNOBS: KnobValues = {
  ...defaultsOf(lab.knobs),
  'model.use_logit_norm': true,
  'model.logit_norm': 8,
  'model.temperature': 2,
  'loss.entropy_weight': 5,
  'loss.min_entropy': 1.5,
  'loss.maxsup_weight': 0.1,
  'loss.maxsup_form': 'raw',
  'training.learning_rate': 3e-3,
  'training.grad_clip': 0,
};

const LAYERS = [16, 64, 64, 8] as const;
const ROWS = 256;

/**
 * MLP 16-64-64-8 with ReLU on 256 rows, all of them at each step; LogitNorm, temperature, KL, entropy hinge and MaxSup;
 * Adam. Targets are those of a random linear teacher.
 *
 * @param members models side by side, each with initial weights of its own
 * @param terms of the head; all of the reference work without it
 */
export function referenceWork(
  members = 1,
  terms: readonly string[] = ['logit_norm', 'temperature', 'kl', 'entropy', 'maxsup'],
): Work {
  const plan: Plan = {
    layers: LAYERS.slice(1).map((outputs, l, all) => ({
      kind: 'dense',
      inputs: LAYERS[l] as number,
      outputs,
      ...(l < all.length - 1 && { activation: 'relu' as const }),
    })),
    head: { kind: 'softmax', terms },
    knobs: lab.knobs.filter(({ live }) => live).map(({ key }) => key),
    batchSize: ROWS,
  };
  const data = samples();
  const one = Int32Array.from({ length: ROWS }, (_, row) => row);
  return {
    setup: {
      plan,
      members,
      data: { train: data, validation: data, stage: data },
      state: initialState(plan, members),
      knobs: knobVector(plan, KNOBS, members),
    },
    knob: (key) => numberOf(KNOBS, key),
    learningRate: numberOf(KNOBS, 'training.learning_rate'),
    batches: (_, steps) => {
      const rows = new Int32Array(steps * ROWS);
      for (let step = 0; step < steps; step++) rows.set(one, step * ROWS);
      return rows;
    },
    fullBatch: true,
  };
}

/** Service-mix as it ships, its preset *before*. */
export async function serviceMixWork(preset = 'before'): Promise<Work> {
  const chosen = lab.presets.find(({ id }) => id === preset);
  if (!chosen) throw new Error(`There is no preset ${preset}.`);
  const knobs = { ...defaultsOf(lab.knobs), ...chosen.knobs };
  const runtime = await runtimeOf(lab.id);
  const log = { lab: lab.id, preset, seed: SEED, knobs, events: [] };
  const { plan, data } = await runtime.build(log, (path) =>
    Promise.reject(new Error(`The synthetic city needs no file, not even ${path}.`)),
  );
  return {
    setup: {
      plan,
      members: 1,
      data,
      state: initialState(plan, 1),
      knobs: knobVector(plan, knobs, 1),
    },
    knob: (key) => numberOf(knobs, key),
    learningRate: numberOf(knobs, 'training.learning_rate'),
    batches: (from, steps) => drawBatches(SEED, data.train.rows, plan.batchSize, from, steps),
    fullBatch: false,
  };
}

/** Multiplications and additions of the matrix products of one step of one model: forward, by weights, by inputs. */
export function flopsOf(plan: Plan): number {
  const products = denseSlices(plan).slices.map(
    ({ layer: { inputs, outputs } }) => 2 * plan.batchSize * inputs * outputs,
  );
  // Nobody needs the gradient by the data.
  return products.reduce((sum, product, l) => sum + (l === 0 ? 2 : 3) * product, 0);
}

function samples(): { rows: number; features: Float32Array; targets: Float32Array } {
  const stream = randomStream(SEED, 'data');
  const [inputs, classes] = [LAYERS[0], LAYERS[3]];
  const features = Float32Array.from({ length: ROWS * inputs }, (_, i) => stream.normal(i));
  const logits = new Float64Array(ROWS * classes);
  for (let row = 0; row < ROWS; row++)
    for (let c = 0; c < classes; c++)
      for (let i = 0; i < inputs; i++)
        logits[row * classes + c] =
          (logits[row * classes + c] as number) +
          0.5 * (features[row * inputs + i] as number) * stream.normal(features.length + i * classes + c);
  const targets = new Float64Array(logits.length);
  softmaxRows(targets, logits, ROWS, classes);
  return { rows: ROWS, features, targets: Float32Array.from(targets) };
}

function initialState(plan: Plan, members: number): ExecutorSetup['state'] {
  const { count } = parameterLayout(plan);
  const parameters = new Float64Array(members * count);
  for (let member = 0; member < members; member++)
    parameters.set(initialParameters(plan, SEED + member), member * count);
  return { parameters, moments: new Float64Array(2 * parameters.length) };
}

function numberOf(values: KnobValues, key: string): number {
  const knob = lab.knobs.find((one) => one.key === key);
  const value = values[key];
  if (!knob || value === undefined) throw new Error(`There is no knob ${key}.`);
  return numericValue(knob, value);
}

function knobVector(plan: Plan, values: KnobValues, members: number): Float64Array {
  const one = plan.knobs.map((key) => numberOf(values, key));
  return Float64Array.from(Array.from({ length: members }, () => one).flat());
}
