import type { Plan } from '../../engine/plan.ts';
import type { RunLog, Sample } from '../../engine/protocol.ts';
import type { Task } from '../../engine/task.ts';
import { agreement } from '../../science/agreement.ts';
import { fitTemperature } from '../../science/calibration.ts';
import { centredLogRatioNorm, entropyOfProbabilities } from '../../science/distributions.ts';
import { randomStream } from '../../science/random.ts';
import { mean } from '../../science/statistics.ts';
import { numberAt, type KnobValues } from '../../terms/knob.ts';
import { numbersOf } from '../../terms/numericKnobs.ts';
import { softmaxForward, type SoftmaxHead } from '../../terms/heads/softmax/head.ts';
import type { LabRuntime, ReadPublic } from '../lab.ts';
import type { MixSample, TemperatureFit } from './answers.ts';
import { knobs as declared } from './knobs.ts';
import { explainDivergence, Meter } from './measure.ts';
import { layersOf } from './network.ts';
import { datasets } from './samples.ts';
import { terms } from './terms.ts';
import type { World } from './world.ts';
import { dataSeedOf, worldOf } from './worldOf.ts';

const { numeric, numericKnobs } = numbersOf(declared);

export const serviceMixRuntime: LabRuntime = {
  build: async (log: RunLog, read: ReadPublic): Promise<Task> => {
    const world = await worldOf(log, read);
    const dataSeed = dataSeedOf(log);
    const data = datasets(world, randomStream(dataSeed, 'data'), {
      sampled: log.knobs['data.targets'] === 'sampled',
      labelNoise: numberAt(log.knobs, 'data.label_noise'),
    });
    const k = world.categories.length;
    const plan = planOf(log.knobs, k);
    const { head } = plan;
    // In f64, as the meter needs them; rounded like the targets that executors see.
    const targets = Float64Array.from(data.validation.targets);
    const meter = new Meter(head, targets, k);
    const lettered = letteredPlaces(targets, k);
    return {
      plan,
      data,
      numeric,
      labels: world.categories,
      scene: sceneOf(world, targets, lettered),
      measure: (logits, knobs) => meter.measure(logits, knobs, numericKnobs(knobs)),
      view: (stage, validation, knobs) => {
        const numeric = numericKnobs(knobs);
        // The stage has no targets of its own to be scored by; any do for predicting.
        const { batch } = softmaxForward(head, stage, stage, k, numeric, 'evaluation');
        const shown = meter.predict(validation, knobs, numeric).probabilities;
        return {
          stage: new Float32Array(batch.probabilities),
          lettered: Float32Array.from(lettered.flatMap((row) => [...shown.subarray(row * k, (row + 1) * k)])),
        };
      },
      samples: (validation, knobs, n) => {
        const { probabilities, logProbabilities } = meter.predict(validation, knobs, numericKnobs(knobs));
        const floor = meter.floor(knobs);
        return Array.from({ length: Math.min(n, targets.length / k) }, (_, row): Sample & MixSample => {
          const [target, predicted] = [targets, probabilities].map((x) => [
            ...x.subarray(row * k, (row + 1) * k),
          ]) as [number[], number[]];
          return {
            x: world.validation.positions[2 * row] as number,
            y: world.validation.positions[2 * row + 1] as number,
            target,
            predicted,
            entropyTarget: entropyOfProbabilities(target),
            entropyPredicted: entropyOfProbabilities(predicted),
            kl: target.reduce(
              (sum, t, c) =>
                t > 0 ? sum + t * (Math.log(t) - (logProbabilities[row * k + c] as number)) : sum,
              0,
            ),
            klFloor: floor.perRow[row] as number,
          };
        });
      },
      answers: {
        fitTemperature: (validation, knobs): TemperatureFit => {
          const { normalized } = meter.predict(validation, knobs, numericKnobs(knobs));
          const { min, max } = declared.find(({ key }) => key === 'model.temperature') as {
            min: number;
            max: number;
          };
          const rows = targets.length / k;
          const fit = fitTemperature(normalized, targets, rows, k);
          const temperature = Math.min(max, Math.max(min, fit.temperature));
          // Not the fit's own KL, which is that of a temperature beyond the knob's range where the best one lies there.
          const fitted = { ...knobs, 'model.temperature': temperature, 'model.temperature_at': 'inference' };
          const { logProbabilities } = meter.predict(validation, fitted, numericKnobs(fitted));
          return {
            temperature,
            klBefore: fit.klBefore,
            klAfter: mean(agreement(logProbabilities, targets, rows, k).kl),
            atBound: temperature !== fit.temperature,
          };
        },
      },
      explainDivergence: (knobs) => explainDivergence(head, knobs),
    };
  },
};

/** MLP with the lab's head; all live numbers are in the knob vector. */
function planOf(knobs: KnobValues, classes: number): Plan & { head: SoftmaxHead } {
  return {
    layers: layersOf(knobs, classes),
    head: { kind: 'softmax', terms: terms.map(({ id }) => id) },
    knobs: declared.filter(({ live }) => live).map(({ key }) => key),
    batchSize: numberAt(knobs, 'training.batch_size'),
  };
}

/** Eight validation places, from the most certain target to the flattest: spread evenly over the ranks of entropy. */
function letteredPlaces(targets: Float64Array, k: number): number[] {
  const rows = targets.length / k;
  const byEntropy = Array.from({ length: rows }, (_, row) => ({
    row,
    h: entropyOfProbabilities(targets, row * k, k),
  })).sort((a, b) => a.h - b.h);
  return Array.from({ length: 8 }, (_, i) => byEntropy[Math.round(((i + 0.5) / 8) * (rows - 1))]?.row ?? 0);
}

function sceneOf(world: World, targets: Float64Array, lettered: readonly number[]): Task['scene'] {
  const k = world.categories.length;
  const rows = targets.length / k;
  const of = (values: Float64Array, width: number): Float32Array =>
    Float32Array.from(lettered.flatMap((row) => [...values.subarray(row * width, (row + 1) * width)]));
  return {
    shape: Float32Array.of(k, world.gridSize),
    tau: Float32Array.of(world.tau),
    stagePositions: Float32Array.from(world.stage.positions),
    stageTargets: Float32Array.from(world.stage.targets),
    services: world.services,
    letteredPositions: of(world.validation.positions, 2),
    letteredTargets: of(targets, k),
    /** Reach that each validation place needs to be said exactly. */
    needed: Float32Array.from({ length: rows }, (_, row) => centredLogRatioNorm(targets, row * k, k)),
    targetEntropies: Float32Array.from({ length: rows }, (_, row) =>
      entropyOfProbabilities(targets, row * k, k),
    ),
  };
}
