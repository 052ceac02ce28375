import type { ExecutorId } from '../../engine/protocol.ts';

export interface ExecutorChoice {
  id: ExecutorId;
  text: string;
}

/** What can be chosen to train, the first to start first. */
export const EXECUTOR_CHOICES: readonly ExecutorChoice[] = [
  {
    id: 'wasm',
    text: 'Compiled code in f32, on one processor core, with SIMD where the browser has it. A run starts on it.',
  },
  {
    id: 'tfjs:cpu',
    text: 'The plan as a plain tfjs graph with autodiff, in f32 on one processor core: to read, and to compare with.',
  },
  {
    id: 'tfjs:webgpu',
    text: 'The same graph on the GPU. For networks this small, launching its kernels takes most of the time.',
  },
  {
    id: 'oracle',
    text: 'Plain TypeScript in double precision: exact and slow. The others are judged by it.',
  },
];

/** Why a choice cannot be had in this browser; empty where it may. */
export function whyNot(id: ExecutorId): string {
  if (id === 'tfjs:webgpu' && !('gpu' in navigator))
    return 'This browser has no WebGPU. The processor trains the same run.';
  if (id === 'wasm' && !('WebAssembly' in globalThis))
    return 'This browser has no WebAssembly. The oracle and tfjs train the same run, slower.';
  return '';
}
