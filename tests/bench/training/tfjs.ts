import * as tf from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import { TfjsExecutor } from '../../../src/engine/tfjs/tfjsExecutor.ts';
import type { Contender } from './contender.ts';
import { newcomer } from './newcomer.ts';
import { ours } from './ours.ts';
import type { Work } from './work.ts';

setWasmPaths({
  'tfjs-backend-wasm.wasm': plain,
  'tfjs-backend-wasm-simd.wasm': simd,
  'tfjs-backend-wasm-threaded-simd.wasm': threaded,
});

export type Backend = 'cpu' | 'wasm' | 'webgpu';

/** Makes a backend the current one: tfjs has one at a time. */
const current =
  (backend: Backend): (() => Promise<void>) =>
  async () => {
    if (tf.getBackend() === backend) return;
    if (!(await tf.setBackend(backend))) throw new Error(`tfjs’s ${backend} backend did not start.`);
    await tf.ready();
  };

/** What a newcomer to tfjs writes. */
export const plainLoop = (work: Work, backend: Backend): Promise<Contender> =>
  newcomer(tf, work, current(backend));

/** Our own tfjs executor. */
export const executor = (work: Work, backend: 'cpu' | 'webgpu'): Promise<Contender> =>
  ours(
    work,
    (setup) =>
      new TfjsExecutor(
        {
          tf,
          info: { executor: 'tfjs', backend, adapter: '', software: false },
          lost: () => false,
        },
        setup,
      ),
    current(backend),
  );

/** Products of two square matrices: what XNNPACK reaches at its best, on one core. */
export async function matmul(backend: Backend, size = 512): Promise<Contender> {
  await current(backend)();
  const [a, b] = [0, 1].map((seed) => tf.randomUniform([size, size], -1, 1, 'float32', seed)) as [
    Tensor,
    Tensor,
  ];
  return {
    models: 0,
    flops: 2 * size ** 3,
    train: async (n) => {
      await current(backend)();
      for (let i = 0; i < n; i++) {
        const product = tf.matMul(a, b);
        if (i === n - 1) await product.data();
        product.dispose();
      }
    },
  };
}
