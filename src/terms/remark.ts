import type { KnobValues } from './knob.ts';

/** What a remark can look at: a loss, its targets, and where it settles. */
export interface Settlement {
  values: KnobValues;
  classes: number;
  /** R = s / T in training; infinite without LogitNorm. */
  reach: number;
  /** Temperature in training. */
  temperature: number;
  /** Entropy of each target and of each settled prediction, `[rows]` each; the latter empty where nothing settles. */
  targetEntropies: Float64Array;
  entropies: Float64Array;
}

/**
 * What only a term can say of its effect, for the doctor: one optional file `<term>.remark.ts` beside the term. What
 * removing the term would change is worked out for all of them alike and needs no remark.
 */
export interface Remark {
  /** Id of the term. */
  term: string;
  /** Why the term cannot act here, as sentences; for reasons that the term's own `idle` does not give. */
  cannotAct?: (settlement: Settlement) => string | undefined;
  /** What it does here, as sentences with numbers. */
  says?: (settlement: Settlement) => string | undefined;
}

const files = import.meta.glob<Readonly<Record<string, Remark>>>('./*.remark.ts', { eager: true });

/** By id of the term. Apart from the terms themselves, which the first load of the page carries. */
export const remarks: ReadonlyMap<string, Remark> = new Map(
  Object.values(files)
    .flatMap((file) => Object.values(file))
    .map((remark) => [remark.term, remark]),
);

/** Nats as sentences write them. */
export const nats = (x: number): string => x.toFixed(Math.abs(x) < 10 ? 3 : 1);

/** A knob's value in three digits, without trailing zeros. */
export const plain = (x: number): string => String(Number(x.toPrecision(3)));

/** A share as sentences write it; by default in as many digits as some hundreds of samples support. */
export function percent(share: number, precise = 2): string {
  const digits = share > 0 && share < 0.995 ? (share < 0.1 ? precise - 1 : precise) : 3;
  return `${String(Number((100 * share).toPrecision(digits)))}\u00a0%`;
}
