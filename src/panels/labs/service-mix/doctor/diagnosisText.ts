import type { Settled, Verdict } from '../../../../labs/service-mix/doctor/diagnosis.ts';
import { formatEntry, formatNumber } from '../../../kit/format.ts';

/** Which verdicts are good, bad, or neither; the word stands beside the colour. */
export const TONES: Readonly<Record<Verdict, 'holds' | 'fails' | 'depends' | 'plain'>> = {
  off: 'plain',
  guides: 'holds',
  'cannot act': 'depends',
  'no effect': 'plain',
  helps: 'holds',
  acts: 'depends',
  'pulls apart': 'fails',
  limits: 'fails',
  unbounded: 'fails',
};

/** KL in nats with three decimals, for columns; what is smaller than they show is said so. */
export function klText(kl: number): string {
  if (Number.isNaN(kl)) return '–';
  if (kl >= 0.0005) return kl < 10 ? kl.toFixed(3) : formatNumber(kl);
  return kl < 1e-6 ? '0' : '< 0.001';
}

/** Entropies in nats; that of the most certain answer may be smaller than anyone reads. */
export const entropyText = (h: number): string =>
  Number.isNaN(h) ? '–' : h === 0 ? '0' : h < 5e-4 ? '< 0.001' : h.toFixed(3);

export const reachText = (R: number): string => (R === Infinity ? '∞' : formatEntry(R, 3));

/** Where a model settles, for a screen reader's one line. */
export const settledText = (settled: Settled): string =>
  settled.bounded ? `KL ${klText(settled.kl)}` : 'no lower bound';
