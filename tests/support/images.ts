import type { Datasets, ExecutorSetup } from '../../src/engine/executor.ts';
import { initialParameters } from '../../src/engine/initialization.ts';
import { parameterLayout, type Plan } from '../../src/engine/plan.ts';
import type { DenseLayer } from '../../src/layers/dense/dense.ts';
import { trainingKnobs } from '../../src/labs/training.ts';
import { randomStream } from '../../src/science/random.ts';
import { numericValue, type KnobValues } from '../../src/terms/knob.ts';
import { fieldTerms } from './allTerms.ts';
import type { Trainable } from './executors.ts';

/** A small network that paints images, one pixel for each unit of its last layer. */
export interface ImageRun {
  features: number;
  hidden: number;
  height: number;
  width: number;
  batch: number;
  /** Images to train with. */
  images: number;
}

export const SMALL_IMAGES: ImageRun = { features: 6, hidden: 10, height: 3, width: 5, batch: 7, images: 24 };

const declared = [...trainingKnobs, ...fieldTerms.flatMap(({ knobs }) => knobs)];

function numeric(knobs: KnobValues, key: string): number {
  const knob = declared.find((candidate) => candidate.key === key);
  if (!knob) throw new Error(`There is no knob ${key}.`);
  return numericValue(knob, knobs[key] ?? knob.default);
}

/** Masks that can be learned: a pixel is foreground where the features lie on one side of a plane of its own. */
function paintings(
  run: ImageRun,
  seed: number,
  rows: number,
): { features: Float32Array; targets: Float32Array } {
  const pixels = run.height * run.width;
  const [x, planes] = [randomStream(seed, 'data'), randomStream(seed + 7, 'data')];
  const features = Float32Array.from({ length: rows * run.features }, (_, i) => x.normal(i));
  const targets = Float32Array.from({ length: rows * pixels }, (_, at) => {
    const [row, pixel] = [Math.floor(at / pixels), at % pixels];
    let side = -0.5;
    for (let j = 0; j < run.features; j++)
      side += (features[row * run.features + j] as number) * planes.normal(pixel * run.features + j);
    return side > 0 ? 1 : 0;
  });
  return { features, targets };
}

/** A run with the terms of images, to set up executors from. */
export function prepareImages(
  knobs: KnobValues,
  { seed = 1, terms = fieldTerms.map(({ id }) => id), run = SMALL_IMAGES } = {},
): Trainable {
  const layers: DenseLayer[] = [
    { kind: 'dense', inputs: run.features, outputs: run.hidden, activation: 'tanh' },
    { kind: 'dense', inputs: run.hidden, outputs: run.height * run.width },
  ];
  const plan: Plan = {
    layers,
    head: { kind: 'field', terms },
    knobs: declared.filter(({ live }) => live).map(({ key }) => key),
    batchSize: run.batch,
  };
  const rows = (count: number, at: number): Datasets['train'] => ({
    rows: count,
    ...paintings(run, seed + 1000 * at, count),
  });
  const setup: ExecutorSetup = {
    plan,
    members: 1,
    data: { train: rows(run.images, 1), validation: rows(run.batch, 2), stage: rows(2, 3) },
    state: {
      parameters: initialParameters(plan, seed),
      moments: new Float64Array(2 * parameterLayout(plan).count),
    },
    knobs: Float64Array.from(plan.knobs, (key) => numeric(knobs, key)),
  };
  return { task: { plan, numeric }, seed, knobs, setup };
}
