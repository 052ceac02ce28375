/** What takes part in the race, and what the race reports: shared by the page that runs it and the command that tells. */

/** Something that trains, or works, step by step. */
export interface Contender {
  /** Models that one step trains, side by side. */
  models: number;
  /** Floating-point operations of one step: multiplications and additions of its matrix products. */
  flops: number;
  /** Does n steps; resolves when they are done, not when they are queued. */
  train: (n: number) => Promise<void>;
  /** Flat parameters of all models, in the order of `parameterLayout`; where the work can be compared. */
  parameters?: () => Promise<Float64Array>;
}

export interface Entry {
  id: string;
  /** As the table says it. */
  name: string;
  /** Where it does not do the same work: what it does instead. */
  instead?: string;
  /** Works in one round of five only: a step of its own is longer than a round of others. */
  seldom?: boolean;
  create: () => Promise<Contender>;
}

export interface Race {
  rounds: number;
  /** Milliseconds of each contender in each round. */
  milliseconds: number;
  /** Steps after which those that do the same work are compared, in which they warm up too. */
  compareAfter: number;
  /** The entry with which the others are compared. */
  judge: string;
}

export interface Row {
  id: string;
  name: string;
  instead?: string;
  /** Why it could not run. */
  missing?: string;
  models: number;
  flops: number;
  /** Steps per second of each round; null where it did not work. */
  rates: (number | null)[];
  /** Of the parameters to the judge's after the same steps: ‖a − b‖ / ‖b‖. */
  distance?: number;
}

export interface RaceResult {
  race: Race;
  rows: Row[];
}
