import type { Chunk, ChunkResult, Datasets, Executor, ExecutorSetup, ParameterState } from '../executor.ts';
import { OPTIMIZERS } from '../optimizers.ts';
import { classes, features, parameterLayout, type Plan } from '../plan.ts';
import type { ExecutorInfo, Memory } from '../protocol.ts';
import { NoKernel } from '../../terms/language/program.ts';
import { Buffers } from './buffers.ts';
import { budgetOf, dispatchesOf, membersAtOnce, Spans, type Dispatch, type Pass } from './dispatches.ts';
import type { Gpu } from './gpu.ts';
import { fromDevice, layoutOf, QUAD, quads, strideOf, toDevice, type Layout } from './layout.ts';
import { Kept } from './pipelines.ts';
import { CONTROL, NUMBERS, SETS, type BufferName, type SetName } from './shaders/bindings.ts';
import { headShader, type HeadShader } from './shaders/head.ts';
import { partsOf, stepOf, tileOf, type PassSource, type Step } from './shaders/passes.ts';
import { numbersPerMember } from './shaders/program.ts';
import {
  BETWEEN,
  submit,
  submitSteps,
  type Bound,
  type HeadPlace,
  type HeadRunner,
  type Lot,
} from './steps.ts';
import { SharedTensors, type DeviceSet } from './tensors.ts';

const F32 = 4;
const QUAD_BYTES = QUAD * F32;
/** Time that one submission takes about, so that another one, and the page, get in between. */
const SUBMISSION_MS = 12;
/** Memory for what members hold while they go through a batch. */
const WORK_BYTES = 128_000_000;
/** Above this, memory for numbers on their way back is given up after use. */
const KEPT_STAGING = 16_000_000;

/**
 * An executor on a GPU, with all its pipelines compiled.
 *
 * @param head `tfjs` makes the head of tfjs operations though there is a kernel; else they stand in where there is none
 * @throws Error with a sentence where the plan does not fit the device, or its head wants tfjs and there is none
 * @throws ExecutorLost where the device is gone
 */
export async function createWebgpuExecutor(
  gpu: Gpu,
  setup: ExecutorSetup,
  head?: 'tfjs',
): Promise<WebgpuExecutor> {
  gpu.check();
  const layout = layoutOf(setup.plan);
  const { members, plan } = setup;
  const { software } = gpu.adapter;
  const parts = partsOf(layout, software);
  const { shader, runner } = await headOf(gpu, plan, layout, parts, head);
  const step = stepOf(layout, parts, tileOf(layout, plan.batchSize, members, software), shader);
  const kept = Kept.of(gpu.device);
  const compile = (sources: readonly PassSource[]): Promise<Pass[]> =>
    Promise.all(
      sources.map(async (source) => ({
        ...source,
        pipeline: await kept.pipeline(source.set, source.label, source.code),
      })),
    );
  const [forward, rest] = await gpu.finish(Promise.all([compile(step.forward), compile(step.rest)]));
  return gpu.scoped(() => new WebgpuExecutor(gpu, setup, { layout, step, forward, rest, runner }));
}

interface Head {
  shader: HeadShader;
  /** Where it is no pass: makes what acts between the passes. */
  runner?: (place: HeadPlace) => HeadRunner;
}

async function headOf(
  gpu: Gpu,
  plan: Plan,
  layout: Layout,
  parts: number,
  wanted: 'tfjs' | undefined,
): Promise<Head> {
  const { tfjs } = gpu;
  if (wanted === undefined)
    try {
      return { shader: headShader(plan, layout, parts) };
    } catch (error) {
      if (!(error instanceof NoKernel && tfjs)) throw error;
    }
  if (!tfjs) throw new Error('A head of tfjs operations needs tfjs on the same device.');
  // Fetched when it is needed: few heads want it.
  const { TfjsHead } = await import('./tfjsHead.ts');
  return { shader: BETWEEN, runner: (place) => new TfjsHead(gpu, tfjs, plan, place) };
}

interface Compiled {
  layout: Layout;
  step: Step;
  forward: readonly Pass[];
  rest: readonly Pass[];
  runner: Head['runner'];
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

/** What it takes to predict a set: calls for all lots of members, and for each the members that it has. */
interface Prediction {
  bound: Bound;
  lots: { dispatches: Dispatch[]; first: number; count: number }[];
  /** Quads of a member's work space. */
  pitch: number;
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
  readonly #predictions = new Map<keyof Datasets, Prediction>();
  #predictionWork: GPUBuffer | undefined;
  #knobs: ReadonlyMap<string, number>[] = [];
  #chunk: Room;
  #tensors: SharedTensors | undefined;
  #staging: GPUBuffer | undefined;
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
    const { head } = this.#compiled.step;
    const size = numbersPerMember(head);
    const numbers = new Float32Array(members * size);
    this.#knobs = Array.from(
      { length: members },
      (_, k) => new Map(plan.knobs.map((key, h) => [key, values[k * plan.knobs.length + h] as number])),
    );
    this.#knobs.forEach((own, k) => {
      const knob = (key: string): number => {
        const value = own.get(key);
        if (value === undefined) throw new Error(`The plan has no knob ${key}.`);
        return value;
      };
      const kind = OPTIMIZERS[knob('training.optimizer')] ?? 'adam';
      const set = (name: keyof typeof NUMBERS, value: number): void => {
        numbers[k * size + NUMBERS[name]] = value;
      };
      set('kind', OPTIMIZERS.indexOf(kind));
      set('decay', kind === 'adamw' ? 0 : knob('training.weight_decay'));
      set('first', kind === 'sgd' ? knob('training.momentum') : 1 - knob('training.beta1'));
      set('second', 1 - knob('training.beta2'));
      set('eps', knob('training.eps'));
      set('clip', knob('training.grad_clip'));
      head.scalars.forEach((scalar, i) => {
        numbers[k * size + NUMBERS.head + i] = scalar(knob);
      });
    });
    this.#write(this.#numbers, numbers);
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
    this.#write(rates, this.#ratesOf(chunk));
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
    const numbers = await this.#read([{ from: report, at: 0, bytes: 2 * size * F32 }]);
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
    const { plan, members } = this.#setup;
    const { device } = this.#gpu;
    const prediction = this.#prediction(set);
    const { rows } = this.sets[set];
    const outputs = classes(plan);
    const stride = strideOf(rows);
    const last = this.layout.blocks.at(-1)?.values ?? 0;
    const bytes = outputs * stride * QUAD_BYTES;
    const out = new Float64Array(members * rows * outputs);
    for (const { dispatches, first, count } of prediction.lots) {
      submit(device, prediction.bound, [dispatches]);
      const from = this.#predictionWork as GPUBuffer;
      const logits = await this.#read(
        Array.from({ length: count }, (_, k) => ({
          from,
          at: (k * prediction.pitch + last * stride) * QUAD_BYTES,
          bytes,
        })),
      );
      for (let k = 0; k < count; k++)
        for (let c = 0; c < outputs; c++) {
          const feature = (k * outputs + c) * stride * QUAD;
          for (let row = 0; row < rows; row++)
            out[((first + k) * rows + row) * outputs + c] = logits[feature + row] as number;
        }
    }
    return out;
  }

  async save(): Promise<ParameterState> {
    this.#gpu.check();
    const { plan, members } = this.#setup;
    const { count } = parameterLayout(plan);
    const padded = QUAD * this.layout.parameters4;
    const numbers = await this.#read([
      { from: this.parameters, at: 0, bytes: members * padded * F32 },
      { from: this.moments, at: 0, bytes: 2 * members * padded * F32 },
    ]);
    const copy = (at: number, lots: number): Float64Array => {
      const flat = new Float64Array(lots * count);
      for (let i = 0; i < lots; i++) {
        const from = at + i * padded;
        fromDevice(
          this.layout,
          numbers.subarray(from, from + padded),
          flat.subarray(i * count, (i + 1) * count),
        );
      }
      return flat;
    };
    return { parameters: copy(0, members), moments: copy(members * padded, 2 * members) };
  }

  restore({ parameters, moments }: ParameterState): void {
    const { plan, members } = this.#setup;
    const { count } = parameterLayout(plan);
    const size = QUAD * this.layout.parameters4;
    const padded = (flat: Float64Array, lots: number): Float32Array<ArrayBuffer> => {
      const numbers = new Float32Array(lots * size);
      for (let i = 0; i < lots; i++)
        toDevice(
          this.layout,
          flat.subarray(i * count, (i + 1) * count),
          numbers.subarray(i * size, (i + 1) * size),
        );
      return numbers;
    };
    this.#gpu.tfjs?.flush();
    this.#write(this.parameters, padded(parameters, members));
    this.#write(this.moments, padded(moments, 2 * members));
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
    this.#predictions.clear();
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

  /** Factors of every update, in f64, rounded once. */
  #ratesOf({ steps, learningRate, correction1, correction2 }: Chunk): Float32Array<ArrayBuffer> {
    const { members } = this.#setup;
    const rates = new Float32Array(QUAD * steps * members);
    this.#knobs.forEach((knobs, k) => {
      const kind = OPTIMIZERS[knobs.get('training.optimizer') ?? 0];
      const decay = kind === 'adamw' ? (knobs.get('training.weight_decay') ?? 0) : 0;
      for (let at = k; at < steps * members; at += members) {
        const rate = learningRate[at] as number;
        rates[QUAD * at] = kind === 'sgd' ? rate : rate / (correction1[at] as number);
        rates[QUAD * at + 1] = 1 / Math.sqrt(correction2[at] as number);
        rates[QUAD * at + 2] = rate * decay;
      }
    });
    return rates;
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
      network: this.#bind('network', this.#spanBuffer, buffers),
      closing: this.#bind('closing', this.#spanBuffer, buffers),
    };
    return { bound, steps, lists, batch, rates, report };
  }

  #bind(set: SetName, span: GPUBuffer, buffers: Partial<Record<BufferName, GPUBuffer>>): GPUBindGroup {
    const names: readonly BufferName[] = SETS[set];
    return this.#gpu.device.createBindGroup({
      label: set,
      layout: Kept.of(this.#gpu.device).sets[set].layout,
      entries: [
        { binding: 0, resource: { buffer: span, size: 32 } },
        ...names.map((name, i) => ({ binding: i + 1, resource: { buffer: buffers[name] as GPUBuffer } })),
      ],
    });
  }

  #prediction(set: keyof Datasets): Prediction {
    const known = this.#predictions.get(set);
    if (known) return known;
    const { members } = this.#setup;
    const { rows, features: x } = this.sets[set];
    const { pitch, atOnce } = this.#predictionShape(rows);
    this.#predictionWork ??= this.#buffers.storage('prediction work', this.#predictionBytes());
    const spans = new Spans();
    const shape = { stride: strideOf(rows), pitch, rows, lists: 0, steps: 0, members };
    const calls = dispatchesOf(
      this.#compiled.forward,
      shape,
      atOnce,
      budgetOf(this.#gpu.adapter.software),
      spans,
    );
    const words = spans.words();
    const span = this.#buffers.uniform(`${set} span`, words.byteLength);
    this.#write(span, words);
    const bound = {
      network: this.#bind('network', span, {
        features: x,
        targets: x,
        // Every row, in order, at step 0.
        batch: this.#buffers.holding(
          `${set} rows`,
          Uint32Array.from({ length: rows }, (_, i) => i),
        ),
        parameters: this.parameters,
        work: this.#predictionWork,
        numbers: this.#numbers,
        control: this.#buffers.storage(`${set} control`, members * F32),
      }),
    };
    const lots = calls.map((dispatches, i) => ({
      dispatches,
      first: i * atOnce,
      count: Math.min(atOnce, members - i * atOnce),
    }));
    const prediction = { bound, lots, pitch };
    this.#predictions.set(set, prediction);
    return prediction;
  }

  /** Quads of a member's work space for so many rows, and members that go side by side. */
  #predictionShape(rows: number): { pitch: number; atOnce: number } {
    const pitch = this.layout.forward * strideOf(rows);
    const most = Math.max(1, Math.floor(this.#mostWork / (pitch * QUAD_BYTES)));
    const budget = budgetOf(this.#gpu.adapter.software);
    return {
      pitch,
      atOnce: membersAtOnce(this.#compiled.forward, rows, this.#setup.members, budget, most),
    };
  }

  /** Enough for every set. */
  #predictionBytes(): number {
    const each = Object.values(this.sets).map(({ rows }: DeviceSet) => {
      const { pitch, atOnce } = this.#predictionShape(rows);
      return pitch * atOnce * QUAD_BYTES;
    });
    return Math.max(...each);
  }

  /** Numbers from buffers, one after the other, once the device has done what it was asked for before. */
  async #read(parts: readonly { from: GPUBuffer; at: number; bytes: number }[]): Promise<Float32Array> {
    const { device } = this.#gpu;
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    if (!this.#staging || this.#staging.size < bytes) {
      if (this.#staging) this.#buffers.release(this.#staging);
      this.#staging = this.#buffers.staging('staging', bytes);
    }
    const staging = this.#staging;
    const encoder = device.createCommandEncoder();
    let to = 0;
    for (const part of parts) {
      encoder.copyBufferToBuffer(part.from, part.at, staging, to, part.bytes);
      to += part.bytes;
    }
    device.queue.submit([encoder.finish()]);
    await this.#gpu.finish(staging.mapAsync(GPUMapMode.READ, 0, bytes));
    const numbers = new Float32Array(staging.getMappedRange(0, bytes).slice(0));
    staging.unmap();
    if (staging.size > KEPT_STAGING) {
      this.#buffers.release(staging);
      this.#staging = undefined;
    }
    return numbers;
  }
}
