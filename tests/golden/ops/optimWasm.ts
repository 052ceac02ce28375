import { biasCorrections } from '../../../src/engine/optimizers.ts';
import { Heap } from '../../../src/engine/wasm/heap.ts';
import { instantiate } from '../../../src/engine/wasm/wasmKernels.ts';
import { update } from '../../../src/engine/wasm/update.ts';
import { kernels } from '../../support/vectors.ts';
import type { Compute } from '../types.ts';
import { optimizerKind } from './optim.ts';

/** `optimizer_trajectory` with the updates of the wasm executor; the quadratic itself in f32, as a network's gradient is. */
export const optimizerTrajectoryOnWasm: Compute = async (inputs, hyper, lengthOf) => {
  const { data, rows: n } = inputs.matrix('A');
  const b = inputs.vector('b');
  const [beta1 = 0, beta2 = 0] = hyper.has('betas') ? hyper.vector('betas') : [];
  const scale = hyper.number('grad_scale', 1);
  const heap = new Heap(0);
  const exports = instantiate(await kernels(), heap.memory);
  const padded = 4 * Math.ceil(n / 4);
  const [first, second, gradient] = [0, 0, 0].map(() => heap.allocate(4 * padded)) as [
    number,
    number,
    number,
  ];
  const parameters = heap.allocate(4 * padded);
  const x = heap.f32.subarray(parameters / 4, parameters / 4 + n);
  x.set(inputs.vector('x0'));
  const path: number[] = [];
  const gradients: number[] = [];
  for (let t = 1; t <= lengthOf('x'); t++) {
    const g = Float32Array.from({ length: n }, (_, i) => {
      let sum = -(b[i] as number);
      for (let j = 0; j < n; j++) sum += (data[i * n + j] as number) * (x[j] as number);
      return scale * sum;
    });
    heap.f32.set(g, gradient / 4);
    update(exports, optimizerKind(hyper), { parameters, first, second }, gradient, padded, 1, {
      learningRate: hyper.number('lr'),
      beta1,
      beta2,
      eps: hyper.number('eps', 0),
      momentum: hyper.number('momentum', 0),
      weightDecay: hyper.number('weight_decay', 0),
      ...biasCorrections(beta1, beta2, t),
    });
    path.push(...x);
    if (t <= 3) gradients.push(...g);
  }
  return { terms: { x: path, grads_first3: gradients } };
};
