import { formatPercent } from '../../../kit/format.ts';

/** Below this a share is said to be small, not how small. */
const LEAST = 1e-3;

/** A share with two digits, short enough for a column. */
export function shortPercent(share: number): string {
  if (Number.isNaN(share)) return '–';
  return share > 0 && share < LEAST ? '< 0.1\u00a0%' : formatPercent(share, 2);
}
