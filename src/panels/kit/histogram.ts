/** Counts of values on a logarithmic axis; what lies outside of it stands at its ends. */
export function logHistogram(values: ArrayLike<number>, from: number, to: number, bins: number): number[] {
  const counts = Array.from({ length: bins }, () => 0);
  for (let i = 0; i < values.length; i++) {
    const p = logPosition(values[i] as number, from, to);
    const bin = Math.min(bins - 1, Math.floor(p * bins));
    counts[bin] = (counts[bin] as number) + 1;
  }
  return counts;
}

/** Where a value lies on a logarithmic axis, 0 … 1; values outside lie at its ends. */
export function logPosition(value: number, from: number, to: number): number {
  return Math.min(1, Math.max(0, Math.log(value / from) / Math.log(to / from)));
}
