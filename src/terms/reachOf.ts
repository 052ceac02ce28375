import { numberAt, type KnobValues } from './knob.ts';
import type { Phase } from './term.ts';

/**
 * R = s / T: the largest length of centred log-probabilities that the head can express, at inference unless training is
 * meant. Infinite without LogitNorm.
 */
export function reachOf(values: KnobValues, phase: Phase = 'evaluation'): number {
  if (values['model.use_logit_norm'] !== true) return Infinity;
  const absent = phase === 'training' ? 'inference' : 'training';
  const t = values['model.temperature_at'] === absent ? 1 : numberAt(values, 'model.temperature');
  return numberAt(values, 'model.logit_norm') / t;
}
