import { quantiles } from '../../src/science/statistics.ts';

/** A number that is measured several times. */
export interface Spread {
  median: number;
  least: number;
  most: number;
}

export const spreadOf = (values: readonly number[]): Spread => ({
  median: quantiles(values, [0.5])[0] ?? NaN,
  least: Math.min(...values),
  most: Math.max(...values),
});

/** Three digits, and all before the point. */
export const short = (x: number): string =>
  Number.isFinite(x) ? (Math.abs(x) >= 100 ? x.toFixed(0) : x.toPrecision(3)) : '–';

export const say = ({ median, least, most }: Spread): string =>
  `${short(median)} (${short(least)} … ${short(most)})`;

/** A number and what is wanted of it. */
export interface Target {
  name: string;
  /** Undefined where it could not be measured, and then why. */
  value?: Spread;
  missing?: string;
  atLeast?: number;
  atMost?: number;
}

/** Whether a target is met by the median; undefined where nothing was measured, or nothing is wanted. */
export const met = ({ value, atLeast, atMost }: Target): boolean | undefined =>
  value && (atLeast ?? atMost) !== undefined
    ? value.median >= (atLeast ?? -Infinity) && value.median <= (atMost ?? Infinity)
    : undefined;

/** Prints rows of text, columns flush. The first row holds the heads. */
export function table(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, c) => Math.max(...rows.map((row) => row[c]?.length ?? 0)));
  for (const row of rows)
    console.log(
      row
        .map((text, c) => (c === 0 ? text.padEnd(widths[c] ?? 0) : text.padStart(widths[c] ?? 0)))
        .join('  ')
        .trimEnd(),
    );
}

function wanted({ atLeast, atMost }: Target): string {
  if (atLeast !== undefined) return `≥ ${atLeast}`;
  return atMost === undefined ? '–' : `≤ ${atMost}`;
}

export function tableOfTargets(targets: readonly Target[]): void {
  table([
    ['ratio', 'median (least … most)', 'wanted', 'met'],
    ...targets.map((target) => [
      target.name,
      target.value ? say(target.value) : (target.missing ?? 'not measured'),
      wanted(target),
      { true: 'yes', false: 'no', undefined: '–' }[String(met(target)) as 'true' | 'false' | 'undefined'],
    ]),
  ]);
}
