import type * as TF from '@tensorflow/tfjs';
import { classes, features, parameterLayout } from '../../../src/engine/plan.ts';
import type { Contender } from './contender.ts';
import { flopsOf, type Work } from './work.ts';

/**
 * The same work as somebody new to tfjs writes it: `tf.train.adam`, a loss of plain operations, and
 * `await loss.data()` at every step. It knows ReLU networks and the terms of the field note: LogitNorm, temperature,
 * KL, entropy hinge and raw MaxSup.
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
  const { plan, data, state } = setup;
  const x = tf.tensor2d(data.train.features, [data.train.rows, features(plan)]);
  const t = tf.tensor2d(data.train.targets, [data.train.rows, classes(plan)]);
  const variables = parameterLayout(plan).slices.map(({ layer: { inputs, outputs }, weights, biases }) => ({
    w: tf.variable(
      tf.tensor2d(Float32Array.from(state.parameters.subarray(weights, weights + inputs * outputs)), [
        inputs,
        outputs,
      ]),
    ),
    b: tf.variable(tf.tensor1d(Float32Array.from(state.parameters.subarray(biases, biases + outputs)))),
  }));
  const optimizer = tf.train.adam(
    work.learningRate,
    knob('training.beta1'),
    knob('training.beta2'),
    knob('training.eps'),
  );
  const [length, temperature] = [knob('model.logit_norm'), knob('model.temperature')];
  const [weight, threshold] = [knob('loss.entropy_weight'), knob('loss.min_entropy')];
  const maxsup = knob('loss.maxsup_weight');
  const loss = (step: number): TF.Scalar => {
    let h: TF.Tensor = x;
    let target = t;
    if (!work.fullBatch) {
      const index = tf.tensor1d(work.batches(step, 1), 'int32');
      [h, target] = [tf.gather(x, index), tf.gather(t, index)];
    }
    variables.forEach(({ w, b }, i) => {
      const z = tf.add(tf.matMul(h as TF.Tensor2D, w as TF.Tensor2D), b);
      h = i < variables.length - 1 ? tf.relu(z) : z;
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
    models: 1,
    flops: flopsOf(plan),
    train: async (steps) => {
      await before();
      for (let i = 0; i < steps; i++) {
        const value = optimizer.minimize(() => loss(done), true);
        await value?.data();
        value?.dispose();
        done++;
      }
    },
    parameters: async () => {
      await before();
      const parts = await Promise.all(variables.flatMap(({ w, b }) => [w.data(), b.data()]));
      return Float64Array.from(parts.flatMap((part) => [...part]));
    },
  };
}
