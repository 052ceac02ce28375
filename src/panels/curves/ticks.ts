import { formatNumber } from '../kit/format.ts';

/** A round number on an axis: no more digits than it has. */
export function formatTick(value: number): string {
  const size = Math.abs(value);
  if (value === 0) return '0';
  if (size < 1e-4 || size >= 1e7) return formatNumber(value, 2);
  return String(Number(value.toPrecision(6))).replace('-', '\u2212');
}

/** A number as short as three digits make it. */
export function formatShort(value: number): string {
  return formatTick(Number(value.toPrecision(3)));
}
