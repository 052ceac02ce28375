import type { Tensor } from '@tensorflow/tfjs';
import { biasCorrections } from '../../../src/engine/optimizers.ts';
import { update } from '../../../src/engine/tfjs/optimizer.ts';
import type { Tf } from '../../../src/terms/language/tfjs.ts';
import type { Compute } from '../types.ts';
import { optimizerKind } from './optim.ts';

/** `optimizer_trajectory` with the updates of the tfjs executor, on the backend that is set. */
export const optimizerTrajectory =
  (tf: Tf): Compute =>
  async (inputs, hyper, lengthOf) => {
    const { data, rows: n } = inputs.matrix('A');
    const [beta1 = 0, beta2 = 0] = hyper.has('betas') ? hyper.vector('betas') : [];
    const steps = lengthOf('x');
    const packed = tf.tidy(() => {
      const vector = (values: ArrayLike<number>) => tf.tensor1d(Float32Array.from(values));
      const a = tf.tensor2d(Float32Array.from(data), [n, n]);
      const b = vector(inputs.vector('b'));
      const path: Tensor[] = [];
      const gradients: Tensor[] = [];
      let x: Tensor = vector(inputs.vector('x0'));
      let moments: [Tensor, Tensor] = [tf.zeros([n]), tf.zeros([n])];
      for (let t = 1; t <= steps; t++) {
        const ax = tf.sum(tf.mul(a, x), 1);
        const gradient = tf.mul(tf.sub(ax, b), hyper.number('grad_scale', 1));
        const next = update(tf, optimizerKind(hyper), [x], [gradient], [moments], {
          learningRate: hyper.number('lr'),
          beta1,
          beta2,
          eps: hyper.number('eps', 0),
          momentum: hyper.number('momentum', 0),
          weightDecay: hyper.number('weight_decay', 0),
          ...biasCorrections(beta1, beta2, t),
        });
        [x] = next.parameters as [Tensor];
        [moments] = next.moments as [[Tensor, Tensor]];
        path.push(x);
        gradients.push(gradient);
      }
      return tf.concat([...path, ...gradients.slice(0, 3)]);
    });
    const numbers = await packed.data();
    packed.dispose();
    return { terms: { x: numbers.slice(0, steps * n), grads_first3: numbers.slice(steps * n) } };
  };
