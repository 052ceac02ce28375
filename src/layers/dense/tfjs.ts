import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import type { Tf } from '../../terms/language/tfjs.ts';
import type { TfjsKind } from '../contract.ts';
import type { Activation, DenseLayer } from './dense.ts';

export const denseOnTfjs: TfjsKind<DenseLayer> = (tf, { activation }, parameters, x) => {
  const [weights, biases] = parameters as [Tensor2D, Tensor];
  const sums = tf.add(tf.matMul(x, weights), biases);
  return (activation ? activate(tf, activation, sums) : sums) as Tensor2D;
};

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
