import { randomStream } from '../science/random.ts';
import { parameterLayout, type Plan } from './plan.ts';

/**
 * Initial parameters of one member, flat `[P]`: weights and biases uniform in ±1/√inputs, as PyTorch's `nn.Linear`
 * starts. Rounded to f32, so that every executor starts from the same numbers.
 */
export function initialParameters(plan: Plan, seed: number): Float64Array {
  const { slices, count } = parameterLayout(plan);
  const stream = randomStream(seed, 'init');
  const parameters = new Float64Array(count);
  for (const { layer, weights, biases } of slices) {
    const bound = 1 / Math.sqrt(layer.inputs);
    for (let i = weights; i < biases + layer.outputs; i++)
      parameters[i] = Math.fround(bound * (2 * stream.uniform(i) - 1));
  }
  return parameters;
}
