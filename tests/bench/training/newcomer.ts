import type * as TF from '@tensorflow/tfjs';
import { classes, features } from '../../../src/engine/plan.ts';
import type { Contender } from './contender.ts';
import { flopsOf, type Work } from './work.ts';
import { denseSlices } from '../../support/denseSlices.ts';

/**
 * The same work as somebody new to tfjs writes it: `tf.train.adam`, a loss of plain operations, and
 * `await loss.data()` at every step. It knows ReLU networks and the terms of the field note: LogitNorm, temperature,
 * KL, entropy hinge and raw MaxSup. Several models are trained in turn, each with an optimizer of its own.
 *
 * @param before called before each call, to make a backend current
 */
export async function newcomer(
  tf: typeof TF,
  work: Work,
  before: () => Promise<unknown>,
): Promise<Contender> {
  await before();
  const { setup, knob } = work;
  const { plan, data, state, members } = setup;
  const x = tf.tensor2d(data.train.features, [data.train.rows, features(plan)]);
  const t = tf.tensor2d(data.train.targets, [data.train.rows, classes(plan)]);
  const { slices, count } = denseSlices(plan);
  const models = Array.from({ length: members }, (_, k) => {
    const part = (from: number, size: number): Float32Array =>
      Float32Array.from(state.parameters.subarray(k * count + from, k * count + from + size));
    return {
      layers: slices.map(({ layer: { inputs, outputs }, weights, biases }) => ({
        w: tf.variable(tf.tensor2d(part(weights, inputs * outputs), [inputs, outputs])),
        b: tf.variable(tf.tensor1d(part(biases, outputs))),
      })),
      optimizer: tf.train.adam(
        work.learningRate,
        knob('training.beta1'),
        knob('training.beta2'),
        knob('training.eps'),
      ),
    };
  });
  const [length, temperature] = [knob('model.logit_norm'), knob('model.temperature')];
  const [weight, threshold] = [knob('loss.entropy_weight'), knob('loss.min_entropy')];
  const maxsup = knob('loss.maxsup_weight');
  const loss = (layers: (typeof models)[number]['layers'], step: number): TF.Scalar => {
    let h: TF.Tensor = x;
    let target = t;
    if (!work.fullBatch) {
      const index = tf.tensor1d(work.batches(step, 1), 'int32');
      [h, target] = [tf.gather(x, index), tf.gather(t, index)];
    }
    layers.forEach(({ w, b }, i) => {
      const z = tf.add(tf.matMul(h as TF.Tensor2D, w as TF.Tensor2D), b);
      h = i < layers.length - 1 ? tf.relu(z) : z;
    });
    const u = tf.mul(tf.div(h, tf.add(tf.norm(h, 'euclidean', -1, true), 1e-7)), length);
    const logp = tf.logSoftmax(tf.div(u, temperature));
    const p = tf.exp(logp);
    const kl = tf.sum(tf.mul(target, tf.sub(tf.log(tf.maximum(target, 1e-12)), logp)), -1);
    const entropy = tf.neg(tf.sum(tf.mul(p, logp), -1));
    const hinge = tf.mul(tf.relu(tf.sub(threshold, entropy)), weight);
    return tf.mean(tf.add(tf.add(kl, hinge), tf.mul(tf.max(u, -1), maxsup)));
  };
  let done = 0;
  return {
    models: members,
    flops: members * flopsOf(plan),
    train: async (steps) => {
      await before();
      for (let i = 0; i < steps; i++) {
        for (const { layers, optimizer } of models) {
          const own = layers.flatMap(({ w, b }) => [w, b]);
          const value = optimizer.minimize(() => loss(layers, done), true, own);
          await value?.data();
          value?.dispose();
        }
        done++;
      }
    },
    parameters: async () => {
      await before();
      const parts = await Promise.all(
        models.flatMap(({ layers }) => layers.flatMap(({ w, b }) => [w.data(), b.data()])),
      );
      return Float64Array.from(parts.flatMap((part) => [...part]));
    },
  };
}
