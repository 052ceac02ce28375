import { parameterLayout, type Plan } from '../../src/engine/plan.ts';
import type { DenseLayer } from '../../src/layers/dense/dense.ts';

/** The layers of a plan that has only dense ones, and where their weights and biases begin in the flat parameters. */
export function denseSlices(plan: Pick<Plan, 'layers'>): {
  slices: { layer: DenseLayer; weights: number; biases: number }[];
  count: number;
} {
  const { layers, count } = parameterLayout(plan as Plan);
  const slices = layers.map(({ spec, parameters: [weight, bias] }) => {
    if (spec.kind !== 'dense' || !weight || !bias) throw new Error(`A layer is ${spec.kind}, not dense.`);
    return { layer: spec, weights: weight.at, biases: bias.at };
  });
  return { slices, count };
}
