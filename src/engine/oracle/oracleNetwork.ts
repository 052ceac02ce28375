import { sizeOf, type OracleLayer } from '../../layers/contract.ts';
import { onOracle } from '../../layers/oracle.ts';
import { parameterLayout, type Plan } from '../plan.ts';

/** A chain of layers in f64, forwards and backwards. Buffers serve batches of up to `maxRows`. */
export class Network {
  readonly #layers: readonly OracleLayer[];
  /** Columns of the input of each layer and, last, of the output. */
  readonly #widths: readonly number[];
  /** Input of each layer and, last, the output: `[rows, width]`. */
  readonly #values: readonly Float64Array[];
  /** Derivative by the output of each layer. */
  readonly #adjoints: readonly Float64Array[];

  constructor(plan: Plan, maxRows: number) {
    const { layers } = parameterLayout(plan);
    this.#layers = layers.map(({ spec, parameters }) =>
      onOracle(spec)(
        spec,
        parameters.map(({ at }) => at),
        maxRows,
      ),
    );
    const outputs = layers.map(({ output }) => sizeOf(output));
    this.#widths = [layers[0] ? sizeOf(layers[0].input) : 0, ...outputs];
    this.#values = this.#widths.map((width) => new Float64Array(maxRows * width));
    this.#adjoints = outputs.map((width) => new Float64Array(maxRows * width));
  }

  /**
   * @param parameters flat, `[P]`
   * @param features `[rows, features]`, or all rows of a data set with `batch` naming the ones to take
   * @returns raw logits `[rows, classes]`, a view that the next call overwrites
   */
  forward(parameters: Float64Array, features: Float32Array, rows: number, batch?: Int32Array): Float64Array {
    const first = this.#values[0] as Float64Array;
    const width = this.#widths[0] as number;
    for (let row = 0; row < rows; row++) {
      const from = (batch ? (batch[row] as number) : row) * width;
      for (let i = 0; i < width; i++) first[row * width + i] = features[from + i] as number;
    }
    this.#layers.forEach((layer, l) => {
      layer.forward(this.#values[l + 1] as Float64Array, this.#values[l] as Float64Array, parameters, rows);
    });
    return (this.#values.at(-1) as Float64Array).subarray(0, rows * (this.#widths.at(-1) as number));
  }

  /**
   * After `forward` of the same rows: the gradient of all parameters.
   *
   * @param byLogits derivative of the loss by the raw logits, `[rows, classes]`
   * @param gradient flat, `[P]`, overwritten
   */
  backward(parameters: Float64Array, byLogits: Float64Array, rows: number, gradient: Float64Array): void {
    gradient.fill(0);
    (this.#adjoints.at(-1) as Float64Array).set(byLogits);
    for (let l = this.#layers.length - 1; l >= 0; l--)
      this.#layers[l]?.backward(
        this.#adjoints[l] as Float64Array,
        this.#values[l] as Float64Array,
        parameters,
        gradient,
        this.#adjoints[l - 1],
        rows,
      );
  }
}
