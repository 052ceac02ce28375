import {
  checkData,
  type Chunk,
  type ChunkResult,
  type Datasets,
  type Executor,
  type ExecutorSetup,
  type ParameterState,
} from '../executor.ts';
import { classes, features, parameterLayout } from '../plan.ts';
import type { ExecutorInfo, Memory } from '../protocol.ts';
import { Buffers } from './buffers.ts';
import { compilePlan, type Compiled } from './compiled.ts';
import { budgetOf, dispatchesOf, membersAtOnce, Spans } from './dispatches.ts';
import type { Gpu } from './gpu.ts';
import { knobNumbers, pack, rateNumbers, unpack, type MemberKnobs } from './hostNumbers.ts';
import { QUAD, quads, strideOf, type Layout } from './layout.ts';
import { bind } from './pipelines.ts';
import { Predictions } from './predictions.ts';
import { ReadBack } from './readBack.ts';
import { CONTROL } from './shaders/bindings.ts';
import { numbersPerMember } from './shaders/program.ts';
import { submitSteps, type Bound, type HeadRunner, type Lot } from './steps.ts';
import { SharedTensors, type DeviceSet } from './tensors.ts';

const F32 = 4;
const QUAD_BYTES = QUAD * F32;
/** Time that one submission takes about, so that another one, and the page, get in between. */
const SUBMISSION_MS = 12;
/** Memory for what members hold while they go through a batch. */
const WORK_BYTES = 128_000_000;

/**
 * An executor on a GPU, with all its pipelines compiled.
 *
 * @param head `tfjs` makes the head of tfjs operations though there is a kernel; else they stand in where there is none
 * @throws Error with a sentence where plan or data do not fit, or its head wants tfjs and there is none
 * @throws ExecutorLost where the device is gone
 */
export async function createWebgpuExecutor(
  gpu: Gpu,
  setup: ExecutorSetup,
  head?: 'tfjs',
): Promise<WebgpuExecutor> {
  gpu.check();
  checkData(setup);
  const compiled = await compilePlan(gpu, setup, head);
  return gpu.scoped(() => new WebgpuExecutor(gpu, setup, compiled));
}

/** For a chunk: what is bound, and for how many steps and lists of batches there is room. */
interface Room {
  bound: Bound;
  steps: number;
  lists: number;
  batch: GPUBuffer;
  rates: GPUBuffer;
  report: GPUBuffer;
}

/**
 * Trains in f32 by compiled WGSL: parameters `[K, P]`, moments, samples, the batch, the step counter and the metrics of
 * a chunk stay on the device; many steps go with one submission, and one reading back ends a chunk.
 */
export class WebgpuExecutor implements Executor {
  readonly info: ExecutorInfo;
  readonly layout: Layout;
  /** Parameters `[K, 4 parameters4]` and moments `[K, 2, 4 parameters4]` in the order of `layout`. */
  readonly parameters: GPUBuffer;
  readonly moments: GPUBuffer;
  readonly sets: Readonly<Record<keyof Datasets, DeviceSet>>;
  readonly #gpu: Gpu;
  readonly #setup: ExecutorSetup;
  readonly #buffers: Buffers;
  readonly #compiled: Compiled;
  readonly #numbers: GPUBuffer;
  readonly #control: GPUBuffer;
  readonly #work: GPUBuffer;
  /** Quads of a member's work space. */
  readonly #pitch: number;
  readonly #spans = new Spans();
  readonly #spanBuffer: GPUBuffer;
  /** One step of one lot of members after the other. */
  readonly #lots: readonly Lot[];
  /** Where no pass makes the head. */
  readonly #head: HeadRunner | undefined;
  readonly #predictions: Predictions;
  readonly #back: ReadBack;
  /** P */
  readonly #count: number;
  #knobs: MemberKnobs = [];
  #chunk: Room;
  #tensors: SharedTensors | undefined;
  /** Milliseconds of a step, from the last chunk; 0 before. */
  #stepMs = 0;

  constructor(gpu: Gpu, setup: ExecutorSetup, compiled: Compiled) {
    const { plan, members, data } = setup;
    const { layout, step, forward, rest, runner } = compiled;
    this.info = {
      executor: 'webgpu',
      backend: 'webgpu',
      adapter: gpu.adapter.name,
      software: gpu.adapter.software,
    };
    this.layout = layout;
    this.#gpu = gpu;
    this.#setup = setup;
    this.#compiled = compiled;
    this.#buffers = new Buffers(gpu.device);
    this.#back = new ReadBack(gpu, this.#buffers);
    this.#count = parameterLayout(plan).count;
    try {
      const { parameters4 } = layout;
      this.parameters = this.#buffers.storage('parameters', members * parameters4 * QUAD_BYTES);
      this.moments = this.#buffers.storage('moments', 2 * members * parameters4 * QUAD_BYTES);
      this.#numbers = this.#buffers.storage('numbers', members * numbersPerMember(step.head) * F32);
      this.#control = this.#buffers.storage('control', members * (1 + CONTROL.words) * F32);
      this.sets = {
        train: this.#place('train', data.train),
        validation: this.#place('validation', data.validation),
        stage: this.#place('stage', data.stage),
      };
      const rows = plan.batchSize;
      const stride = strideOf(rows);
      this.#pitch =
        (layout.features + step.head.sums) * stride + step.parts * parameters4 + step.head.scratch;
      const budget = budgetOf(gpu.adapter.software);
      const passes = [...forward, ...rest];
      const most = Math.max(1, Math.floor(this.#mostWork / (this.#pitch * QUAD_BYTES)));
      const atOnce = membersAtOnce(passes, rows, members, budget, most);
      this.#work = this.#buffers.storage('work', atOnce * this.#pitch * QUAD_BYTES);
      const shape = { stride, pitch: this.#pitch, rows, lists: 0, steps: 0, members };
      const split = runner ? [forward, rest] : [passes];
      const parts = split.map((some) => dispatchesOf(some, shape, atOnce, budget, this.#spans));
      this.#lots = (parts[0] ?? []).map((_, i) => ({
        first: i * atOnce,
        count: Math.min(atOnce, members - i * atOnce),
        parts: parts.map((lots) => lots[i] ?? []),
      }));
      this.#predictions = new Predictions(gpu, this.#buffers, this.#back, {
        members,
        outputs: classes(plan),
        layout,
        forward,
        sets: this.sets,
        parameters: this.parameters,
        numbers: this.#numbers,
        mostWork: this.#mostWork,
      });
      this.#spanBuffer = this.#buffers.uniform('span', this.#spans.words().byteLength);
      this.#chunk = this.#room(1, 1);
      this.#head = runner?.({
        layout,
        train: this.sets.train,
        work: this.#work,
        stride,
        pitch: this.#pitch,
        atOnce,
      });
      this.setKnobs(setup.knobs);
      this.restore(setup.state);
    } catch (error) {
      this.#head?.dispose();
      this.#buffers.destroy();
      throw error;
    }
  }

  /**
   * The executor's buffers as tfjs tensors, the same ones until they are disposed of.
   *
   * @throws Error where tfjs does not compute on the device
   */
  tensors(): SharedTensors {
    const { tfjs } = this.#gpu;
    if (!tfjs) throw new Error('tfjs does not compute on this device, so nothing is shared with it.');
    if (this.#tensors?.count) return this.#tensors;
    const { parameters, moments, layout, sets } = this;
    const { plan, members } = this.#setup;
    return (this.#tensors = new SharedTensors(tfjs.tf, {
      plan,
      members,
      layout,
      parameters,
      moments,
      sets,
    }));
  }

  setKnobs(values: Float64Array): void {
    const { plan, members } = this.#setup;
    this.#knobs = Array.from(
      { length: members },
      (_, k) => new Map(plan.knobs.map((key, h) => [key, values[k * plan.knobs.length + h] as number])),
    );
    this.#write(this.#numbers, knobNumbers(this.#compiled.step.head, this.#knobs));
    this.#head?.setKnobs(this.#knobs);
  }

  async train(chunk: Chunk): Promise<ChunkResult> {
    this.#gpu.check();
    // What tfjs was asked for before sees the parameters as they are before.
    this.#gpu.tfjs?.flush();
    const { members } = this.#setup;
    const { device } = this.#gpu;
    const { steps, batches } = chunk;
    if (steps > this.#chunk.steps || batches.length > this.#chunk.lists) {
      for (const buffer of [this.#chunk.batch, this.#chunk.rates, this.#chunk.report])
        this.#buffers.release(buffer);
      this.#chunk = this.#room(
        Math.max(steps, this.#chunk.steps),
        Math.max(batches.length, this.#chunk.lists),
      );
    }
    const { bound, batch, rates, report } = this.#chunk;
    let at = 0;
    for (const list of batches) {
      device.queue.writeBuffer(batch, at, list as Int32Array<ArrayBuffer>);
      at += list.byteLength;
    }
    this.#write(rates, rateNumbers(chunk, this.#knobs));
    this.#write(this.#control, new Uint32Array(members));
    this.#write(this.#spanBuffer, this.#spans.words({ steps, lists: batches.length > 1 ? 1 : 0 }));
    if (this.#head) await this.#head.begin({ buffer: batch, steps, lists: batches.length });
    const started = performance.now();
    let before = Promise.resolve();
    for (let done = 0; done < steps;) {
      const fitting = this.#stepMs > 0 ? Math.ceil(SUBMISSION_MS / this.#stepMs) : 1;
      const count = Math.min(steps - done, Math.max(1, fitting));
      submitSteps(device, bound, this.#lots, this.#head, done, count);
      done += count;
      if (done < steps) {
        // Two at most are under way: the GPU never waits, and never falls far behind.
        await this.#gpu.finish(before);
        before = device.queue.onSubmittedWorkDone();
        before.catch(() => undefined);
      }
    }
    const size = steps * members;
    const numbers = await this.#back.read([{ from: report, at: 0, bytes: 2 * size * F32 }]);
    this.#stepMs = (performance.now() - started) / steps;
    const loss = new Float64Array(size);
    const gradientNorm = new Float64Array(size);
    for (let i = 0; i < size; i++) {
      loss[i] = numbers[2 * i] as number;
      gradientNorm[i] = numbers[2 * i + 1] as number;
    }
    return { loss, gradientNorm };
  }

  async predict(set: keyof Datasets): Promise<Float64Array> {
    this.#gpu.check();
    return this.#predictions.predict(set);
  }

  async save(): Promise<ParameterState> {
    this.#gpu.check();
    const { members } = this.#setup;
    const padded = members * QUAD * this.layout.parameters4;
    const numbers = await this.#back.read([
      { from: this.parameters, at: 0, bytes: padded * F32 },
      { from: this.moments, at: 0, bytes: 2 * padded * F32 },
    ]);
    return {
      parameters: unpack(this.layout, numbers, members, this.#count),
      moments: unpack(this.layout, numbers.subarray(padded), 2 * members, this.#count),
    };
  }

  restore({ parameters, moments }: ParameterState): void {
    const { members } = this.#setup;
    this.#gpu.tfjs?.flush();
    this.#write(this.parameters, pack(this.layout, parameters, members, this.#count));
    this.#write(this.moments, pack(this.layout, moments, 2 * members, this.#count));
    this.#write(this.#control, new Uint32Array(members * (1 + CONTROL.words)));
  }

  memory(): Memory {
    const tensors = (this.#head?.tensors ?? 0) + (this.#tensors?.count ?? 0);
    return { tensors, bytes: this.#buffers.bytes };
  }

  dispose(): void {
    // Tensors end before what they lie in; what tfjs was asked for with them is done before.
    this.#gpu.tfjs?.flush();
    this.#head?.dispose();
    this.#tensors?.dispose();
    this.#buffers.destroy();
  }

  get #mostWork(): number {
    const { maxStorageBufferBindingSize, maxBufferSize } = this.#gpu.device.limits;
    return Math.min(WORK_BYTES, maxStorageBufferBindingSize, maxBufferSize);
  }

  #write(buffer: GPUBuffer, numbers: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>): void {
    this.#gpu.device.queue.writeBuffer(buffer, 0, numbers);
  }

  #place(label: string, { rows, features: x, targets }: Datasets[keyof Datasets]): DeviceSet {
    const inputs = features(this.#setup.plan);
    const width = QUAD * quads(inputs);
    const padded = new Float32Array(rows * width);
    for (let row = 0; row < rows; row++)
      padded.set(x.subarray(row * inputs, (row + 1) * inputs), row * width);
    return {
      rows,
      features: this.#buffers.holding(`${label} features`, padded),
      targets: targets && this.#buffers.holding(`${label} targets`, targets as Float32Array<ArrayBuffer>),
    };
  }

  #room(steps: number, lists: number): Room {
    const { plan, members } = this.#setup;
    const batch = this.#buffers.storage('batch', lists * steps * plan.batchSize * F32);
    const rates = this.#buffers.storage('rates', steps * members * QUAD_BYTES);
    const report = this.#buffers.storage('report', 2 * steps * members * F32);
    const { train } = this.sets;
    const buffers = {
      features: train.features,
      targets: train.targets as GPUBuffer,
      batch,
      parameters: this.parameters,
      moments: this.moments,
      work: this.#work,
      numbers: this.#numbers,
      control: this.#control,
      rates,
      report,
    };
    const bound = {
      network: bind(this.#gpu.device, 'network', this.#spanBuffer, buffers),
      closing: bind(this.#gpu.device, 'closing', this.#spanBuffer, buffers),
    };
    return { bound, steps, lists, batch, rates, report };
  }
}
