import { numberAt, type KnobValues } from './knob.ts';

/**
 * R = s / T: the largest length of centred log-probabilities that the head can express at inference. Infinite without
 * LogitNorm.
 */
export function reachOf(values: KnobValues): number {
  if (values['model.use_logit_norm'] !== true) return Infinity;
  const t = values['model.temperature_at'] === 'training' ? 1 : numberAt(values, 'model.temperature');
  return numberAt(values, 'model.logit_norm') / t;
}
