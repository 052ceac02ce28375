import type { Metrics } from '../../../../engine/protocol.ts';
import { formatNumber, formatStep } from '../../../kit/format.ts';

/** A metric of a lab as a number; NaN where there is none. */
export function number(metrics: Metrics | undefined, name: string): number {
  const value = metrics?.[name];
  return typeof value === 'number' ? value : NaN;
}

/** With the same number of decimals in a row of numbers, so that they can be compared. */
export function fixed(value: number, decimals: number): string {
  return Math.abs(value) < 100 ? value.toFixed(decimals).replace('-', '\u2212') : formatNumber(value);
}

/** Below this certainty, 1 − H / ln K, no colour can be seen. */
export const FLAT = 0.02;
/** Certainty in shares of the truth's. */
const ALMOST_FLAT = 0.25;
const VARIED = [0.85, 1.15] as const;
/** Below this share of right first choices, colours are in the wrong places. */
const RIGHT = 0.6;

/** What the model's map shows now, in a few words that fit above it. */
export function stateOf(metrics: Metrics | undefined, K: number): string {
  if (!metrics) return '';
  const entropy = number(metrics, 'entropyMean');
  if (metrics.status === 'diverged') return `stopped at step ${formatStep(metrics.step)}`;
  if (Number.isNaN(entropy)) return 'nothing that is a number';
  const flat = Math.log(K);
  const certainty = 1 - entropy / flat;
  const share = certainty / (1 - number(metrics, 'entropyTargetMean') / flat);
  if (certainty < FLAT) return 'the same flat mix everywhere';
  if (share < ALMOST_FLAT) return 'almost flat everywhere';
  if (number(metrics, 'top1Agreement') < RIGHT) return 'colours in the wrong places';
  if (share < VARIED[0]) return 'paler than the truth';
  if (share > VARIED[1]) return 'more certain than the truth';
  return 'as varied as the truth';
}
