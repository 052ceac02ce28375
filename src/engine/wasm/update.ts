import type { BiasCorrections, OptimizerHyper, OptimizerKind } from '../optimizers.ts';
import type { Kernels } from './wasmKernels.ts';

/** Addresses of a member's numbers, `count` each, which fill whole vectors. */
export interface Parameters {
  parameters: number;
  first: number;
  second: number;
}

/**
 * One update by the kernels. The factors are worked out here in f64 and rounded once, as those of tfjs/optimizer.ts.
 *
 * @param clip what the gradient is multiplied by
 */
export function update(
  kernels: Kernels,
  kind: OptimizerKind,
  { parameters, first, second }: Parameters,
  gradient: number,
  count: number,
  clip: number,
  h: OptimizerHyper & BiasCorrections,
): void {
  if (kind === 'sgd') {
    kernels.sgd(parameters, gradient, first, count, clip, h.weightDecay, h.momentum, h.learningRate);
    return;
  }
  const decoupled = kind === 'adamw';
  kernels.adam(
    ...([parameters, gradient, first, second, count, clip] as const),
    decoupled ? 0 : h.weightDecay,
    decoupled ? h.learningRate * h.weightDecay : 0,
    1 - h.beta1,
    1 - h.beta2,
    h.eps,
    h.learningRate / h.correction1,
    1 / Math.sqrt(h.correction2),
  );
}
