import type { ExecutorId, Race } from '../../../engine/protocol.ts';
import { formatNumber } from '../../kit/format.ts';

export interface ExecutorChoice {
  id: ExecutorId;
  text: string;
}

/** What can be chosen to train, the first to start first. */
export const EXECUTOR_CHOICES: readonly ExecutorChoice[] = [
  {
    id: 'wasm',
    text: 'Compiled code in f32, on one processor core, with SIMD where the browser has it. A run starts on it, unless WebGPU was measured to be faster.',
  },
  {
    id: 'webgpu',
    text: 'Kernels for the GPU, in f32, made from the same plan and loss. A run that plays takes it by itself where it is faster.',
  },
  {
    id: 'tfjs:cpu',
    text: 'The plan as a plain tfjs graph with autodiff, in f32 on one processor core: to read, and to compare with.',
  },
  {
    id: 'tfjs:webgpu',
    text: 'That graph on the GPU. For networks this small, launching its kernels takes most of the time.',
  },
  {
    id: 'oracle',
    text: 'Plain TypeScript in double precision: exact and slow. The others are judged by it.',
  },
];

/** Why a choice cannot be had in this browser; empty where it may. */
export function whyNot(id: ExecutorId): string {
  if (id.endsWith('webgpu') && !('gpu' in navigator))
    return 'This browser has no WebGPU. The processor trains the same run.';
  if (id === 'wasm' && !('WebAssembly' in globalThis))
    return 'This browser has no WebAssembly. The oracle and tfjs train the same run, slower.';
  return '';
}

const perSecond = (steps: number): string => `${formatNumber(Math.round(steps))} steps/s`;

/** What is known of WebGPU beside WASM on this run, in sentences; empty where nobody looked. */
export function raceText(race: Race | undefined): string {
  if (!race) return '';
  const { state, adapter, wasm, webgpu, reason = '' } = race;
  const figures =
    wasm === undefined || webgpu === undefined
      ? ''
      : `Measured on this network: WebGPU ${perSecond(webgpu)} on ${adapter}, WASM ${perSecond(wasm)}.`;
  switch (state) {
    case 'preparing':
      return `WebGPU is being prepared on ${adapter}. Training goes on meanwhile.`;
    case 'measuring':
      return `WebGPU is being measured on ${adapter}, beside WASM.`;
    case 'measured':
      return figures;
    case 'out':
      return `WebGPU is not taken by itself. ${reason} ${figures}`.trim();
  }
}
