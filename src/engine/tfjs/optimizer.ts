import type { Tensor } from '@tensorflow/tfjs';
import type { Tf } from '../../terms/language/tfjs.ts';
import type { BiasCorrections, OptimizerHyper, OptimizerKind } from '../optimizers.ts';

/**
 * One update as tfjs operations. tfjs's own optimizers keep the bias corrections in f32 and drift; here they come from
 * the host, as f64.
 *
 * @param moments first and second moment of each parameter; with SGD the first is the momentum buffer
 * @returns the new parameters and moments; the old ones are left to the caller
 */
export function update(
  tf: Tf,
  kind: OptimizerKind,
  parameters: readonly Tensor[],
  gradients: readonly Tensor[],
  moments: readonly (readonly [Tensor, Tensor])[],
  h: OptimizerHyper & BiasCorrections,
): { parameters: Tensor[]; moments: [Tensor, Tensor][] } {
  const next = parameters.map((parameter, i) => {
    const [first, second] = moments[i] as readonly [Tensor, Tensor];
    let g = gradients[i] as Tensor;
    let theta = parameter;
    if (h.weightDecay !== 0) {
      // Not θ · (1 − lr·wd): a factor so close to 1 loses its last digits in f32, at every step the same ones.
      if (kind === 'adamw') theta = tf.sub(theta, tf.mul(theta, h.learningRate * h.weightDecay));
      else g = tf.add(g, tf.mul(theta, h.weightDecay));
    }
    if (kind === 'sgd') {
      const buffer = tf.add(tf.mul(first, h.momentum), g);
      return { theta: tf.sub(theta, tf.mul(buffer, h.learningRate)), m: buffer, v: tf.clone(second) };
    }
    // Not β m + (1 − β) g: in f32 the two factors do not add up to 1.
    const m = tf.add(first, tf.mul(tf.sub(g, first), 1 - h.beta1));
    const v = tf.add(second, tf.mul(tf.sub(tf.mul(g, g), second), 1 - h.beta2));
    const root = tf.add(tf.mul(tf.sqrt(v), 1 / Math.sqrt(h.correction2)), h.eps);
    return { theta: tf.sub(theta, tf.mul(tf.div(m, root), h.learningRate / h.correction1)), m, v };
  });
  return { parameters: next.map(({ theta }) => theta), moments: next.map(({ m, v }) => [m, v]) };
}

/** Global L2 norm of gradients, a scalar tensor. */
export function globalNorm(tf: Tf, gradients: readonly Tensor[]): Tensor {
  return tf.sqrt(tf.addN(gradients.map((g) => tf.sum(tf.mul(g, g)))));
}
