import { OPTIMIZERS } from '../../src/engine/optimizers.ts';
import type { Plan } from '../../src/engine/plan.ts';
import { createWebgpuExecutor } from '../../src/engine/webgpu/webgpuExecutor.ts';
import type { Gpu } from '../../src/engine/webgpu/gpu.ts';
import { strideOf, type Block, type Layout } from '../../src/engine/webgpu/layout.ts';
import { Kept } from '../../src/engine/webgpu/pipelines.ts';
import {
  NUMBERS,
  SETS,
  SPAN_WORDS,
  type BufferName,
  type SetName,
} from '../../src/engine/webgpu/shaders/bindings.ts';
import { loops } from '../../src/engine/webgpu/shaders/loops.ts';
import { numbersPerMember } from '../../src/engine/webgpu/shaders/program.ts';
import type { Head } from '../../src/terms/head.ts';
import type { Sizes } from '../../src/terms/language/evaluate.ts';
import { schedule, type Axis, type Expression } from '../../src/terms/language/expression.ts';
import { program, type ArrayOf, type ScalarOf } from '../../src/terms/language/program.ts';
import { term } from '../../src/terms/registry.ts';
import { cellIn, sampleAxisOf } from './vectors.ts';

type Numbers = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** Runs shaders of one set, one after the other, over buffers that begin as given; and gives some of them back. */
export async function runShaders(
  gpu: Gpu,
  set: SetName,
  codes: readonly string[],
  contents: Partial<Record<BufferName | 'span', Numbers>>,
  wanted: readonly BufferName[],
  groups = 1,
): Promise<Float32Array[]> {
  const { device } = gpu;
  const kept = Kept.of(device);
  const made: GPUBuffer[] = [];
  const holding = (numbers: Numbers, usage: number): GPUBuffer => {
    const buffer = device.createBuffer({
      size: Math.max(32, 16 * Math.ceil(numbers.byteLength / 16)),
      usage: usage | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
    });
    device.queue.writeBuffer(buffer, 0, numbers);
    made.push(buffer);
    return buffer;
  };
  const names: readonly BufferName[] = SETS[set];
  const none = new Float32Array(4);
  const span = holding(contents.span ?? none, GPUBufferUsage.UNIFORM);
  const buffers = names.map((name) => holding(contents[name] ?? none, GPUBufferUsage.STORAGE));
  const pipelines = await Promise.all(codes.map((code) => kept.pipeline(set, 'test', code)));
  const group = device.createBindGroup({
    layout: kept.sets[set].layout,
    entries: [
      { binding: 0, resource: { buffer: span, size: 32 } },
      ...buffers.map((buffer, i) => ({ binding: i + 1, resource: { buffer } })),
    ],
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setBindGroup(0, group, [0]);
  for (const pipeline of pipelines) {
    pass.setPipeline(pipeline);
    pass.dispatchWorkgroups(groups);
  }
  pass.end();
  const results = wanted.map((name) => {
    const from = buffers[names.indexOf(name)] as GPUBuffer;
    const back = device.createBuffer({
      size: from.size,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    made.push(back);
    encoder.copyBufferToBuffer(from, 0, back, 0, from.size);
    return back;
  });
  device.queue.submit([encoder.finish()]);
  const values = [];
  for (const back of results) {
    await gpu.finish(back.mapAsync(GPUMapMode.READ));
    values.push(new Float32Array(back.getMappedRange().slice(0)));
  }
  for (const buffer of made) buffer.destroy();
  return values;
}

/** The uniform of one member and so many rows. */
export const spanOf = (rows: number): Uint32Array<ArrayBuffer> => {
  const words = {
    member: 0,
    base: 0,
    stride: strideOf(rows),
    pitch: 0,
    rows,
    lists: 0,
    steps: 0,
    members: 1,
  };
  return Uint32Array.from(SPAN_WORDS, (word) => words[word]);
};

/**
 * Values of expressions as the webgpu executor computes heads over memory, in f32.
 *
 * @param inputs arrays in axis order
 * @returns one array for each output, in axis order
 */
export async function valuesOnWebgpu(
  gpu: Gpu,
  outputs: readonly Expression[],
  inputs: Readonly<Record<string, ArrayLike<number>>>,
  sizes: Sizes,
  knob: (key: string) => number,
  sample = sampleAxisOf(outputs),
): Promise<Float32Array[]> {
  const rows = sizes[sample] ?? 1;
  const full = { ...sizes, [sample]: rows };
  const made = program(
    outputs.map((value) => ({ value })),
    { sample, sizes: full },
  );
  // What is given lies in slots as well, behind the program's own.
  const slots = [...made.slots];
  const given = new Map<string, ArrayOf>();
  const all = [...made.block, ...made.final].flatMap(({ from }) => from.map(({ of }) => of));
  for (const of of new Set<ArrayOf | ScalarOf>([...all, ...made.outputs]))
    if (of.kind === 'array' && of.name !== undefined) {
      given.set(of.name, of);
      delete of.name;
      of.slot = slots.push({ rows: of.rows, lanes: of.lanes }) - 1;
    }
  let size = 4 * strideOf(rows);
  const starts = slots.map(
    (slot) => (size += slot.rows * (slot.lanes ? rows : 1)) - slot.rows * (slot.lanes ? rows : 1),
  );
  const plan: Plan = { layers: [], head: { kind: 'softmax', terms: [] }, knobs: [], batchSize: rows };
  const layout = {
    blocks: [{ values: 0, adjoints: 0 } as Block],
    parameters4: 0,
    features: 0,
  } as unknown as Layout;
  const head = loops(plan, layout, { ...made, slots }, 0);
  const work = new Float32Array(size);
  const axesOf = new Map<string, readonly Axis[]>();
  for (const x of schedule(outputs)) if (x.op === 'input') axesOf.set(x.name, x.axes);
  const at = (of: ArrayOf, axes: readonly Axis[], i: number): number => {
    const { row, lane } = cellIn(full, sample, axes, i);
    return (starts[of.slot] as number) + (of.lanes ? row * rows + lane : row);
  };
  const lengthOf = (axes: readonly Axis[]): number => axes.reduce((n, axis) => n * (full[axis] ?? 1), 1);
  for (const [name, of] of given) {
    const axes = axesOf.get(name) ?? [];
    for (let i = 0; i < lengthOf(axes); i++) work[at(of, axes, i)] = inputs[name]?.[i] as number;
  }
  const numbers = new Float32Array(numbersPerMember(made));
  made.scalars.forEach((scalar, i) => (numbers[NUMBERS.head + i] = scalar(knob)));
  const [out] = (await runShaders(
    gpu,
    'network',
    [head.code as string],
    { span: spanOf(rows), work, numbers },
    ['work'],
  )) as [Float32Array];
  return outputs.map(({ axes }, o) => {
    const of = made.outputs[o] as ArrayOf | ScalarOf;
    return Float32Array.from({ length: lengthOf(axes) }, (_, i) =>
      of.kind === 'scalar' ? (made.scalars[of.at]?.(knob) ?? NaN) : (out[at(of, axes, i)] as number),
    );
  });
}

/**
 * Total and gradient by the logits, from a step of the executor: features that name their row, and weights that are the
 * logits.
 */
export async function stepOnWebgpu(
  gpu: Gpu,
  head: Head,
  batch: { rows: number; classes: number; logits: Float64Array; target: Float64Array },
  knob: (key: string) => number,
): Promise<{ total: number; gradient: Float64Array }> {
  const { rows, classes, logits, target } = batch;
  const training: Record<string, number> = {
    'training.optimizer': OPTIMIZERS.indexOf('sgd'),
    'training.weight_decay': 0,
    'training.momentum': 0,
    'training.beta1': 0,
    'training.beta2': 0,
    'training.eps': 0,
    'training.grad_clip': 0,
  };
  const own = head.terms.flatMap((id) => term(id).knobs.map(({ key }) => key));
  const plan: Plan = {
    layers: [{ kind: 'dense', inputs: rows, outputs: classes }],
    head,
    knobs: [...own, ...Object.keys(training)],
    batchSize: rows,
  };
  const features = new Float32Array(rows * rows);
  for (let row = 0; row < rows; row++) features[row * rows + row] = 1;
  const set = { rows, features, targets: Float32Array.from(target) };
  const count = (rows + 1) * classes;
  const parameters = new Float64Array(count);
  parameters.set(logits);
  const executor = await createWebgpuExecutor(gpu, {
    plan,
    members: 1,
    data: { train: set, validation: set, stage: set },
    state: { parameters, moments: new Float64Array(2 * count) },
    knobs: Float64Array.from([...own.map(knob), ...Object.values(training)]),
  });
  const one = Float64Array.of(1);
  const { loss } = await executor.train({
    steps: 1,
    batches: [Int32Array.from({ length: rows }, (_, i) => i)],
    learningRate: Float64Array.of(0),
    correction1: one,
    correction2: one,
  });
  const { moments } = await executor.save();
  executor.dispose();
  return { total: loss[0] as number, gradient: moments.slice(0, rows * classes) };
}
