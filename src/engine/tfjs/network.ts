import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import type { Tf } from '../../terms/language/tfjs.ts';
import { parameterLayout, type Activation, type Plan } from '../plan.ts';

/** Weights and biases in layer order, as tensors. */
export type Parameters = Tensor[];

/** Cuts a flat vector `[P]` into one tensor per weight matrix and bias, in layer order. */
export function toParameters(tf: Tf, plan: Plan, flat: Float64Array): Parameters {
  return parameterLayout(plan).slices.flatMap(({ layer: { inputs, outputs }, weights, biases }) => [
    tf.tensor2d(Float32Array.from(flat.subarray(weights, biases)), [inputs, outputs]),
    tf.tensor1d(Float32Array.from(flat.subarray(biases, biases + outputs))),
  ]);
}

/** The network as a plain tfjs graph: features `[rows, features]` to raw logits `[rows, classes]`. */
export function forward(tf: Tf, plan: Plan, parameters: Parameters, features: Tensor2D): Tensor2D {
  return plan.layers.reduce<Tensor2D>((x, { activation }, l) => {
    const [weights, biases] = parameters.slice(2 * l) as [Tensor2D, Tensor];
    const sums = tf.add(tf.matMul(x, weights), biases);
    return (activation ? activate(tf, activation, sums) : sums) as Tensor2D;
  }, features);
}

function activate(tf: Tf, activation: Activation, z: Tensor): Tensor {
  switch (activation) {
    case 'relu':
      return tf.relu(z);
    case 'tanh':
      return tf.tanh(z);
    case 'silu':
      return tf.mul(z, tf.sigmoid(z));
    case 'gelu':
      return tf.mul(tf.mul(z, 0.5), tf.add(tf.erf(tf.mul(z, Math.SQRT1_2)), 1));
  }
}
