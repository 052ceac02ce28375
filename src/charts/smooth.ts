/** Smoothing that adds nothing: means of recorded rows, never across a change, beside the recorded line. */
import { bisectLeft, bisectRight } from 'd3';
import type { ChartSpec } from './lineChart.ts';
import type { Change } from './pins.ts';
import type { Values } from './rows.ts';

/**
 * First rows of the stretches between changes. A change that was recorded on both sides begins with the second of its two
 * rows; one without a row of its own begins with the first row after it.
 *
 * @param steps `[rows]`, rising
 * @returns rising rows, the first is 0
 */
export function stretchStarts(steps: readonly number[], changes: readonly Pick<Change, 'steps'>[]): number[] {
  const starts = new Set([0]);
  for (const step of changes.flatMap((change) => change.steps)) {
    const [first, end] = [bisectLeft(steps as number[], step), bisectRight(steps as number[], step)];
    const start = end - first > 1 ? end - 1 : end;
    if (start < steps.length) starts.add(start);
  }
  return [...starts].sort((a, b) => a - b);
}

/**
 * Centred moving mean. Near the ends of a stretch the window shrinks on both sides alike, so that it stays centred and the
 * last value is the recorded one. Gaps stay gaps and are not counted in the means beside them.
 *
 * @param window rows, odd
 * @param starts of {@link stretchStarts}
 */
export function centredMean(values: Values, window: number, starts: readonly number[]): Float64Array {
  const out = new Float64Array(values.length);
  const half = Math.floor(window / 2);
  starts.forEach((start, s) => {
    const end = Math.min(starts[s + 1] ?? values.length, values.length);
    for (let i = start; i < end; i++) {
      const reach = Math.min(half, i - start, end - 1 - i);
      out[i] = Number.isFinite(values[i]) ? meanOf(values, i - reach, i + reach) : (values[i] as number);
    }
  });
  return out;
}

/** Summed value by value: running sums would carry the rounding of an explosion into all that follows it. */
function meanOf(values: Values, from: number, to: number): number {
  let [sum, count] = [0, 0];
  for (let i = from; i <= to; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) continue;
    sum += value;
    count++;
  }
  return sum / count;
}

/** The chart with a mean over its lines; what was recorded stays visible behind it. @param window rows; 1 is off */
export function withSmoothing(spec: ChartSpec, window: number): ChartSpec {
  if (window <= 1) return spec;
  const starts = stretchStarts(spec.steps, spec.changes);
  return {
    ...spec,
    marks: spec.marks.map((mark) =>
      mark.kind === 'line' && mark.smooths
        ? { ...mark, mean: centredMean(mark.values, window, starts) }
        : mark,
    ),
  };
}
