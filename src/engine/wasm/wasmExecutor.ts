import { gradient } from '../../terms/language/gradient.ts';
import { headExpressions } from '../../terms/head.ts';
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
import { clipCoefficient } from '../optimizers.ts';
import { classes, features } from '../plan.ts';
import type { ExecutorInfo, Memory } from '../protocol.ts';
import { updateOf } from '../updates.ts';
import { Heap } from './heap.ts';
import { instantiate, sharedKernels, type Compiled, type Kernels } from './wasmKernels.ts';
import { layoutOf, padRows, PREDICT_ROWS, PREDICT_STRIDE, stateBytes, type Layout } from './layout.ts';
import { Machine, type Prepared } from './machine.ts';
import { Network } from './wasmNetwork.ts';
import { update, type Parameters } from './update.ts';

interface Member extends Parameters {
  knobs: ReadonlyMap<string, number>;
  head: Prepared;
  /** Has diverged. */
  stopped: boolean;
}

interface Rows {
  rows: number;
  features: number;
  targets: number;
}

export async function createWasmExecutor(setup: ExecutorSetup): Promise<Executor> {
  return new WasmExecutor(await sharedKernels(), setup);
}

/** Trains in f32 with kernels compiled to WebAssembly: the head as a program of the loss language, the rest by hand. */
export class WasmExecutor implements Executor {
  readonly info: ExecutorInfo;
  readonly #setup: ExecutorSetup;
  readonly #heap: Heap;
  readonly #kernels: Kernels;
  readonly #layout: Layout;
  readonly #features: number;
  readonly #classes: number;
  readonly #network: Network;
  readonly #head: Machine;
  readonly #sets: Record<keyof Datasets, Rows>;
  readonly #target: number;
  readonly #batch: number;
  readonly #gradient: number;
  readonly #members: Member[];

  /** @throws Error where the memory for it cannot be had */
  constructor(compiled: Compiled, setup: ExecutorSetup) {
    checkData(setup);
    const { plan, members, data } = setup;
    this.info = { executor: 'wasm', backend: 'wasm', adapter: '', software: false, simd: compiled.simd };
    this.#setup = setup;
    const sets = Object.values(data) as Datasets[keyof Datasets][];
    const samples = sets.reduce(
      (sum, { features: x, targets }) => sum + x.length + (targets?.length ?? 0),
      0,
    );
    this.#heap = new Heap(stateBytes(plan, members) + 4 * samples + 4 * plan.batchSize);
    this.#kernels = instantiate(compiled, this.#heap.memory);
    this.#layout = layoutOf(plan);
    this.#features = features(plan);
    this.#classes = classes(plan);
    const { stride, padded } = this.#layout;
    const place = ({ rows, features: x, targets }: Datasets[keyof Datasets]): Rows => ({
      rows,
      features: this.#heap.place(x),
      targets: targets ? this.#heap.place(targets) : 0,
    });
    this.#sets = {
      train: place(data.train),
      validation: place(data.validation),
      stage: place(data.stage),
    };
    this.#network = new Network(this.#kernels, this.#heap, plan, stride);
    this.#target = this.#heap.allocate(this.#classes * stride);
    this.#batch = this.#heap.allocate(4 * plan.batchSize);
    this.#gradient = this.#heap.allocate(4 * padded);
    const { total, logits, sampleAxis, outputAxis } = headExpressions(plan.head, 'training');
    const rows = plan.batchSize;
    this.#head = new Machine(this.#kernels, this.#heap, {
      outputs: [{ value: total }, { value: gradient(total, [logits])[0] as typeof total, name: 'gradient' }],
      shape: { sample: sampleAxis, sizes: { [sampleAxis]: rows, [outputAxis]: this.#classes } },
      rows,
      vectors: padRows(rows) / this.#kernels.LANES.value,
      named: new Map([
        ['logits', { address: this.#network.logits, pitch: stride }],
        ['target', { address: this.#target, pitch: stride }],
        ['gradient', { address: this.#network.byLogits, pitch: stride }],
      ]),
    });
    const knobs = this.#byKey(setup.knobs);
    this.#members = knobs.map((own) => ({
      parameters: this.#heap.allocate(4 * padded),
      first: this.#heap.allocate(4 * padded),
      second: this.#heap.allocate(4 * padded),
      knobs: own,
      head: this.#prepare(own),
      stopped: false,
    }));
    this.restore(setup.state);
  }

  setKnobs(values: Float64Array): void {
    this.#byKey(values).forEach((knobs, k) => {
      const member = this.#members[k] as Member;
      member.knobs = knobs;
      member.head = this.#prepare(knobs);
    });
  }

  train(chunk: Chunk): Promise<ChunkResult> {
    const { members } = this.#setup;
    const loss = new Float64Array(chunk.steps * members).fill(NaN);
    const gradientNorm = new Float64Array(chunk.steps * members).fill(NaN);
    const shared = chunk.batches.length === 1;
    for (let step = 0; step < chunk.steps; step++) {
      if (shared) this.#take(batchAt(chunk, step, 0));
      this.#members.forEach((member, k) => {
        if (member.stopped) return;
        if (!shared) this.#take(batchAt(chunk, step, k));
        const at = step * members + k;
        loss[at] = this.#differentiate(member);
        gradientNorm[at] = Math.sqrt(this.#kernels.squares(this.#gradient, this.#layout.padded));
        if (!Number.isFinite(loss[at]) || !Number.isFinite(gradientNorm[at])) {
          member.stopped = true;
          return;
        }
        const knob = (key: string): number => member.knobs.get(key) as number;
        const { kind, hyper } = updateOf(knob, chunk, step, k);
        const clip = clipCoefficient(gradientNorm[at], knob('training.grad_clip'));
        update(this.#kernels, kind, member, this.#gradient, this.#layout.padded, clip, hyper);
      });
    }
    return Promise.resolve({ loss, gradientNorm });
  }

  /** Brings a batch to where the network reads it. */
  #take(batch: Int32Array): void {
    const { stride } = this.#layout;
    const { features: x, targets } = this.#sets.train;
    const padded = padRows(batch.length);
    this.#heap.i32.set(batch, this.#batch / 4);
    const { take } = this.#kernels;
    take(this.#network.input, stride, x, this.#features, this.#batch, 0, batch.length, padded);
    take(this.#target, stride, targets, this.#classes, this.#batch, 0, batch.length, padded);
  }

  /** Loss of the batch, and its gradient by all parameters. */
  #differentiate({ parameters, head }: Member): number {
    const rows = this.#setup.plan.batchSize;
    this.#network.forward(parameters, padRows(rows));
    this.#head.run(head);
    this.#network.backward(parameters, this.#gradient, rows);
    return this.#head.number(head, 0);
  }

  predict(set: keyof Datasets): Promise<Float64Array> {
    const { rows, features: x } = this.#sets[set];
    const k = this.#classes;
    const out = new Float64Array(this.#members.length * rows * k);
    this.#members.forEach(({ parameters }, m) => {
      for (let from = 0; from < rows; from += PREDICT_ROWS) {
        const count = Math.min(PREDICT_ROWS, rows - from);
        const padded = padRows(count);
        this.#kernels.take(this.#network.input, PREDICT_STRIDE, x, this.#features, 0, from, count, padded);
        this.#network.forward(parameters, padded, PREDICT_STRIDE);
        const { f32 } = this.#heap;
        for (let c = 0; c < k; c++) {
          const logits = (this.#network.logits + c * PREDICT_STRIDE) / 4;
          for (let row = 0; row < count; row++)
            out[(m * rows + from + row) * k + c] = f32[logits + row] as number;
        }
      }
    });
    return Promise.resolve(out);
  }

  save(): Promise<ParameterState> {
    const { count } = this.#layout;
    const { f32 } = this.#heap;
    const parameters = new Float64Array(count * this.#members.length);
    const moments = new Float64Array(2 * parameters.length);
    const copy = (into: Float64Array, at: number, from: number): void => {
      into.set(f32.subarray(from / 4, from / 4 + count), at);
    };
    this.#members.forEach((member, k) => {
      copy(parameters, k * count, member.parameters);
      copy(moments, 2 * k * count, member.first);
      copy(moments, (2 * k + 1) * count, member.second);
    });
    return Promise.resolve({ parameters, moments });
  }

  restore({ parameters, moments }: ParameterState): void {
    const { count } = this.#layout;
    const { f32 } = this.#heap;
    this.#members.forEach((member, k) => {
      f32.set(parameters.subarray(k * count, (k + 1) * count), member.parameters / 4);
      f32.set(moments.subarray(2 * k * count, (2 * k + 1) * count), member.first / 4);
      f32.set(moments.subarray((2 * k + 1) * count, 2 * (k + 1) * count), member.second / 4);
      member.stopped = false;
    });
  }

  memory(): Memory {
    return { tensors: 0, bytes: this.#heap.bytes };
  }

  dispose(): void {
    // The memory goes with the last reference to it.
    this.#members.length = 0;
  }

  #prepare(knobs: ReadonlyMap<string, number>): Prepared {
    return this.#head.prepare((key) => {
      const value = knobs.get(key);
      if (value === undefined) throw new Error(`The plan has no knob ${key}.`);
      return value;
    });
  }

  /** Numbers by key, one map for each member. */
  #byKey(values: Float64Array): ReadonlyMap<string, number>[] {
    const { plan, members } = this.#setup;
    return Array.from(
      { length: members },
      (_, k) => new Map(plan.knobs.map((key, h) => [key, values[k * plan.knobs.length + h] as number])),
    );
  }
}
