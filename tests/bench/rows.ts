import { spreadOf, type Target } from './report.ts';
import type { Opened } from './training/contender.ts';

/** What one contender did, round by round. */
export interface Row extends Opened {
  /** Steps per second of each round, by the clock; NaN where it did not work. */
  rates: number[];
  /** Steps per second of the page's thread on a processor; NaN where that is not known. */
  busyRates: number[];
}

/** Those of the rounds in which it worked. */
export const counted = (rates: readonly number[]): number[] => rates.filter((rate) => !Number.isNaN(rate));

/**
 * Of what one does in a second to what another does, round by round. Where both work on the page's own thread, of the
 * time that it was on a processor.
 *
 * @param per what a step counts
 */
export function ratioOf(
  rows: readonly Row[],
  a: string,
  b: string,
  per: (row: Row) => number = () => 1,
): Pick<Target, 'value' | 'missing'> {
  const [one, other] = [a, b].map((id) => rows.find((row) => row.id === id && row.rates.length > 0));
  if (!one || !other) return { missing: `${one ? b : a} did not run` };
  const onThread = one.kind === 'thread' && other.kind === 'thread';
  const [x, y] = [one, other].map(({ rates, busyRates }) => (onThread ? busyRates : rates)) as [
    number[],
    number[],
  ];
  return {
    value: spreadOf(counted(x.map((rate, round) => (per(one) * rate) / (per(other) * (y[round] as number))))),
  };
}
