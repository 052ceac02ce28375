import { describe, expect, test } from 'vitest';
import { stack } from '../../../src/charts/stack.ts';

describe('a stack', () => {
  test('puts what is positive above 0 and what is negative below', () => {
    const [a, b, c] = stack([
      [1, 2],
      [0.5, -1],
      [-0.25, -0.5],
    ]);
    expect(a?.up).toEqual({ low: [0, 0], high: [1, 2] });
    expect(b?.up).toEqual({ low: [1, 2], high: [1.5, 2] });
    expect(b?.down).toEqual({ low: [0, -1], high: [0, 0] });
    expect(c?.down).toEqual({ low: [-0.25, -1.5], high: [0, -1] });
  });

  test('adds up to the total, sign by sign', () => {
    const layers = [
      [1, 0.2],
      [-2, 0.3],
      [0, -0.1],
    ];
    const last = stack(layers).at(-1);
    layers[0]?.forEach((_, i) => {
      const total = layers.reduce((sum, layer) => sum + (layer[i] ?? NaN), 0);
      expect((last?.up.high[i] ?? NaN) + (last?.down.low[i] ?? NaN)).toBeCloseTo(total, 12);
    });
  });

  test('a value that is not a number leaves a gap in its own layer only', () => {
    const [a, b] = stack([[NaN], [1]]);
    expect(a?.up.high[0]).toBeNaN();
    expect(b?.up).toEqual({ low: [0], high: [1] });
  });
});
