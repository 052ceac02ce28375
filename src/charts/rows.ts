/** Recorded rows and the steps that they stand for. A change makes two rows of one step: before it and after it. */
import { bisectLeft, bisectRight } from 'd3';

/** Values by step: `[rows]`, as long as the chart's steps. */
export type Values = ArrayLike<number>;

/** The row that holds at a step: the last one recorded up to it; undefined where there is none. */
export function rowAt(steps: readonly number[], step: number): number | undefined {
  const next = bisectRight(steps as number[], step);
  return next > 0 ? next - 1 : undefined;
}

/**
 * The row whose step is nearest. Left of a change that is the row before it, right of it the row after it.
 *
 * @returns undefined where nothing is recorded
 */
export function nearestRow(steps: readonly number[], step: number): number | undefined {
  const after = bisectLeft(steps as number[], step);
  const right = steps[after];
  if (right === step) return bisectRight(steps as number[], step) - 1;
  const left = steps[after - 1];
  if (right === undefined) return left === undefined ? undefined : after - 1;
  return left !== undefined && step - left <= right - step ? after - 1 : after;
}

/** Which side of a change a row is on, where two rows share its step. */
export function sideOf(steps: readonly number[], row: number): 'before' | 'after' | undefined {
  if (steps[row] === undefined) return undefined;
  if (steps[row + 1] === steps[row]) return 'before';
  return steps[row - 1] === steps[row] ? 'after' : undefined;
}

/** The largest and the smallest finite value; undefined where there is none. */
export function extentOf(values: Values): [number, number] | undefined {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? [low, high] : undefined;
}
