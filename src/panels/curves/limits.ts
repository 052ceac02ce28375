import { extentOf, type Values } from '../../charts/rows.ts';

/** Room above the highest thing that is drawn. */
const HEADROOM = 1.08;
const MOST_DECADES = 1e12;

/**
 * The range of a chart from 0, or from below where values are negative. One explosion must not flatten all that was before
 * it, so nothing beyond `most` is given room: the line leaves the chart at its edge.
 */
export function limits(values: readonly Values[], least: number, most: number): [number, number] {
  const extents = values.map(extentOf).filter((extent) => extent !== undefined);
  const low = Math.min(0, ...extents.map(([x]) => x));
  const high = Math.max(least, ...extents.map(([, x]) => x));
  return [Math.max(low, -most) * HEADROOM, Math.min(high, most) * HEADROOM];
}

/**
 * Around what is positive, from and to 1, 2 or 5 of some power of ten, at least ten times apart. No more than twelve powers:
 * what is smaller, rounding made, and it leaves the chart at its lower edge.
 */
export function logLimits(values: readonly Values[]): [number, number] {
  const positive = values.map((list) => extentOf(Array.from(list).filter((x) => x > 0)));
  const extents = positive.filter((extent) => extent !== undefined);
  if (extents.length === 0) return [1e-3, 1];
  const high = roundUp(Math.max(...extents.map(([, x]) => x)));
  const low = 1 / roundUp(1 / Math.min(...extents.map(([x]) => x)));
  return [Math.min(Math.max(low, high / MOST_DECADES), high / 10), high];
}

/** The least of 1, 2, 5, 10, … that is not below. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5].find((digit) => digit * power >= value * (1 - 1e-9)) ?? 10);
}
