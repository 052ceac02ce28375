/** Descriptive statistics of plain arrays. An empty array has none: the result is NaN. */

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / values.length;
}

/** Population variance (÷ n), in two passes. */
export function variance(values: ArrayLike<number>): number {
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += ((values[i] as number) - centre) ** 2;
  return sum / values.length;
}

/** Population standard deviation (÷ n). */
export function standardDeviation(values: ArrayLike<number>): number {
  return Math.sqrt(variance(values));
}

/**
 * Pearson's correlation of two arrays of one length. NaN when either does not vary: then there is none, and a 0 would
 * claim that there is.
 *
 * @throws RangeError when the lengths differ
 */
export function pearson(x: ArrayLike<number>, y: ArrayLike<number>): number {
  if (x.length !== y.length) throw new RangeError(`Lengths differ: ${x.length} and ${y.length}.`);
  const meanX = mean(x);
  const meanY = mean(y);
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let i = 0; i < x.length; i++) {
    const a = (x[i] as number) - meanX;
    const b = (y[i] as number) - meanY;
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  // Rounding of the mean lets equal values seem to vary by about 1e-13 of themselves.
  const flat = (squares: number, centre: number): boolean => squares <= 1e-24 * x.length * centre * centre;
  if (flat(xx, meanX) || flat(yy, meanY)) return NaN;
  return xy / (Math.sqrt(xx) * Math.sqrt(yy));
}

/**
 * Quantiles with linear interpolation, NumPy's default (Hyndman and Fan 1996, type 7).
 *
 * @param at probabilities in 0 … 1; the results are in the same order
 */
export function quantiles(values: ArrayLike<number>, at: readonly number[]): number[] {
  const sorted = Float64Array.from(values).sort();
  return at.map((q) => {
    const position = q * (sorted.length - 1);
    const below = sorted[Math.floor(position)] ?? NaN;
    const above = sorted[Math.ceil(position)] ?? NaN;
    return below + (above - below) * (position - Math.floor(position));
  });
}
