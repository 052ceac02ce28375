import { extentOf, type Values } from '../../charts/lineChart.ts';

/** Room above the highest thing that is drawn. */
const HEADROOM = 1.08;

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

/** Whole powers of ten around what is positive. */
export function logLimits(values: Values): [number, number] {
  const positive = Array.from(values).filter((x) => x > 0);
  const [low, high] = extentOf(positive) ?? [1e-3, 1];
  const from = 10 ** Math.floor(Math.log10(low) + 1e-9);
  return [from, Math.max(10 * from, 10 ** Math.ceil(Math.log10(high) - 1e-9))];
}
