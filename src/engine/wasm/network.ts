import type { LayerSlice } from '../plan.ts';
import type { Heap } from './heap.ts';
import type { Kernels } from './kernels.ts';
import { padRows, PASSES, PLAIN, PREDICT_STRIDE, RELU, RELU_SLOPE, type Layout } from './layout.ts';

/** Addresses of what a layer holds for a batch, `[outputs, rows]` each. */
interface Layer {
  slice: LayerSlice;
  /** Sums before an activation that has a pass of its own; else the values themselves. */
  sums: number;
  values: number;
  adjoints: number;
}

/** A dense network on a batch, forwards and backwards; one for all members of an executor. */
export class Network {
  /** Where features go and logits come out, feature by feature, and where their derivative is read. */
  readonly input: number;
  readonly logits: number;
  readonly byLogits: number;
  readonly #kernels: Kernels;
  readonly #heap: Heap;
  readonly #layers: Layer[];
  readonly #stride: number;
  /** Address of a transposed weight matrix: read along its rows, both ways through a layer cost the same. */
  readonly #turned: number;

  constructor(kernels: Kernels, heap: Heap, { slices, stride }: Layout) {
    this.#kernels = kernels;
    this.#heap = heap;
    this.#stride = stride;
    const room = Math.max(stride, PREDICT_STRIDE);
    this.input = heap.allocate((slices[0]?.layer.inputs ?? 0) * room);
    this.#layers = slices.map((slice) => {
      const { activation, outputs } = slice.layer;
      const values = heap.allocate(outputs * room);
      const sums = activation && activation !== 'relu' ? heap.allocate(outputs * room) : values;
      return { slice, values, sums, adjoints: heap.allocate(outputs * stride) };
    });
    this.#turned = heap.allocate(
      Math.max(...slices.map(({ layer }) => 16 * Math.ceil(layer.inputs / 4) * layer.outputs)),
    );
    this.logits = this.#layers.at(-1)?.values ?? 0;
    this.byLogits = this.#layers.at(-1)?.adjoints ?? 0;
  }

  /**
   * @param parameters address
   * @param rows a multiple of eight
   * @param stride bytes from one feature to the next
   */
  forward(parameters: number, rows: number, stride = this.#stride): void {
    const { affine, activate, LANES } = this.#kernels;
    const vectors = rows / LANES.value;
    let x = this.input;
    for (const { slice, sums, values } of this.#layers) {
      const { inputs, outputs, activation } = slice.layer;
      const [w, b] = [parameters + 4 * slice.weights, parameters + 4 * slice.biases];
      const mode = activation === 'relu' ? RELU : PLAIN;
      affine(sums, x, w, b, inputs, outputs, 4 * outputs, vectors, stride, mode, 0);
      if (activation && activation !== 'relu')
        activate(PASSES[activation], values, sums, this.#vectorsOf(outputs, stride));
      x = values;
    }
  }

  /**
   * After `forward` and after the derivative by the logits was put to `byLogits`.
   *
   * @param gradient address, laid out as the parameters are; overwritten
   * @param rows of the batch; what the arrays hold beyond them has no part
   */
  backward(parameters: number, gradient: number, rows: number): void {
    const { affine, outer, slope, take, LANES } = this.#kernels;
    const vectors = padRows(rows) / LANES.value;
    this.#silence(rows);
    for (let l = this.#layers.length - 1; l >= 0; l--) {
      const { slice, adjoints, sums, values } = this.#layers[l] as Layer;
      const { inputs, outputs, activation } = slice.layer;
      if (activation && activation !== 'relu')
        slope(
          PASSES[activation],
          adjoints,
          activation === 'tanh' ? values : sums,
          this.#vectorsOf(outputs, this.#stride),
        );
      const below = this.#layers[l - 1];
      const x = below?.values ?? this.input;
      const at = (offset: number): number => gradient + 4 * offset;
      outer(at(slice.weights), at(slice.biases), x, adjoints, inputs, outputs, vectors, this.#stride);
      if (!below) return;
      // The slope of ReLU is taken where the sums are finished.
      const mode = below.slice.layer.activation === 'relu' ? RELU_SLOPE : PLAIN;
      const pitch = 4 * Math.ceil(inputs / 4) * 4;
      take(this.#turned, pitch, parameters + 4 * slice.weights, outputs, 0, 0, inputs, pitch / 4);
      affine(
        ...([below.adjoints, adjoints, this.#turned, 0, outputs, inputs, pitch] as const),
        ...([vectors, this.#stride, mode, below.values] as const),
      );
    }
  }

  /** Rows that only fill the last vectors pull at nothing. */
  #silence(rows: number): void {
    const padded = padRows(rows);
    if (padded === rows) return;
    const { f32 } = this.#heap;
    const outputs = this.#layers.at(-1)?.slice.layer.outputs ?? 0;
    for (let c = 0; c < outputs; c++) {
      const from = (this.byLogits + c * this.#stride) / 4;
      f32.fill(0, from + rows, from + padded);
    }
  }

  /** Vectors of a whole array, with what lies between its features. */
  #vectorsOf(features: number, stride: number): number {
    return (features * stride) / (4 * this.#kernels.LANES.value);
  }
}
