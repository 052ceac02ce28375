/** One dense layer, from so many numbers to so many. */
export interface DenseShape {
  inputs: number;
  outputs: number;
}

/** Where a layer's weights and biases lie in the flat parameters of one network. */
export interface DenseSlice {
  /** First of `inputs × outputs` weights, row-major `[inputs, outputs]`: y = x W + b. */
  weights: number;
  /** First of `outputs` biases. */
  biases: number;
}

/** The one layout of flat parameters: for each layer its weights, then its biases. */
export function denseLayout(layers: readonly DenseShape[]): { slices: DenseSlice[]; count: number } {
  let count = 0;
  const slices = layers.map(({ inputs, outputs }) => {
    const weights = count;
    const biases = weights + inputs * outputs;
    count = biases + outputs;
    return { weights, biases };
  });
  return { slices, count };
}
