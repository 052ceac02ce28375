import type * as TF from '@tensorflow/tfjs';
import { drawBatches } from '../../src/engine/batches.ts';
import type { Task } from '../../src/engine/task.ts';

/** The same model and the *before* loss as somebody new to tfjs writes them. */
export function newcomer(tf: typeof TF, { plan, data }: Task): (steps: number) => Promise<void> {
  const x = tf.tensor2d(data.train.features, [data.train.rows, plan.layers[0]?.inputs ?? 0]);
  const t = tf.tensor2d(data.train.targets, [data.train.rows, plan.layers.at(-1)?.outputs ?? 0]);
  const variables = plan.layers.map(({ inputs, outputs }) => ({
    w: tf.variable(tf.randomUniform([inputs, outputs], -1 / Math.sqrt(inputs), 1 / Math.sqrt(inputs))),
    b: tf.variable(tf.zeros([outputs])),
  }));
  const optimizer = tf.train.adam(3e-3);
  const loss = (rows: Int32Array): TF.Scalar => {
    const index = tf.tensor1d(rows, 'int32');
    const target = tf.gather(t, index);
    let h: TF.Tensor = tf.gather(x, index);
    variables.forEach(({ w, b }, i) => {
      const z = tf.add(tf.matMul(h as TF.Tensor2D, w as TF.Tensor2D), b);
      h = i < variables.length - 1 ? tf.relu(z) : z;
    });
    const u = tf.div(h, tf.add(tf.norm(h, 'euclidean', -1, true), 1e-7));
    const logp = tf.logSoftmax(tf.div(u, 4));
    const p = tf.exp(logp);
    const kl = tf.sum(tf.mul(target, tf.sub(tf.log(tf.maximum(target, 1e-12)), logp)), -1);
    const entropy = tf.neg(tf.sum(tf.mul(p, logp), -1));
    const hinge = tf.mul(tf.relu(tf.sub(1.5, entropy)), 5);
    return tf.mean(tf.add(tf.add(kl, hinge), tf.mul(tf.max(u, -1), 0.1)));
  };
  let step = 0;
  return async (steps) => {
    for (let i = 0; i < steps; i++) {
      const rows = drawBatches(0, data.train.rows, plan.batchSize, step++, 1);
      const value = optimizer.minimize(() => loss(rows), true);
      await value?.data();
      value?.dispose();
    }
  };
}
