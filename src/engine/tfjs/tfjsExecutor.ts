import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs';
import { toTensors, type Tf } from '../../terms/language/tfjs.ts';
import { headExpressions } from '../../terms/head.ts';
import type { HeadExpressions } from '../../terms/term.ts';
import {
  batchAt,
  checkData,
  ExecutorLost,
  type Chunk,
  type ChunkResult,
  type Datasets,
  type Executor,
  type ExecutorSetup,
  type ParameterState,
} from '../executor.ts';
import { classes, features, parameterLayout } from '../plan.ts';
import type { ExecutorInfo, Memory } from '../protocol.ts';
import { updateOf } from '../updates.ts';
import type { Gpu } from '../webgpu/gpu.ts';
import { forward, toParameters, type Parameters } from './tfjsNetwork.ts';
import { globalNorm, update } from './optimizer.ts';

/** A tfjs backend that is ready to be used. */
export interface Runtime {
  tf: Tf;
  info: ExecutorInfo;
  /** Of the WebGPU backend: the device that it computes on. */
  gpu?: Gpu;
  /** True once the GPU device is gone: from then on tfjs computes nothing and says nothing. */
  lost: () => boolean;
}

interface Member {
  parameters: Parameters;
  moments: [Tensor, Tensor][];
  knobs: Map<string, Scalar>;
}

interface TensorSet {
  features: Tensor2D;
  targets: Tensor2D | undefined;
}

/** The plan as a plain tfjs graph with tfjs's autodiff: the readable reference. */
export class TfjsExecutor implements Executor {
  readonly info: ExecutorInfo;
  readonly #runtime: Runtime;
  readonly #setup: ExecutorSetup;
  readonly #head: HeadExpressions;
  readonly #sets: Record<keyof Datasets, TensorSet>;
  #members: Member[];
  #knobs: Float64Array;

  constructor(runtime: Runtime, setup: ExecutorSetup) {
    checkData(setup);
    this.info = runtime.info;
    this.#runtime = runtime;
    this.#setup = setup;
    this.#head = headExpressions(setup.plan.head, 'training');
    const { tf } = runtime;
    const { plan, data, members } = setup;
    const upload = ({
      rows,
      features: x,
      targets,
    }: {
      rows: number;
      features: Float32Array;
      targets?: Float32Array;
    }): TensorSet => ({
      features: tf.tensor2d(x, [rows, features(plan)]),
      targets: targets && tf.tensor2d(targets, [rows, classes(plan)]),
    });
    this.#sets = {
      train: upload(data.train),
      validation: upload(data.validation),
      stage: upload(data.stage),
    };
    this.#knobs = setup.knobs.slice();
    this.#members = Array.from({ length: members }, () => ({
      parameters: [],
      moments: [],
      knobs: new Map<string, Scalar>(),
    }));
    this.setKnobs(setup.knobs);
    this.restore(setup.state);
  }

  setKnobs(values: Float64Array): void {
    const { tf } = this.#runtime;
    const { knobs } = this.#setup.plan;
    this.#members.forEach((member, k) => {
      knobs.forEach((key, h) => {
        const at = k * knobs.length + h;
        const old = member.knobs.get(key);
        if (old && values[at] === this.#knobs[at]) return;
        old?.dispose();
        member.knobs.set(key, tf.scalar(values[at] as number));
      });
    });
    this.#knobs = values.slice();
  }

  async train(chunk: Chunk): Promise<ChunkResult> {
    const { tf } = this.#runtime;
    const { members } = this.#setup;
    const reports: Tensor[] = [];
    for (let step = 0; step < chunk.steps; step++)
      this.#members.forEach((member, k) => reports.push(this.#step(chunk, step, member, k)));
    const values = await this.#read(tf.tidy(() => tf.stack(reports)));
    tf.dispose(reports);
    const loss = new Float64Array(chunk.steps * members);
    const gradientNorm = new Float64Array(chunk.steps * members);
    for (let i = 0; i < loss.length; i++) {
      loss[i] = values[2 * i] as number;
      gradientNorm[i] = values[2 * i + 1] as number;
    }
    return { loss, gradientNorm };
  }

  /** One step of one member; returns loss and gradient norm, `[2]`, still on the device. */
  #step(chunk: Chunk, step: number, member: Member, k: number): Tensor {
    const { tf } = this.#runtime;
    const { plan } = this.#setup;
    const knob = (key: string): number =>
      this.#knobs[k * plan.knobs.length + plan.knobs.indexOf(key)] as number;
    const { kind, hyper } = updateOf(knob, chunk, step, k);
    const { train } = this.#sets;
    const [report, parameters, ...moments] = tf.tidy(() => {
      const batch = tf.tensor1d(batchAt(chunk, step, k), 'int32');
      const x = tf.gather(train.features, batch);
      const target = tf.gather(train.targets as Tensor2D, batch);
      const loss = (...parameters: Tensor[]): Scalar =>
        this.#loss(forward(tf, plan, parameters, x), target, member);
      const { value, grads } = tf.valueAndGrads(loss)(member.parameters);
      const norm = globalNorm(tf, grads);
      const limit = knob('training.grad_clip');
      const scale = tf.minimum(1, tf.div(limit, tf.add(norm, 1e-6)));
      const next = update(
        tf,
        kind,
        member.parameters,
        limit > 0 ? grads.map((g) => tf.mul(g, scale)) : grads,
        member.moments,
        hyper,
      );
      return [[tf.stack([value, norm])], next.parameters, ...next.moments];
    }) as [[Tensor], Parameters, ...[Tensor, Tensor][]];
    tf.dispose([member.parameters, member.moments]);
    member.parameters = parameters;
    member.moments = moments;
    return report[0];
  }

  #loss(logits: Tensor2D, target: Tensor2D, member: Member): Scalar {
    const { tf } = this.#runtime;
    const { total: loss, sampleAxis, outputAxis } = this.#head;
    const sizes = { [sampleAxis]: logits.shape[0], [outputAxis]: logits.shape[1] };
    const knob = (key: string): Tensor => member.knobs.get(key) as Tensor;
    const [total] = toTensors(tf, [loss], sizes, { inputs: { logits, target }, knob });
    return total as Scalar;
  }

  async predict(set: keyof Datasets): Promise<Float64Array> {
    const { tf } = this.#runtime;
    const { plan } = this.#setup;
    const x = this.#sets[set].features;
    return this.#read(
      tf.tidy(() => tf.stack(this.#members.map(({ parameters }) => forward(tf, plan, parameters, x)))),
    );
  }

  async save(): Promise<ParameterState> {
    const { tf } = this.#runtime;
    const flat = (tensors: Tensor[]): Tensor => tf.concat(tensors.map((tensor) => tf.reshape(tensor, [-1])));
    const [parameters, moments] = await Promise.all([
      this.#read(tf.tidy(() => flat(this.#members.flatMap((member) => member.parameters)))),
      this.#read(
        tf.tidy(() =>
          flat(
            this.#members.flatMap((member) =>
              [0, 1].flatMap((i) => member.moments.map((pair) => pair[i] as Tensor)),
            ),
          ),
        ),
      ),
    ]);
    return { parameters, moments };
  }

  restore({ parameters, moments }: ParameterState): void {
    const { tf } = this.#runtime;
    const { plan } = this.#setup;
    const { count } = parameterLayout(plan);
    this.#members.forEach((member, k) => {
      tf.dispose([member.parameters, member.moments]);
      member.parameters = toParameters(tf, plan, parameters.subarray(k * count, (k + 1) * count));
      const first = toParameters(tf, plan, moments.subarray(2 * k * count, (2 * k + 1) * count));
      const second = toParameters(tf, plan, moments.subarray((2 * k + 1) * count, 2 * (k + 1) * count));
      member.moments = first.map((m, i) => [m, second[i] as Tensor]);
    });
  }

  memory(): Memory {
    const { numTensors, numBytes } = this.#runtime.tf.memory();
    return { tensors: numTensors, bytes: numBytes };
  }

  dispose(): void {
    const { tf } = this.#runtime;
    for (const { parameters, moments, knobs } of this.#members)
      tf.dispose([parameters, moments, [...knobs.values()]]);
    for (const set of Object.values(this.#sets))
      tf.dispose([set.features, ...(set.targets ? [set.targets] : [])]);
    this.#members = [];
  }

  /** Numbers of a tensor, which is disposed of. */
  async #read(tensor: Tensor): Promise<Float64Array> {
    try {
      const values = await tensor.data();
      if (this.#runtime.lost()) throw new ExecutorLost('The GPU device was lost.');
      return Float64Array.from(values);
    } catch (error) {
      // A lost device shows as an AbortError of the buffer's mapping, before or after its own event.
      if (
        this.#runtime.lost() ||
        (error instanceof Error && /device.*lost|lost.*device/i.test(error.message))
      )
        throw new ExecutorLost('The GPU device was lost.', { cause: error });
      throw error;
    } finally {
      tensor.dispose();
    }
  }
}
