/**
 * Points of a line that are worth drawing: of each pixel column the first, the lowest, the highest and the last, so that no
 * peak is lost however long a run is. Where a value is not finite the line is broken: that point stays, once.
 *
 * @param columns pixel column of each point; must not fall
 * @returns rising positions
 */
export function decimate(values: ArrayLike<number>, columns: ArrayLike<number>): number[] {
  const kept: number[] = [];
  let start = 0;
  while (start < values.length) {
    if (!Number.isFinite(values[start])) {
      // One break is enough for a whole gap.
      if (kept.length > 0) kept.push(start);
      while (start < values.length && !Number.isFinite(values[start])) start++;
      continue;
    }
    const here = columns[start];
    let [end, low, high] = [start, start, start];
    for (let i = start; i < values.length && Number.isFinite(values[i]) && columns[i] === here; i++) {
      end = i;
      if ((values[i] as number) < (values[low] as number)) low = i;
      if ((values[i] as number) > (values[high] as number)) high = i;
    }
    for (const i of [start, Math.min(low, high), Math.max(low, high), end])
      if (i > (kept.at(-1) ?? -1)) kept.push(i);
    start = end + 1;
  }
  return kept;
}
