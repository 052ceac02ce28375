import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import { onTfjs } from '../../layers/tfjs.ts';
import type { Tf } from '../../terms/language/tfjs.ts';
import { parameterLayout, type Plan } from '../plan.ts';

/** Parameters in the order of the flat ones, as tensors. */
export type Parameters = Tensor[];

/** Cuts a flat vector `[P]` into one tensor for each parameter. */
export function toParameters(tf: Tf, plan: Plan, flat: Float64Array): Parameters {
  return parameterLayout(plan).layers.flatMap(({ parameters }) =>
    parameters.map(({ at, size, stored }) =>
      tf.tensor(Float32Array.from(flat.subarray(at, at + size)), [...stored]),
    ),
  );
}

/** The network as a plain tfjs graph: features `[rows, features]` to raw logits `[rows, classes]`. */
export function forward(tf: Tf, plan: Plan, parameters: Parameters, features: Tensor2D): Tensor2D {
  let next = 0;
  return parameterLayout(plan).layers.reduce((x, { spec, parameters: { length } }) => {
    next += length;
    return onTfjs(spec)(tf, spec, parameters.slice(next - length, next), x);
  }, features);
}
