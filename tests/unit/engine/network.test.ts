import { describe, expect, test } from 'vitest';
import { Network } from '../../../src/engine/oracle/oracleNetwork.ts';
import { parameterLayout, type Plan } from '../../../src/engine/plan.ts';
import { ACTIVATIONS, type Activation } from '../../../src/layers/dense/dense.ts';
import { between, centralDifferences, distance } from '../../support/language.ts';
import { denseSlices } from '../../support/denseSlices.ts';

const ROWS = 5;

/** Three inputs, two hidden layers, two outputs. */
const planWith = (activation: Activation): Plan => ({
  layers: [
    { kind: 'dense', inputs: 3, outputs: 4, activation },
    { kind: 'dense', inputs: 4, outputs: 3, activation },
    { kind: 'dense', inputs: 3, outputs: 2 },
  ],
  head: { kind: 'softmax', terms: [] },
  knobs: [],
  batchSize: ROWS,
});

/** By definition; the error function by its series, which converges everywhere. */
const erf = (x: number): number => {
  let [term, total] = [x, x];
  for (let n = 1; n < 200; n++) {
    term *= (-x * x) / n;
    total += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
};
const DEFINITIONS: Record<Activation, (z: number) => number> = {
  relu: (z) => Math.max(z, 0),
  tanh: (z) => (Math.exp(z) - Math.exp(-z)) / (Math.exp(z) + Math.exp(-z)),
  silu: (z) => z / (1 + Math.exp(-z)),
  gelu: (z) => (z / 2) * (1 + erf(z / Math.SQRT2)),
};

/** One row through the network, straight from y = activation(x W + b). */
function byDefinition(plan: Plan, parameters: Float64Array, x: number[]): number[] {
  return denseSlices(plan).slices.reduce((input, { layer, weights, biases }) => {
    const f = layer.activation ? DEFINITIONS[layer.activation] : (z: number) => z;
    return Array.from({ length: layer.outputs }, (_, j) =>
      f(
        input.reduce(
          (sum, value, i) => sum + value * (parameters[weights + i * layer.outputs + j] ?? NaN),
          parameters[biases + j] ?? NaN,
        ),
      ),
    );
  }, x);
}

describe.each(ACTIVATIONS)('a network with %s', (activation) => {
  const plan = planWith(activation);
  const { count } = parameterLayout(plan);
  const parameters = between(-1, 1, count, 1);
  const features = Float32Array.from(between(-2, 2, 3 * ROWS, 2));
  const weights = between(0.5, 2, 2 * ROWS, 3);
  // Buffers for more rows than are used.
  const network = new Network(plan, ROWS + 3);

  test('has the logits of its definition', () => {
    const logits = network.forward(parameters, features, ROWS);
    const expected = Array.from({ length: ROWS }, (_, row) =>
      byDefinition(plan, parameters, [...features.subarray(3 * row, 3 * row + 3)]),
    ).flat();
    expect(distance(logits, expected, { rtol: 1e-12, atol: 1e-13 })).toBeLessThanOrEqual(1);
  });

  test('has the gradient of central differences by every weight and bias', () => {
    const gradient = new Float64Array(count);
    network.forward(parameters, features, ROWS);
    network.backward(parameters, weights, ROWS, gradient);
    const slopes = centralDifferences(
      () =>
        network.forward(parameters, features, ROWS).reduce((sum, y, i) => sum + y * (weights[i] ?? NaN), 0),
      parameters,
    );
    expect(distance(gradient, slopes, { rtol: 1e-6, atol: 1e-7 })).toBeLessThanOrEqual(1);
  });

  test('takes the rows of a batch, repeated ones too', () => {
    const all = network.forward(parameters, features, ROWS).slice();
    const batch = network.forward(parameters, features, 3, Int32Array.of(4, 1, 4));
    expect([...batch]).toEqual([4, 1, 4].flatMap((row) => [...all.subarray(2 * row, 2 * row + 2)]));
  });
});

describe('the gradient', () => {
  const plan = planWith('relu');
  const parameters = between(-1, 1, parameterLayout(plan).count, 4);

  test('owes nothing to the one before', () => {
    const network = new Network(plan, ROWS);
    const [first, second] = [1, 2].map((seed) => Float32Array.from(between(-2, 2, 3 * ROWS, seed))) as [
      Float32Array,
      Float32Array,
    ];
    const by = between(-1, 1, 2 * ROWS, 9);
    const of = (net: Network, x: Float32Array): Float64Array => {
      const gradient = new Float64Array(parameters.length).fill(NaN);
      net.forward(parameters, x, ROWS);
      net.backward(parameters, by, ROWS, gradient);
      return gradient;
    };
    of(network, first);
    expect(of(network, second)).toEqual(of(new Network(plan, ROWS), second));
  });

  test('of a unit that is exactly at the kink of ReLU is 0', () => {
    const network = new Network(plan, 1);
    const gradient = new Float64Array(parameters.length);
    network.forward(new Float64Array(parameters.length), new Float32Array(3), 1);
    network.backward(new Float64Array(parameters.length).fill(1), Float64Array.of(1, 1), 1, gradient);
    const { slices } = denseSlices(plan);
    expect([...gradient.subarray(0, slices[2]?.biases)].every((g) => g === 0)).toBe(true);
    expect([...gradient.subarray(slices[2]?.biases)]).toEqual([1, 1]);
  });
});
