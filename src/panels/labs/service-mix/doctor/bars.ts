/**
 * The doctor's own axes and bars. What the page loads first keeps its own beside the handle of the reach: sharing them
 * would split that chunk, and the first picture would wait for one file more.
 */

/** Where a value lies on an axis, 0 … 1; values outside lie at its ends. */
export type Axis = (value: number) => number;

const clamped = (x: number): number => Math.min(1, Math.max(0, x));

export const linearAxis =
  (to: number): Axis =>
  (value) =>
    clamped(value / to);

/** Reaches from 0.1 to 40 as the handle of the reach has them; its right end is no limit at all. */
const FINITE = 0.93;
export const reachAxis: Axis = (R) =>
  R === Infinity ? 1 : FINITE * clamped(Math.log(R / 0.1) / Math.log(40 / 0.1));

/** Counts of values in bins of one width along an axis. */
export function histogram(values: ArrayLike<number>, axis: Axis, bins: number): number[] {
  const counts = Array.from({ length: bins }, () => 0);
  for (let i = 0; i < values.length; i++) {
    const bin = Math.min(bins - 1, Math.floor(axis(values[i] as number) * bins));
    counts[bin] = (counts[bin] as number) + 1;
  }
  return counts;
}

/** Bars of a histogram as one path, standing on y0; negative heights hang. */
export function barPath(
  counts: readonly number[],
  { from, width, y0, height }: { from: number; width: number; y0: number; height: number },
): string {
  const most = Math.max(1, ...counts);
  const step = width / counts.length;
  return counts
    .map((count, i) =>
      count > 0
        ? `M${(from + i * step).toFixed(1)} ${String(y0)}v${((-count / most) * height).toFixed(1)}h${Math.max(1, step - 1).toFixed(1)}V${String(y0)}z`
        : '',
    )
    .join('');
}
