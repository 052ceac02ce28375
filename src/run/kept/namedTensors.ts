import { denseLayout, type DenseShape, type DenseSlice } from '../../science/denseLayout.ts';

/** A tensor in double precision, row-major. */
export interface Named {
  shape: readonly number[];
  data: Float64Array;
}

/**
 * Flat parameters, or moments in the same layout, as `torch.nn.Linear` has them: `layers.0.weight` [outputs, inputs]
 * and `layers.0.bias` [outputs] for each layer.
 */
export function toNamed(layers: readonly DenseShape[], flat: Float64Array, prefix = ''): [string, Named][] {
  const { slices } = denseLayout(layers);
  return layers.flatMap(({ inputs, outputs }, l): [string, Named][] => {
    const { weights, biases } = slices[l] as DenseSlice;
    const weight = new Float64Array(inputs * outputs);
    for (let i = 0; i < inputs; i++)
      for (let o = 0; o < outputs; o++) weight[o * inputs + i] = flat[weights + i * outputs + o] as number;
    return [
      [`${prefix}layers.${l}.weight`, { shape: [outputs, inputs], data: weight }],
      [`${prefix}layers.${l}.bias`, { shape: [outputs], data: flat.slice(biases, biases + outputs) }],
    ];
  });
}

/**
 * The other way round.
 *
 * @param tensor gives the values of a name, in the shape that it must have
 */
export function fromNamed(
  layers: readonly DenseShape[],
  tensor: (name: string, shape: readonly number[]) => Float64Array,
  prefix = '',
): Float64Array {
  const { slices, count } = denseLayout(layers);
  const flat = new Float64Array(count);
  layers.forEach(({ inputs, outputs }, l) => {
    const { weights, biases } = slices[l] as DenseSlice;
    const weight = tensor(`${prefix}layers.${l}.weight`, [outputs, inputs]);
    for (let i = 0; i < inputs; i++)
      for (let o = 0; o < outputs; o++) flat[weights + i * outputs + o] = weight[o * inputs + i] as number;
    flat.set(tensor(`${prefix}layers.${l}.bias`, [outputs]), biases);
  });
  return flat;
}
