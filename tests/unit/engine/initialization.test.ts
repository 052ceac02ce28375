import { describe, expect, test } from 'vitest';
import { drawBatches } from '../../../src/engine/batches.ts';
import { initialParameters } from '../../../src/engine/initialization.ts';
import type { Plan } from '../../../src/engine/plan.ts';
import { mean, standardDeviation } from '../../../src/science/statistics.ts';
import { denseSlices } from '../../support/denseSlices.ts';

const plan: Plan = {
  layers: [
    { kind: 'dense', inputs: 10, outputs: 64, activation: 'relu' },
    { kind: 'dense', inputs: 64, outputs: 8 },
  ],
  head: { kind: 'softmax', terms: ['kl'] },
  knobs: [],
  batchSize: 32,
};
const { slices, count } = denseSlices(plan);

describe('initial parameters', () => {
  const parameters = initialParameters(plan, 3);

  test('lie layer by layer: weights, then biases', () => {
    expect(slices.map(({ weights, biases }) => [weights, biases])).toEqual([
      [0, 640],
      [704, 1216],
    ]);
    expect([count, parameters.length]).toEqual([1224, 1224]);
  });

  test('are uniform in ±1/√inputs, weights and biases alike, as those of nn.Linear', () => {
    for (const { layer, weights, biases } of slices) {
      const bound = 1 / Math.sqrt(layer.inputs);
      for (const part of [
        parameters.subarray(weights, biases),
        parameters.subarray(biases, biases + layer.outputs),
      ]) {
        const largest = Math.max(...part.map(Math.abs));
        expect(largest).toBeLessThanOrEqual(bound * (1 + 1e-7));
        expect(largest).toBeGreaterThan(0.7 * bound);
      }
      const part = parameters.subarray(weights, biases);
      const error = bound / Math.sqrt(3 * part.length);
      expect(Math.abs(mean(part))).toBeLessThan(4 * error);
      expect(standardDeviation(part) / (bound / Math.sqrt(3))).toBeCloseTo(1, 1);
    }
  });

  test('are numbers that f32 holds exactly', () => {
    expect(parameters.map(Math.fround)).toEqual(parameters);
  });

  test('are the same for the same seed, and others for another', () => {
    expect(initialParameters(plan, 3)).toEqual(parameters);
    expect(initialParameters({ ...plan, batchSize: 7, head: { kind: 'softmax', terms: [] } }, 3)).toEqual(
      parameters,
    );
    const other = initialParameters(plan, 4);
    expect(other.some((x, i) => x === parameters[i])).toBe(false);
  });
});

describe('batches', () => {
  test('are a function of seed and step, however many are drawn at once', () => {
    const all = drawBatches(1, 100, 8, 0, 20);
    expect(all.length).toBe(160);
    expect(drawBatches(1, 100, 8, 7, 3)).toEqual(all.subarray(56, 80));
    expect(drawBatches(2, 100, 8, 0, 20)).not.toEqual(all);
  });

  test('draw every row, with replacement', () => {
    const rows = drawBatches(1, 10, 50, 0, 4);
    expect(new Set(rows)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
  });
});
