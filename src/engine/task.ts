import type { KnobValues } from '../terms/knob.ts';
import type { Datasets } from './executor.ts';
import type { Plan } from './plan.ts';
import type { Arrays, Sample } from './protocol.ts';

/** What a lab measures; the session adds step, epoch, learning rate, gradient norm and status. */
export interface Measured {
  total: number;
  terms: Readonly<Record<string, number>>;
  values: Readonly<Record<string, number>>;
  /** Named only where something has gone wrong: the sentence that explains it. */
  diverged?: string;
}

/** A lab's work for one run, made from its structural knobs and seed. Logits are raw, `[rows, classes]`. */
export interface Task {
  plan: Plan;
  data: Datasets;
  scene: Arrays;
  /** Names of the classes, in order. */
  labels: readonly string[];
  measure: (validation: Float64Array, knobs: KnobValues) => Measured;
  /** What the page draws of the predictions now. */
  view: (stage: Float64Array, validation: Float64Array, knobs: KnobValues) => Arrays;
  samples: (validation: Float64Array, knobs: KnobValues, n: number) => Sample[];
  /** What only this lab can say of its model, by the name of the question; answers are plain data. */
  answers?: Readonly<Record<string, (validation: Float64Array, knobs: KnobValues) => unknown>>;
  /** A live knob as the number that formulas see. */
  numeric: (knobs: KnobValues, key: string) => number;
  /** Names what made a training loss non-finite, as a sentence. */
  explainDivergence: (knobs: KnobValues) => string;
}

/** Values of the live knobs as numbers `[H]`, in the order of `plan.knobs`. */
export const knobVector = (task: Pick<Task, 'plan' | 'numeric'>, values: KnobValues): Float64Array =>
  Float64Array.from(task.plan.knobs, (key) => task.numeric(values, key));

/** Steps of an epoch: batches are drawn with replacement, as many rows as there are. */
export const stepsPerEpoch = ({ data, plan }: Pick<Task, 'data' | 'plan'>): number =>
  Math.ceil(data.train.rows / plan.batchSize);
