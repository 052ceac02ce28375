import type { Fields } from './fields.ts';

/** The golden files' format; `data/README.json` describes it. */
export interface GoldenCase {
  id: string;
  op: string;
  inputs: Record<string, unknown>;
  hyper: Record<string, unknown>;
  expected: Expected;
  notes?: string;
}

export type Expected = { terms: Record<string, unknown> } & Partial<
  Record<'grad' | 'grad_terms', Record<string, unknown>>
>;

export interface GoldenFile {
  family: string;
  tolerance: Record<`float${32 | 64}_${'rtol' | 'atol'}`, number>;
  cases: GoldenCase[];
}

/** One place at which a result is not what the file expects. */
export interface Mismatch {
  /** Section, name and indices, as in `grad.logits[3]`. */
  what: string;
  expected: string;
  got: string;
}

/** |got − expected| ≤ atol + rtol · |expected|. */
export interface Tolerance {
  rtol: number;
  atol: number;
}

/** What a computation gives: numbers by name. Arrays may be flat where the file nests them. */
export type Value = number | boolean | string | ArrayLike<number> | readonly Value[];
export interface Result {
  terms: Record<string, Value>;
  /** Gradients by input. Those that the file does not list must still be finite. */
  grad?: Record<string, Value>;
  grad_terms?: Record<string, Value>;
}

/**
 * Computes one case. `lengthOf` is the number of entries of an expected term: some files state in no other way for how
 * many epochs or steps they ask.
 */
export type Compute = (
  inputs: Fields,
  hyper: Fields,
  lengthOf: (term: string) => number,
) => Result | Promise<Result>;

export const COLUMNS = ['oracle', 'expression', 'tfjs', 'wasm', 'webgpu'] as const;
export type Column = (typeof COLUMNS)[number];

/** The precision that each column computes in, and so the tolerance that it is held to. */
export const PRECISION: Record<Column, 32 | 64> = {
  oracle: 64,
  expression: 64,
  tfjs: 32,
  wasm: 32,
  webgpu: 32,
};

/** One op: who computes it. A column that is missing is reported as not run. */
export type Op = Partial<Record<Column, Compute>> & {
  /** By term, where the file's notes give a tolerance of their own. */
  tolerance?: Readonly<Record<string, Tolerance>>;
  /**
   * Parts of the cases that nothing computes yet, as `terms.focal`: they are not compared, and the report says so. The list
   * only shrinks: a part that is computed must not stand in it.
   */
  pending?: readonly string[];
  /**
   * Asked when a result differs: proves, from the op's definition alone, that it is the file that is wrong, and says so
   * in a sentence that the report prints; undefined when there is no proof.
   */
  dispute?: (
    inputs: Fields,
    hyper: Fields,
    result: Result,
    mismatches: readonly Mismatch[],
  ) => string | undefined;
};
export type Ops = Readonly<Record<string, Op>>;
