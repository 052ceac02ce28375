import type { Metrics, Status } from './protocol.ts';
import type { Measured } from './task.ts';

/** Where a run is, beside what its lab measures. */
export interface Reached {
  step: number;
  /** For the next step. */
  learningRate: number;
  /** Of the last step, before clipping; NaN before the first. */
  gradientNorm: number;
}

/** A recorded row: terms under `terms.<id>`. */
export const rowOf = ({ total, terms, values }: Measured, reached: Reached): Record<string, number> => ({
  step: reached.step,
  total,
  learningRate: reached.learningRate,
  gradientNorm: reached.gradientNorm,
  ...values,
  ...Object.fromEntries(Object.entries(terms).map(([id, value]) => [`terms.${id}`, value])),
});

export const metricsOf = (
  { total, terms, values }: Measured,
  { step, learningRate, gradientNorm }: Reached,
  stepsPerEpoch: number,
  status: Status,
): Metrics => ({
  ...values,
  step,
  epoch: Math.floor(step / stepsPerEpoch),
  total,
  learningRate,
  gradientNorm,
  status,
  terms,
});
