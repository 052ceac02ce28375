/** What takes part in the race, and what it says of itself: shared by the page and by the command that measures. */

/** Something that trains, or works, step by step. */
export interface Contender {
  /** Models that one step trains, side by side. */
  models: number;
  /** Floating-point operations of one step: multiplications and additions of its matrix products. */
  flops: number;
  /** Read and written by one step, where that is all that it does. */
  bytes?: number;
  /** Does n steps; resolves when they are done, not when they are queued. */
  train: (n: number) => Promise<void>;
  /** Flat parameters of all models, in the order of `parameterLayout`; where the work can be compared. */
  parameters?: () => Promise<Float64Array>;
}

/** Who does the work: the page's own thread, workers, or what WebGPU runs on. */
export type Kind = 'thread' | 'workers' | 'gpu';

export interface Entry {
  id: string;
  /** As the table says it. */
  name: string;
  /** Where it does not do the same work: what it does instead. */
  instead?: string;
  /** The page's own thread, without it. */
  kind?: Kind;
  create: () => Promise<Contender>;
}

export interface Opened {
  id: string;
  name: string;
  instead?: string;
  kind: Kind;
  /** Why it could not run. */
  missing?: string;
  models: number;
  flops: number;
  bytes?: number;
  /** Of the parameters to the judge's after the same steps: ‖a − b‖ / ‖b‖; of several models the greatest. */
  distance?: number;
}
