import type { WasmKind } from '../contract.ts';
import type { DenseLayer } from './dense.ts';

/** The kernels of `assembly/`, as TypeScript sees them. Addresses and strides are bytes; numbers in arrays are f32. */
export interface DenseKernels {
  affine: (
    out: number,
    x: number,
    weights: number,
    bias: number,
    inner: number,
    outer: number,
    pitch: number,
    vectors: number,
    stride: number,
    mode: number,
    by: number,
  ) => void;
  outer: (
    out: number,
    bias: number,
    x: number,
    d: number,
    inputs: number,
    outputs: number,
    vectors: number,
    stride: number,
  ) => void;
  take: (
    out: number,
    stride: number,
    data: number,
    width: number,
    rows: number,
    first: number,
    count: number,
    padded: number,
  ) => void;
  activate: (kind: number, out: number, z: number, vectors: number) => void;
  slope: (kind: number, d: number, from: number, vectors: number) => void;
}

/** What the kernel `affine` does with a finished sum, as `assembly/affine.ts` numbers it. */
const [PLAIN, RELU, RELU_SLOPE] = [0, 1, 2] as const;
/** Activations as `assembly/activations.ts` numbers them; ReLU is taken where the sums are finished. */
export const PASSES = { relu: 0, tanh: 1, silu: 2, gelu: 3 } as const;

/** Bytes of a row of the transposed weights, whole vectors of four. */
const pitchOf = (inputs: number): number => 16 * Math.ceil(inputs / 4);

/** A dense layer with kernels: sums and activation forwards; outer product and product with Wᵀ backwards. */
export const denseOnWasm: WasmKind<DenseLayer, DenseKernels> = {
  // The transposed weights: read along its rows, both ways through a layer cost the same.
  scratch: ({ inputs, outputs }) => pitchOf(inputs) * outputs,
  build: ({ inputs, outputs, activation }, at, { kernels, allocate, stride, room, scratch }) => {
    const { affine, outer, take, activate, slope } = kernels;
    const [weights, biases] = at.map((first) => 4 * first) as [number, number];
    const values = allocate(outputs * room);
    const kind = activation === undefined || activation === 'relu' ? undefined : PASSES[activation];
    /** Sums before an activation that has a pass of its own; else the values themselves. */
    const sums = kind === undefined ? values : allocate(outputs * room);
    const adjoints = allocate(outputs * stride);
    const mode = activation === 'relu' ? RELU : PLAIN;
    /** Vectors of a whole array, with what lies between its columns. */
    const whole = (each: number): number => (outputs * each) / (4 * kernels.LANES.value);
    return {
      values,
      adjoints,
      ...(activation === 'relu' && {
        rectify: () => {
          slope(PASSES.relu, adjoints, values, whole(stride));
        },
      }),
      forward: (x, parameters, vectors, between) => {
        const [w, b] = [parameters + weights, parameters + biases];
        affine(sums, x.values, w, b, inputs, outputs, 4 * outputs, vectors, between, mode, 0);
        if (kind !== undefined) activate(kind, values, sums, whole(between));
      },
      backward: (x, parameters, gradient, vectors, below) => {
        if (kind !== undefined) slope(kind, adjoints, kind === PASSES.tanh ? values : sums, whole(stride));
        outer(gradient + weights, gradient + biases, x.values, adjoints, inputs, outputs, vectors, stride);
        if (!below) return;
        const pitch = pitchOf(inputs);
        take(scratch, pitch, parameters + weights, outputs, 0, 0, inputs, pitch / 4);
        affine(
          ...([below.adjoints, adjoints, scratch, 0, outputs, inputs, pitch] as const),
          ...([vectors, stride, below.rectify ? RELU_SLOPE : PLAIN, below.values] as const),
        );
      },
    };
  },
};
