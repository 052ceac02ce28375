import type { EngineInfo, ExecutorId } from '../engine/protocol.ts';
import { executorIdOf } from '../engine/protocol.ts';
import type { Run } from '../run/run.svelte.ts';
import { formatNumber } from './format.ts';

/** What the page says about who trains, and only what is so. */

export interface ExecutorChoice {
  id: ExecutorId;
  label: string;
  text: string;
}

export const EXECUTOR_CHOICES: readonly ExecutorChoice[] = [
  {
    id: 'wasm',
    label: 'WASM',
    text: 'Compiled code in f32, on one processor core, with SIMD where the browser has it. A run starts on it.',
  },
  {
    id: 'tfjs:cpu',
    label: 'tfjs, processor',
    text: 'The plan as a plain tfjs graph with autodiff, in f32 on one processor core: to read, and to compare with.',
  },
  {
    id: 'tfjs:webgpu',
    label: 'tfjs, WebGPU',
    text: 'The same graph on the GPU. For networks this small, launching its kernels takes most of the time.',
  },
  {
    id: 'oracle',
    label: 'Oracle, f64',
    text: 'Plain TypeScript in double precision: exact and slow. The others are judged by it.',
  },
];

/** Who trains, and on what, in words. */
export function describeEngine(engine: EngineInfo): { name: string; adapter: string } {
  const id = executorIdOf(engine);
  const name = EXECUTOR_CHOICES.find((choice) => choice.id === id)?.label ?? engine.executor;
  if (engine.backend === 'wasm')
    return {
      name:
        engine.simd === undefined ? name : engine.simd ? 'WASM SIMD, one core' : 'WASM, scalar (no SIMD here)',
      adapter: '',
    };
  if (engine.backend !== 'webgpu') return { name, adapter: '' };
  const adapter = engine.adapter || 'unnamed adapter';
  return { name, adapter: engine.software ? `${adapter}, emulated on the processor` : adapter };
}

/** How fast, in words; empty before there is a run. */
export function speedOf({ phase, playing, engine }: Pick<Run, 'phase' | 'playing' | 'engine'>): string {
  if (phase !== 'ready' && phase !== 'loading') return '';
  if (!playing) return 'paused';
  return engine.stepsPerSecond > 0 ? `${formatNumber(Math.round(engine.stepsPerSecond))} steps/s` : 'running';
}

/** Why a choice cannot be had in this browser; empty where it may. */
export const whyNot = (id: ExecutorId): string =>
  id === 'tfjs:webgpu' && !('gpu' in navigator)
    ? 'This browser has no WebGPU. The processor trains the same run.'
    : id === 'wasm' && !('WebAssembly' in globalThis)
      ? 'This browser has no WebAssembly. The others train the same run, slower.'
      : '';
