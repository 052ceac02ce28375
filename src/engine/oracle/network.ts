import { parameterLayout, type LayerSlice, type Plan } from '../plan.ts';
import { activations } from './activations.ts';
import { affine, affineByInput, affineByParameters } from './affine.ts';

/** A dense network in f64, with reverse mode written by hand. Buffers serve batches of up to `maxRows`. */
export class Network {
  readonly #slices: LayerSlice[];
  /** Input of each layer and, last, the output: `[rows, width]`. */
  readonly #values: Float64Array[];
  /** Before the activation. */
  readonly #sums: Float64Array[];
  readonly #adjoints: Float64Array[];

  constructor(plan: Plan, maxRows: number) {
    this.#slices = parameterLayout(plan).slices;
    const inputs = plan.layers[0]?.inputs ?? 0;
    this.#values = [new Float64Array(maxRows * inputs)];
    this.#sums = [];
    this.#adjoints = [];
    for (const { outputs } of plan.layers) {
      this.#values.push(new Float64Array(maxRows * outputs));
      this.#sums.push(new Float64Array(maxRows * outputs));
      this.#adjoints.push(new Float64Array(maxRows * outputs));
    }
  }

  /**
   * @param parameters flat, `[P]`
   * @param features `[rows, features]`, or all rows of a data set with `batch` naming the ones to take
   * @returns raw logits `[rows, classes]`, a view that the next call overwrites
   */
  forward(parameters: Float64Array, features: Float32Array, rows: number, batch?: Int32Array): Float64Array {
    const first = this.#values[0] as Float64Array;
    const width = this.#slices[0]?.layer.inputs ?? 0;
    for (let row = 0; row < rows; row++) {
      const from = (batch ? (batch[row] as number) : row) * width;
      for (let i = 0; i < width; i++) first[row * width + i] = features[from + i] as number;
    }
    this.#slices.forEach(({ layer, weights, biases }, l) => {
      const x = this.#values[l] as Float64Array;
      const sums = this.#sums[l] as Float64Array;
      const out = this.#values[l + 1] as Float64Array;
      affine(sums, x, parameters, { rows, inputs: layer.inputs, outputs: layer.outputs, weights, biases });
      const count = rows * layer.outputs;
      if (!layer.activation) out.set(sums.subarray(0, count));
      else {
        const { value } = activations[layer.activation];
        for (let i = 0; i < count; i++) out[i] = value(sums[i] as number);
      }
    });
    return (this.#values.at(-1) as Float64Array).subarray(
      0,
      rows * (this.#slices.at(-1)?.layer.outputs ?? 0),
    );
  }

  /**
   * After `forward` of the same rows: adds nothing, writes the gradient of all parameters.
   *
   * @param byLogits derivative of the loss by the raw logits, `[rows, classes]`
   * @param gradient flat, `[P]`, overwritten
   */
  backward(parameters: Float64Array, byLogits: Float64Array, rows: number, gradient: Float64Array): void {
    gradient.fill(0);
    (this.#adjoints.at(-1) as Float64Array).set(byLogits);
    for (let l = this.#slices.length - 1; l >= 0; l--) {
      const { layer, weights, biases } = this.#slices[l] as LayerSlice;
      const by = this.#adjoints[l] as Float64Array;
      if (layer.activation) {
        const { slope } = activations[layer.activation];
        const sums = this.#sums[l] as Float64Array;
        for (let i = 0; i < rows * layer.outputs; i++) by[i] = (by[i] as number) * slope(sums[i] as number);
      }
      const shape = { rows, inputs: layer.inputs, outputs: layer.outputs, weights, biases };
      affineByParameters(gradient, this.#values[l] as Float64Array, by, shape);
      if (l > 0) affineByInput(this.#adjoints[l - 1] as Float64Array, by, parameters, shape);
    }
  }
}
