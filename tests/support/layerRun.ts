import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import { Heap } from '../../src/engine/wasm/heap.ts';
import { padRows } from '../../src/engine/wasm/layout.ts';
import { instantiate } from '../../src/engine/wasm/wasmKernels.ts';
import type { Gpu } from '../../src/engine/webgpu/gpu.ts';
import {
  fromDevice,
  layoutOf,
  QUAD,
  strideOf,
  toDevice,
  type Block,
} from '../../src/engine/webgpu/layout.ts';
import { GROUP } from '../../src/engine/webgpu/shaders/bindings.ts';
import {
  backwardPasses,
  forwardPasses,
  gradientPass,
  layerPass,
} from '../../src/engine/webgpu/shaders/layers.ts';
import { chainOf } from '../../src/layers/chain.ts';
import { sizeOf, type Tile, type WasmLayer } from '../../src/layers/contract.ts';
import type { LayerSpec } from '../../src/layers/kinds.ts';
import { onOracle } from '../../src/layers/oracle.ts';
import { onTfjs } from '../../src/layers/tfjs.ts';
import { onWasm } from '../../src/layers/wasm.ts';
import { inWgsl } from '../../src/layers/wgsl.ts';
import type { Tf } from '../../src/terms/language/tfjs.ts';
import { runShaders, spanOf } from './gpuValues.ts';
import { kernels } from './vectors.ts';

/** What a layer is given: flat parameters `[P]`, its input `[rows, inputs]` and the derivative by its output. */
export interface LayerInput {
  spec: LayerSpec;
  parameters: Float64Array;
  x: Float64Array;
  cotangent: Float64Array;
}

/** Its output `[rows, outputs]`, and the derivatives of Σ output · cotangent by its input and by its parameters. */
export interface LayerResult {
  out: Float64Array;
  byInput: Float64Array;
  gradient: Float64Array;
}

export type RunLayer = (input: LayerInput) => LayerResult | Promise<LayerResult>;

interface Sizes {
  rows: number;
  inputs: number;
  outputs: number;
  count: number;
  /** Where each parameter begins. */
  at: number[];
}

export function sizesOf({ spec, x }: Pick<LayerInput, 'spec' | 'x'>): Sizes {
  const { layers, count } = chainOf([spec]);
  const [layer] = layers as [(typeof layers)[number]];
  const [inputs, outputs] = [sizeOf(layer.input), sizeOf(layer.output)];
  return { rows: x.length / inputs, inputs, outputs, count, at: layer.parameters.map(({ at }) => at) };
}

export function layerOnOracle(input: LayerInput): LayerResult {
  const { spec, parameters, x, cotangent } = input;
  const { rows, inputs, outputs, count, at } = sizesOf(input);
  const layer = onOracle(spec)(spec, at, rows);
  const out = new Float64Array(rows * outputs);
  layer.forward(out, x, parameters, rows);
  const byInput = new Float64Array(rows * inputs).fill(NaN);
  const gradient = new Float64Array(count);
  layer.backward(cotangent.slice(), x, parameters, gradient, byInput, rows);
  return { out, byInput, gradient };
}

export const layerOnTfjs =
  (tf: Tf): RunLayer =>
  async (input) => {
    const { spec, parameters, x, cotangent } = input;
    const { rows, inputs, outputs } = sizesOf(input);
    const [layer] = chainOf([spec]).layers;
    const tensors = tf.tidy(() => {
      const given = (layer?.parameters ?? []).map(({ at, size, stored }) =>
        tf.tensor(Float32Array.from(parameters.subarray(at, at + size)), [...stored]),
      );
      const weights = tf.tensor2d(Float32Array.from(cotangent), [rows, outputs]);
      const run = (x: Tensor, ...own: Tensor[]): Tensor2D => onTfjs(spec)(tf, spec, own, x as Tensor2D);
      const all = [tf.tensor2d(Float32Array.from(x), [rows, inputs]), ...given];
      const loss = (...args: Tensor[]): Tensor =>
        // tfjs refuses a gradient by what does not reach the loss, as indices do not: the last summand is 0.
        tf.add(
          tf.sum(tf.mul(run(...(args as [Tensor, ...Tensor[]])), weights)),
          tf.mul(tf.sum(args[0] as Tensor), 0),
        );
      const grads = tf.grads(loss)(all);
      return [run(...(all as [Tensor, ...Tensor[]])), ...grads];
    });
    const [out, byInput, ...own] = await Promise.all(
      tensors.map(async (tensor) => Float64Array.from(await tensor.data())),
    );
    tf.dispose(tensors);
    return {
      out: out as Float64Array,
      byInput: byInput as Float64Array,
      gradient: Float64Array.from(own.flatMap((values) => [...values])),
    };
  };

/** @param beside bytes between columns beyond what the rows need: kernels must keep to their rows */
export const layerOnWasm =
  (simd = true, beside = 64): RunLayer =>
  async (input) => {
    const { spec, parameters, x, cotangent } = input;
    const { rows, inputs, outputs, count, at } = sizesOf(input);
    const heap = new Heap(0);
    const exports = instantiate(await kernels(simd), heap.memory);
    const padded = padRows(rows);
    const stride = 4 * padded + beside;
    const allocate = (bytes: number): number => heap.allocate(bytes);
    const kind = onWasm(spec);
    const below: WasmLayer = {
      values: allocate(inputs * stride),
      adjoints: allocate(inputs * stride),
      forward: () => undefined,
      backward: () => undefined,
    };
    const scratch = allocate(kind.scratch(spec));
    const layer = kind.build(spec, at, { kernels: exports, allocate, stride, room: stride, scratch });
    const theta = heap.place(parameters);
    const gradient = allocate(4 * (count + 4));
    heap.f32.fill(NaN, gradient / 4, gradient / 4 + count);
    const put = (to: number, columns: number, values: Float64Array, fill: (c: number) => number): void => {
      for (let c = 0; c < columns; c++)
        for (let row = 0; row < padded; row++)
          heap.f32[(to + c * stride) / 4 + row] =
            row < rows ? (values[row * columns + c] as number) : fill(c);
    };
    const take = (from: number, columns: number): Float64Array =>
      Float64Array.from(
        { length: rows * columns },
        (_, i) => heap.f32[(from + (i % columns) * stride) / 4 + Math.floor(i / columns)] as number,
      );
    // As the executor has it: rows that only fill vectors repeat the first one and pull at nothing.
    put(below.values, inputs, x, (c) => x[c] as number);
    const vectors = padded / exports.LANES.value;
    layer.forward(below, theta, vectors, stride);
    const out = take(layer.values, outputs);
    put(layer.adjoints, outputs, cotangent, () => 0);
    layer.rectify?.();
    layer.backward(below, theta, gradient, vectors, below);
    return {
      out,
      byInput: take(below.adjoints, inputs),
      gradient: Float64Array.from(heap.f32.subarray(gradient / 4, gradient / 4 + count)),
    };
  };

/** @param parts in which the rows are summed */
export const layerOnWebgpu =
  (gpu: Gpu, tile: Tile = { rows: 1, columns: 1, inputs: 1, outputs: 1 }, parts = 4): RunLayer =>
  async (input) => {
    const { spec, parameters, x, cotangent } = input;
    const { rows, inputs, outputs, count } = sizesOf(input);
    const layout = layoutOf({
      layers: [spec],
      head: { kind: 'softmax', terms: [] },
      knobs: [],
      batchSize: rows,
    });
    const { blocks, parameters4 } = layout;
    const [block] = blocks as [Block];
    const lanes = QUAD * strideOf(rows);
    // The derivative by the input lies behind all else, and behind it the gradient.
    const below = {
      values: layout.inputs.values,
      extra: layout.inputs.values,
      adjoints: layout.features,
      slope: undefined,
    };
    const columns = layout.features + QUAD * layout.inputs.in4;
    const passes = [
      ...forwardPasses(layout, tile),
      ...backwardPasses(layout, tile),
      layerPass('backward', inWgsl(spec).backward(block, below, { parameters4, tile })),
      gradientPass(layout, columns, parts, tile),
    ];
    const theta = new Float32Array(QUAD * parameters4);
    toDevice(layout, parameters, theta);
    const work = new Float32Array(columns * lanes + parts * QUAD * parameters4);
    const put = (first: number, width: number, values: Float64Array, repeat: boolean): void => {
      for (let c = 0; c < width; c++)
        for (let row = 0; row < (repeat ? lanes : rows); row++)
          work[(first + c) * lanes + row] = values[Math.min(row, rows - 1) * width + c] as number;
    };
    put(block.input, inputs, x, true);
    put(block.adjoints, outputs, cotangent, false);
    const [after] = (await runShaders(
      gpu,
      'network',
      passes.map(({ code }) => code),
      { span: spanOf(rows), parameters: theta, work },
      ['work'],
      Math.ceil(Math.max(...passes.map(({ threads }) => threads(rows))) / GROUP),
    )) as [Float32Array];
    const take = (first: number, width: number): Float64Array =>
      Float64Array.from(
        { length: rows * width },
        (_, i) => after[(first + (i % width)) * lanes + Math.floor(i / width)] as number,
      );
    const summed = new Float32Array(QUAD * parameters4);
    for (let part = 0; part < parts; part++)
      summed.forEach((g, i) => {
        summed[i] = g + (after[columns * lanes + part * QUAD * parameters4 + i] as number);
      });
    const gradient = new Float64Array(count);
    fromDevice(layout, summed, gradient);
    const filled = summed.reduce((sum, g) => sum + Math.abs(g), 0);
    const own = gradient.reduce((sum, g) => sum + Math.abs(g), 0);
    if (Math.abs(filled - own) > 1e-5 * own) throw new Error('What fills up quads has a gradient.');
    return { out: take(block.values, outputs), byInput: take(below.adjoints, inputs), gradient };
  };
