import { biasCorrections, OPTIMIZERS } from '../../../src/engine/optimizers.ts';
import type { Gpu } from '../../../src/engine/webgpu/gpu.ts';
import { CONTROL, NUMBERS } from '../../../src/engine/webgpu/shaders/bindings.ts';
import { judgeShader, updateShader } from '../../../src/engine/webgpu/shaders/closing.ts';
import type { HeadShader } from '../../../src/engine/webgpu/shaders/headShader.ts';
import { numbersPerMember } from '../../../src/engine/webgpu/shaders/program.ts';
import { runShaders, spanOf } from '../../support/gpuValues.ts';
import type { Compute } from '../types.ts';
import { optimizerKind } from './optim.ts';

/** A head that has nothing to say: the gradient is given. */
const SILENT: HeadShader = {
  code: '',
  over: 'rows',
  sums: 0,
  scratch: 0,
  group: 64,
  total: 'let loss = 0f;',
  scalars: [],
};

/** `optimizer_trajectory` with what ends a step of the webgpu executor; the quadratic itself in f32, as a network's gradient is. */
export const optimizerTrajectoryOnWebgpu =
  (gpu: Gpu): Compute =>
  async (inputs, hyper, lengthOf) => {
    const { data, rows: n } = inputs.matrix('A');
    const b = inputs.vector('b');
    const [beta1 = 0, beta2 = 0] = hyper.has('betas') ? hyper.vector('betas') : [];
    const scale = hyper.number('grad_scale', 1);
    const kind = optimizerKind(hyper);
    const decay = hyper.number('weight_decay', 0);
    const quads = Math.ceil(n / 4);
    const numbers = new Float32Array(numbersPerMember(SILENT));
    numbers[NUMBERS.kind] = OPTIMIZERS.indexOf(kind);
    numbers[NUMBERS.decay] = kind === 'adamw' ? 0 : decay;
    numbers[NUMBERS.first] = kind === 'sgd' ? hyper.number('momentum', 0) : 1 - beta1;
    numbers[NUMBERS.second] = 1 - beta2;
    numbers[NUMBERS.eps] = hyper.number('eps', 0);
    const codes = [judgeShader(quads, 0, 0, 1, SILENT), updateShader(quads, 0, SILENT)];
    let parameters = new Float32Array(4 * quads);
    let moments = new Float32Array(8 * quads);
    parameters.set(inputs.vector('x0'));
    const path: number[] = [];
    const gradients: number[] = [];
    for (let t = 1; t <= lengthOf('x'); t++) {
      const work = new Float32Array(4 * quads);
      for (let i = 0; i < n; i++) {
        let sum = -(b[i] as number);
        for (let j = 0; j < n; j++) sum += (data[i * n + j] as number) * (parameters[j] as number);
        work[i] = scale * sum;
      }
      const rate = hyper.number('lr');
      const { correction1, correction2 } = biasCorrections(beta1, beta2, t);
      const rates = Float32Array.of(
        kind === 'sgd' ? rate : rate / correction1,
        1 / Math.sqrt(correction2),
        kind === 'adamw' ? rate * decay : 0,
        0,
      );
      const control = new Uint32Array(1 + CONTROL.words);
      const contents = { span: spanOf(1), parameters, moments, work, numbers, control, rates };
      const [next, changed] = await runShaders(gpu, 'closing', codes, contents, ['parameters', 'moments']);
      parameters = (next as Float32Array<ArrayBuffer>).slice(0, 4 * quads);
      moments = (changed as Float32Array<ArrayBuffer>).slice(0, 8 * quads);
      path.push(...parameters.subarray(0, n));
      if (t <= 3) gradients.push(...work.subarray(0, n));
    }
    return { terms: { x: path, grads_first3: gradients } };
  };
