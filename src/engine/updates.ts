import type { Chunk } from './executor.ts';
import { OPTIMIZERS, type BiasCorrections, type OptimizerHyper, type OptimizerKind } from './optimizers.ts';

/** What one update needs: the knobs as they are, and what the host worked out for this step of a chunk. */
export function updateOf(
  knob: (key: string) => number,
  chunk: Chunk,
  step: number,
  member: number,
): { kind: OptimizerKind; hyper: OptimizerHyper & BiasCorrections } {
  const at = step * (chunk.learningRate.length / chunk.steps) + member;
  return {
    kind: OPTIMIZERS[knob('training.optimizer')] ?? 'adam',
    hyper: {
      learningRate: chunk.learningRate[at] as number,
      beta1: knob('training.beta1'),
      beta2: knob('training.beta2'),
      eps: knob('training.eps'),
      momentum: knob('training.momentum'),
      weightDecay: knob('training.weight_decay'),
      correction1: chunk.correction1[at] as number,
      correction2: chunk.correction2[at] as number,
    },
  };
}
