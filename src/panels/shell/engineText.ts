import type { EngineInfo, ExecutorId } from '../../engine/protocol.ts';
import { executorIdOf } from '../../engine/protocol.ts';
import type { Run } from '../../run/run.svelte.ts';
import { formatNumber } from '../kit/format.ts';

/** What the page says about who trains, and only what is so. */

const NAMES: Readonly<Record<ExecutorId, string>> = {
  wasm: 'WASM',
  webgpu: 'WebGPU',
  tfjs: 'tfjs',
  'tfjs:cpu': 'tfjs, processor',
  'tfjs:webgpu': 'tfjs, WebGPU',
  oracle: 'Oracle, f64',
};

export const executorName = (id: ExecutorId): string => NAMES[id];

/** Who trains, and on what, in words. */
export function describeEngine(engine: EngineInfo): { name: string; adapter: string } {
  if (engine.backend === 'wasm') return { name: engine.simd ? 'WASM SIMD' : 'WASM, no SIMD', adapter: '' };
  const name = executorName(executorIdOf(engine));
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
