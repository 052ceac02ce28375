import { sizeOf, type WasmLayer, type WasmValues } from '../../layers/contract.ts';
import { onWasm } from '../../layers/wasm.ts';
import { parameterLayout, type Plan } from '../plan.ts';
import type { Heap } from './heap.ts';
import { padRows, PREDICT_STRIDE } from './layout.ts';
import type { Kernels } from './wasmKernels.ts';

/** A chain of layers on a batch, forwards and backwards; one for all members of an executor. */
export class Network {
  /** Where features go and logits come out, column by column, and where their derivative is read. */
  readonly input: number;
  readonly logits: number;
  readonly byLogits: number;
  readonly #kernels: Kernels;
  readonly #heap: Heap;
  readonly #data: WasmValues;
  readonly #layers: readonly WasmLayer[];
  readonly #outputs: number;
  readonly #stride: number;

  /** @param stride bytes from one column to the next while a batch is trained */
  constructor(kernels: Kernels, heap: Heap, plan: Plan, stride: number) {
    this.#kernels = kernels;
    this.#heap = heap;
    this.#stride = stride;
    const { layers } = parameterLayout(plan);
    const room = Math.max(stride, PREDICT_STRIDE);
    this.input = heap.allocate((layers[0] ? sizeOf(layers[0].input) : 0) * room);
    const scratch = heap.allocate(Math.max(0, ...layers.map(({ spec }) => onWasm(spec).scratch(spec))));
    const allocate = (bytes: number): number => heap.allocate(bytes);
    this.#layers = layers.map(({ spec, parameters }) =>
      onWasm(spec).build(
        spec,
        parameters.map(({ at }) => at),
        { kernels, allocate, stride, room, scratch },
      ),
    );
    this.#data = { values: this.input };
    const [top, last] = [layers.at(-1), this.#layers.at(-1)];
    this.#outputs = top ? sizeOf(top.output) : 0;
    this.logits = last?.values ?? 0;
    this.byLogits = last?.adjoints ?? 0;
  }

  /**
   * @param parameters address
   * @param rows a multiple of eight
   * @param stride bytes from one column to the next
   */
  forward(parameters: number, rows: number, stride = this.#stride): void {
    const vectors = rows / this.#kernels.LANES.value;
    let x = this.#data;
    for (const layer of this.#layers) {
      layer.forward(x, parameters, vectors, stride);
      x = layer;
    }
  }

  /**
   * After `forward` and after the derivative by the logits was put to `byLogits`.
   *
   * @param gradient address, laid out as the parameters are; overwritten
   * @param rows of the batch; what the arrays hold beyond them has no part
   */
  backward(parameters: number, gradient: number, rows: number): void {
    const vectors = padRows(rows) / this.#kernels.LANES.value;
    this.#silence(rows);
    this.#layers.at(-1)?.rectify?.();
    for (let l = this.#layers.length - 1; l >= 0; l--) {
      const below = this.#layers[l - 1];
      this.#layers[l]?.backward(below ?? this.#data, parameters, gradient, vectors, below);
    }
  }

  /** Rows that only fill the last vectors pull at nothing. */
  #silence(rows: number): void {
    const padded = padRows(rows);
    if (padded === rows) return;
    const { f32 } = this.#heap;
    for (let c = 0; c < this.#outputs; c++) {
      const from = (this.byLogits + c * this.#stride) / 4;
      f32.fill(0, from + rows, from + padded);
    }
  }
}
