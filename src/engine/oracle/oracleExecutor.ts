import { headLoss } from '../../terms/head.ts';
import type { NumericKnobs } from '../../terms/term.ts';
import {
  batchAt,
  checkData,
  type Chunk,
  type ChunkResult,
  type Datasets,
  type Executor,
  type ExecutorSetup,
  type ParameterState,
} from '../executor.ts';
import { clipGradientNorm, optimizerStep } from '../optimizers.ts';
import type { Memory } from '../protocol.ts';
import { classes, features, parameterLayout } from '../plan.ts';
import { updateOf } from '../updates.ts';
import { Network } from './oracleNetwork.ts';

/** How many rows are predicted at once: buffers stay small, whatever the data set. */
const PREDICT_ROWS = 512;

/** Trains in f64 with closed forms: slow, exact, the judge of the other executors. */
export class OracleExecutor implements Executor {
  readonly info = { executor: 'oracle', backend: 'typescript', adapter: '', software: false } as const;
  readonly #setup: ExecutorSetup;
  readonly #network: Network;
  readonly #count: number;
  readonly #classes: number;
  readonly #gradient: Float64Array;
  #state: ParameterState;
  /** Numbers by key, one map for each member. */
  #knobs: ReadonlyMap<string, number>[];
  /** Members that have diverged. */
  readonly #stopped = new Set<number>();

  constructor(setup: ExecutorSetup) {
    checkData(setup);
    this.#setup = setup;
    this.#network = new Network(setup.plan, Math.max(PREDICT_ROWS, setup.plan.batchSize));
    this.#count = parameterLayout(setup.plan).count;
    this.#classes = classes(setup.plan);
    this.#gradient = new Float64Array(this.#count);
    this.#state = copy(setup.state);
    this.#knobs = this.#byKey(setup.knobs);
  }

  setKnobs(values: Float64Array): void {
    this.#knobs = this.#byKey(values);
  }

  train(chunk: Chunk): Promise<ChunkResult> {
    const { members } = this.#setup;
    const loss = new Float64Array(chunk.steps * members);
    const gradientNorm = new Float64Array(chunk.steps * members);
    for (let step = 0; step < chunk.steps; step++)
      for (let member = 0; member < members; member++) {
        const done = this.#stopped.has(member) ? { loss: NaN, norm: NaN } : this.#step(chunk, step, member);
        loss[step * members + member] = done.loss;
        gradientNorm[step * members + member] = done.norm;
      }
    return Promise.resolve({ loss, gradientNorm });
  }

  #step(chunk: Chunk, step: number, member: number): { loss: number; norm: number } {
    const { plan, data } = this.#setup;
    const knob = this.#knobsOf(member);
    const parameters = this.#parametersOf(member);
    const batch = batchAt(chunk, step, member);
    const k = this.#classes;
    const logits = this.#network.forward(parameters, data.train.features, plan.batchSize, batch);
    const target = new Float64Array(plan.batchSize * k);
    batch.forEach((row, i) => {
      for (let c = 0; c < k; c++) target[i * k + c] = data.train.targets[row * k + c] as number;
    });
    const { total, gradient } = headLoss(plan.head, logits, target, k, knob);
    this.#network.backward(parameters, gradient, plan.batchSize, this.#gradient);
    const norm = clipGradientNorm(this.#gradient, knob('training.grad_clip'));
    if (!Number.isFinite(total) || !Number.isFinite(norm)) {
      this.#stopped.add(member);
      return { loss: total, norm };
    }
    const { kind, hyper } = updateOf(knob, chunk, step, member);
    optimizerStep(kind, parameters, this.#gradient, this.#momentsOf(member), hyper);
    return { loss: total, norm };
  }

  predict(set: keyof Datasets): Promise<Float64Array> {
    const { plan, members, data } = this.#setup;
    const { rows, features: x } = data[set];
    const [k, width] = [this.#classes, features(plan)];
    const out = new Float64Array(members * rows * k);
    for (let member = 0; member < members; member++)
      for (let from = 0; from < rows; from += PREDICT_ROWS) {
        const count = Math.min(PREDICT_ROWS, rows - from);
        const some = x.subarray(from * width, (from + count) * width);
        out.set(this.#network.forward(this.#parametersOf(member), some, count), (member * rows + from) * k);
      }
    return Promise.resolve(out);
  }

  save(): Promise<ParameterState> {
    return Promise.resolve(copy(this.#state));
  }

  restore(state: ParameterState): void {
    this.#state = copy(state);
    this.#stopped.clear();
  }

  memory(): Memory {
    const { parameters, moments } = this.#state;
    return { tensors: 0, bytes: parameters.byteLength + moments.byteLength };
  }

  dispose(): void {
    this.#state = { parameters: new Float64Array(0), moments: new Float64Array(0) };
  }

  #byKey(values: Float64Array): ReadonlyMap<string, number>[] {
    const { plan, members } = this.#setup;
    return Array.from(
      { length: members },
      (_, member) =>
        new Map(plan.knobs.map((key, h) => [key, values[member * plan.knobs.length + h] as number])),
    );
  }

  #knobsOf(member: number): NumericKnobs {
    const values = this.#knobs[member];
    return (key) => {
      const value = values?.get(key);
      if (value === undefined) throw new Error(`The plan has no knob ${key}.`);
      return value;
    };
  }

  #parametersOf(member: number): Float64Array {
    return this.#state.parameters.subarray(member * this.#count, (member + 1) * this.#count);
  }

  #momentsOf(member: number): Float64Array {
    return this.#state.moments.subarray(2 * member * this.#count, 2 * (member + 1) * this.#count);
  }
}

const copy = ({ parameters, moments }: ParameterState): ParameterState => ({
  parameters: parameters.slice(),
  moments: moments.slice(),
});
