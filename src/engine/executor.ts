import { checkIndices } from '../layers/chain.ts';
import { parameterLayout, type Plan } from './plan.ts';
import type { ExecutorInfo, Memory } from './protocol.ts';

/** Rows of data, shared by all members. f32, so that executors of either precision see the same numbers. */
export interface Samples {
  rows: number;
  /** `[rows, features]` */
  features: Float32Array;
  /** `[rows, classes]`, each row a distribution, or the mask of an image; absent where nothing is known to be true. */
  targets?: Float32Array;
}

export interface Datasets {
  train: Samples & { targets: Float32Array };
  validation: Samples & { targets: Float32Array };
  /** Points at which the stage shows predictions. */
  stage: Samples;
}

/** Steps to train, with everything that is drawn or scheduled on the host, in f64. */
export interface Chunk {
  steps: number;
  /** Rows of the training data in each batch, `[steps, batch]`: one list for all members, or one for each. */
  batches: readonly Int32Array[];
  /** `[steps, K]` each: learning rate and 1 − β₁ᵗ, 1 − β₂ᵗ. */
  learningRate: Float64Array;
  correction1: Float64Array;
  correction2: Float64Array;
}

/**
 * A member of which either is not finite has diverged at that step. `oracle` and `wasm` stop it there: its state stays
 * as it was before that step, and later entries are NaN, until `restore`.
 */
export interface ChunkResult {
  /** Training loss before each update, `[steps, K]`. */
  loss: Float64Array;
  /** Global L2 norm of the gradient before clipping, `[steps, K]`. */
  gradientNorm: Float64Array;
}

/** Rows of the training data that a member takes in one step of a chunk, a view. */
export function batchAt(chunk: Chunk, step: number, member: number): Int32Array {
  const list = chunk.batches[chunk.batches.length > 1 ? member : 0] as Int32Array;
  const size = list.length / chunk.steps;
  return list.subarray(step * size, (step + 1) * size);
}

/** Everything that training changes, in f64, which holds the numbers of every executor exactly. */
export interface ParameterState {
  /** `[K, P]` */
  parameters: Float64Array;
  /** `[K, 2P]`: first and second moments (Adam), or momentum buffers and zeros (SGD). */
  moments: Float64Array;
}

export interface ExecutorSetup {
  plan: Plan;
  /** K: models trained side by side. */
  members: number;
  data: Datasets;
  state: ParameterState;
  /** Knob values `[K, H]`, in the order of `plan.knobs`. */
  knobs: Float64Array;
}

/** What every executor asks of its data before it makes anything of them. @throws Error with a sentence */
export function checkData({ plan, data }: Pick<ExecutorSetup, 'plan' | 'data'>): void {
  const chain = parameterLayout(plan);
  for (const { features } of [data.train, data.validation, data.stage]) checkIndices(chain, features);
}

/** What runs a plan. Calls never overlap: the session waits for one before it makes the next. */
export interface Executor {
  readonly info: ExecutorInfo;
  /** Takes effect at the next step. `[K, H]` */
  setKnobs: (values: Float64Array) => void;
  /** Trains exactly `chunk.steps` steps. @throws ExecutorLost when the device is gone */
  train: (chunk: Chunk) => Promise<ChunkResult>;
  /** Raw logits of a data set, `[K, rows, classes]`. @throws ExecutorLost */
  predict: (set: keyof Datasets) => Promise<Float64Array>;
  /** A copy of the state. @throws ExecutorLost */
  save: () => Promise<ParameterState>;
  restore: (state: ParameterState) => void;
  memory: () => Memory;
  dispose: () => void;
}

/** The device behind an executor is gone; the run must go on elsewhere. */
export class ExecutorLost extends Error {
  override name = 'ExecutorLost';
}
