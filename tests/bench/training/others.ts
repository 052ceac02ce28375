import brainjs from 'brain.js/dist/neural-network.js';
import convnetjs from 'convnetjs';
import { classes, features, type Plan } from '../../../src/engine/plan.ts';
import type { Contender } from './contender.ts';
import { flopsOf, type Work } from './work.ts';
import { denseSlices } from '../../support/denseSlices.ts';

/** ConvNetJS: the same network with the losses and optimizers that it has. A step is one update by all rows. */
/** Widths of the hidden layers. */
const hiddenOf = (plan: Plan): number[] =>
  denseSlices(plan)
    .slices.slice(0, -1)
    .map(({ layer }) => layer.outputs);

export function convnet({ setup: { plan, data } }: Work): Contender {
  const net = new convnetjs.Net();
  net.makeLayers([
    { type: 'input', out_sx: 1, out_sy: 1, out_depth: features(plan) },
    ...hiddenOf(plan).map((outputs) => ({ type: 'fc', num_neurons: outputs, activation: 'relu' })),
    { type: 'softmax', num_classes: classes(plan) },
  ]);
  const trainer = new convnetjs.Trainer(net, { method: 'adadelta', batch_size: data.train.rows });
  const rows = samplesOf(data.train, features(plan), classes(plan)).map(({ input, output }) => {
    const x = new convnetjs.Vol(1, 1, input.length);
    x.w.set(input);
    return { x, label: output.indexOf(Math.max(...output)) };
  });
  return {
    models: 1,
    flops: flopsOf(plan),
    train: (steps) => {
      for (let i = 0; i < steps; i++) for (const { x, label } of rows) trainer.train(x, label);
      return Promise.resolve();
    },
  };
}

/** brain.js: an epoch of single rows counts as a step, as it knows no batches. */
export function brain({ setup: { plan, data }, learningRate }: Work): Contender {
  const net = new brainjs.default({
    hiddenLayers: hiddenOf(plan),
    activation: 'relu',
  });
  const rows = samplesOf(data.train, features(plan), classes(plan));
  return {
    models: 1,
    flops: flopsOf(plan),
    train: (steps) => {
      // It stops early where the error is small enough.
      const { iterations } = net.train(rows, {
        iterations: steps,
        errorThresh: 1e-9,
        praxis: 'adam',
        learningRate,
      });
      if (iterations < steps) throw new Error('brain.js stopped before its steps were done.');
      return Promise.resolve();
    },
  };
}

function samplesOf(
  { rows, features: x, targets }: Work['setup']['data']['train'],
  inputs: number,
  outputs: number,
): { input: Float32Array; output: Float32Array }[] {
  return Array.from({ length: rows }, (_, row) => ({
    input: x.subarray(row * inputs, (row + 1) * inputs),
    output: targets.subarray(row * outputs, (row + 1) * outputs),
  }));
}
