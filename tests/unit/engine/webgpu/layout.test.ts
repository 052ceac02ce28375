import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parameterLayout, type Plan } from '../../../../src/engine/plan.ts';
import { ACTIVATIONS } from '../../../../src/layers/dense/dense.ts';
import {
  fromDevice,
  layoutOf,
  QUAD,
  quads,
  strideOf,
  toDevice,
} from '../../../../src/engine/webgpu/layout.ts';
import { denseSlices } from '../../../support/denseSlices.ts';

const plans = fc
  .record({
    widths: fc.array(fc.integer({ min: 1, max: 23 }), { minLength: 2, maxLength: 5 }),
    activation: fc.constantFrom(...ACTIVATIONS),
  })
  .map(({ widths, activation }): Plan => ({
    layers: widths.slice(1).map((outputs, l) => ({
      kind: 'dense',
      inputs: widths[l] as number,
      outputs,
      ...(l < widths.length - 2 && { activation }),
    })),
    head: { kind: 'softmax', terms: ['kl'] },
    knobs: [],
    batchSize: 4,
  }));

test('parameters go to the device’s order and back without a change, and what fills up quads stays zero', () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const layout = layoutOf(plan);
      const { count } = parameterLayout(plan);
      const flat = Float64Array.from({ length: count }, (_, i) => i + 1);
      const padded = new Float32Array(QUAD * layout.parameters4);
      toDevice(layout, flat, padded);
      // Each once, and nothing else.
      expect([...padded].filter((x) => x !== 0).sort((a, b) => a - b)).toEqual([...flat]);
      const back = new Float64Array(count);
      fromDevice(layout, padded, back);
      expect(back).toEqual(flat);
    }),
  );
});

test('a weight lies where the layer’s block says', () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const layout = layoutOf(plan);
      const { slices, count } = denseSlices(plan);
      const padded = new Float32Array(QUAD * layout.parameters4);
      toDevice(
        layout,
        Float64Array.from({ length: count }, (_, i) => i + 1),
        padded,
      );
      layout.blocks.forEach(({ inputs, outputs, out4, parameters: [weights = 0, biases = 0] }, l) => {
        const slice = slices[l] as (typeof slices)[number];
        for (let o = 0; o < outputs; o++) {
          for (let i = 0; i < inputs; i++)
            expect(padded[QUAD * (weights + i * out4) + o]).toBe(slice.weights + i * outputs + o + 1);
          expect(padded[QUAD * biases + o]).toBe(slice.biases + o + 1);
        }
      });
    }),
  );
});

test('no two things lie at the same place of the work space', () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const { inputs, blocks, forward, features } = layoutOf(plan);
      const taken = new Array<number>(features).fill(0);
      const take = (from: number, count: number): void => {
        for (let i = from; i < from + count; i++) taken[i] = (taken[i] ?? 0) + 1;
      };
      take(inputs.values, QUAD * inputs.in4);
      for (const { out4, values, extra, adjoints } of blocks) {
        take(values, QUAD * out4);
        if (extra !== values) take(extra, QUAD * out4);
        take(adjoints, QUAD * out4);
        expect(adjoints).toBeGreaterThanOrEqual(forward);
        expect(Math.max(values, extra) + QUAD * out4).toBeLessThanOrEqual(forward);
      }
      expect(taken.every((times) => times === 1)).toBe(true);
    }),
  );
});

test('rows are filled up to whole fours of quads', () => {
  expect([1, 4, 5, 16, 17, 64].map(quads)).toEqual([1, 1, 2, 4, 5, 16]);
  expect([1, 16, 17, 64, 65].map(strideOf)).toEqual([4, 4, 8, 16, 20]);
});
