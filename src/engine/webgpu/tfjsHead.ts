import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { headExpressions } from '../../terms/head.ts';
import { schedule, type Axis, type Expression } from '../../terms/language/expression.ts';
import { gradient } from '../../terms/language/gradient.ts';
import { toTensors, type Tf } from '../../terms/language/tfjs.ts';
import { classes, type Plan } from '../plan.ts';
import type { Gpu, TfjsBeside } from './gpu.ts';
import { QUAD, type Block } from './layout.ts';
import type { Batches, HeadPlace, HeadRunner } from './steps.ts';
import { shared } from './tensors.ts';

const BYTES = 4;

/**
 * A head as tfjs operations on the same device: for terms of which no kernel can be made. Value and gradient are
 * expressions, so nothing is differentiated by tfjs; a member's graph takes its logits from the work space, which is
 * one of its tensors, and what it makes is copied back there. Nothing is read back.
 */
export class TfjsHead implements HeadRunner {
  readonly #gpu: Gpu;
  readonly #tfjs: TfjsBeside;
  readonly #plan: Plan;
  readonly #place: HeadPlace;
  readonly #outputs: readonly Expression[];
  readonly #sizes: Partial<Record<Axis, number>>;
  readonly #keys: readonly string[];
  readonly #work: Tensor2D;
  readonly #targets: Tensor2D;
  #knobs: ReadonlyMap<string, Scalar>[] = [];
  #batches: (Batches & { tensor: Tensor1D }) | undefined;

  constructor(gpu: Gpu, tfjs: TfjsBeside, plan: Plan, place: HeadPlace) {
    const { tf } = tfjs;
    const { total, logits, sampleAxis, outputAxis } = headExpressions(plan.head, 'training');
    const { train, work, pitch, atOnce } = place;
    this.#gpu = gpu;
    this.#tfjs = tfjs;
    this.#plan = plan;
    this.#place = place;
    this.#outputs = [total, ...gradient(total, [logits])];
    this.#sizes = { [sampleAxis]: plan.batchSize, [outputAxis]: classes(plan) };
    this.#keys = schedule(this.#outputs).flatMap((x) => (x.op === 'knob' ? [x.key] : []));
    this.#work = shared(tf, work, [atOnce, QUAD * pitch], 'float32') as Tensor2D;
    this.#targets = shared(
      tf,
      train.targets as GPUBuffer,
      [train.rows, classes(plan)],
      'float32',
    ) as Tensor2D;
  }

  get tensors(): number {
    const knobs = this.#knobs.reduce((sum, { size }) => sum + size, 0);
    return 2 + knobs + (this.#batches ? 1 : 0);
  }

  setKnobs(knobs: readonly ReadonlyMap<string, number>[]): void {
    const { tf } = this.#tfjs;
    const old = this.#knobs;
    this.#knobs = knobs.map((own) => {
      const scalar = (key: string): Scalar => {
        const value = own.get(key);
        if (value === undefined) throw new Error(`The plan has no knob ${key}.`);
        return tf.scalar(value);
      };
      return new Map(this.#keys.map((key) => [key, scalar(key)]));
    });
    dispose(tf, old);
  }

  async begin(batches: Batches): Promise<void> {
    const { tf } = this.#tfjs;
    // tfjs has one current backend, and moves tensors of another there by way of the processor.
    if (tf.getBackend() !== 'webgpu') await tf.setBackend('webgpu');
    const { buffer } = batches;
    if (this.#batches?.buffer !== buffer) this.#batches?.tensor.dispose();
    const tensor =
      this.#batches?.buffer === buffer
        ? this.#batches.tensor
        : (shared(tf, buffer, [buffer.size / BYTES], 'int32') as Tensor1D);
    this.#batches = { ...batches, tensor };
  }

  run(step: number, first: number, count: number): void {
    const { tf } = this.#tfjs;
    const { device } = this.#gpu;
    const { layout, work, stride, pitch } = this.#place;
    const { adjoints } = layout.blocks.at(-1) as Block;
    const bytes = classes(this.#plan) * stride * QUAD * BYTES;
    // A tensor's buffer is tfjs's own affair; a copy of it may be had, and with it all that is recorded is submitted.
    const made = Array.from({ length: count }, (_, k) => {
      const result = tf.tidy(() => this.#graph(step, first + k, k));
      const copy = result.dataToGPU();
      result.dispose();
      return copy;
    });
    const encoder = device.createCommandEncoder();
    made.forEach(({ buffer }, k) => {
      const to = (feature: number): number => (k * pitch + feature * stride) * QUAD * BYTES;
      encoder.copyBufferToBuffer(buffer as GPUBuffer, 0, work, to(adjoints), bytes);
      encoder.copyBufferToBuffer(buffer as GPUBuffer, bytes, work, to(layout.features), BYTES);
    });
    device.queue.submit([encoder.finish()]);
    for (const { tensorRef } of made) tensorRef.dispose();
  }

  dispose(): void {
    const { tf } = this.#tfjs;
    dispose(tf, this.#knobs);
    tf.dispose([this.#work, this.#targets, ...(this.#batches ? [this.#batches.tensor] : [])]);
    this.#knobs = [];
    this.#batches = undefined;
  }

  /** Of one member: the derivative as it lies in the work space, `[classes, 4 stride]`, then the loss, in one row. */
  #graph(step: number, member: number, slot: number): Tensor1D {
    const { tf } = this.#tfjs;
    const { layout, stride } = this.#place;
    const { values } = layout.blocks.at(-1) as Block;
    const [rows, K] = [this.#plan.batchSize, classes(this.#plan)];
    const lanes = QUAD * stride;
    const columns = tf.reshape(tf.slice(this.#work, [slot, values * lanes], [1, K * lanes]), [K, lanes]);
    const logits = tf.transpose(tf.slice(columns, [0, 0], [K, rows]));
    const target = tf.gather(this.#targets, this.#rowsOf(step, member));
    const knob = (key: string): Tensor => this.#knobs[member]?.get(key) as Tensor;
    const [loss, slope] = toTensors(tf, this.#outputs, this.#sizes, { inputs: { logits, target }, knob }) as [
      Scalar,
      Tensor2D,
    ];
    const padded = tf.pad(tf.transpose(slope), [
      [0, 0],
      [0, lanes - rows],
    ]);
    // What depends on no tensor of the device tfjs works out on the processor, and keeps there. Beside a logit it goes.
    const anchor = tf.slice(columns, [0, 0], [1, 1]);
    return tf.concat([padded, loss, anchor].map((x): Tensor1D => tf.reshape(x, [-1])));
  }

  /** Rows of the training data in a member's batch. */
  #rowsOf(step: number, member: number): Tensor1D {
    const { tensor, steps, lists } = this.#batches as Batches & { tensor: Tensor1D };
    const list = lists > 1 ? member : 0;
    const size = this.#plan.batchSize;
    return this.#tfjs.tf.slice(tensor, [(list * steps + step) * size], [size]);
  }
}

function dispose(tf: Tf, knobs: readonly ReadonlyMap<string, Scalar>[]): void {
  tf.dispose(knobs.flatMap((own) => [...own.values()]));
}
