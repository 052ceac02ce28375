import { describe, expect, it } from 'vitest';
import {
  biasCorrection,
  biasCorrections,
  clipCoefficient,
  clipGradientNorm,
  optimizerStep,
  type OptimizerHyper,
  type OptimizerKind,
} from '../../../src/engine/optimizers.ts';

const hyper: OptimizerHyper = {
  learningRate: 0.1,
  beta1: 0.9,
  beta2: 0.999,
  eps: 1e-8,
  momentum: 0,
  weightDecay: 0,
};

/** Parameters after each of `gradients`, from `start`. */
function walk(
  kind: OptimizerKind,
  start: number[],
  gradients: number[][],
  change: Partial<OptimizerHyper> = {},
): number[][] {
  const parameters = Float64Array.from(start);
  const moments = new Float64Array(2 * start.length);
  const knobs = { ...hyper, ...change };
  return gradients.map((gradient, i) => {
    optimizerStep(kind, parameters, Float64Array.from(gradient), moments, {
      ...knobs,
      ...biasCorrections(knobs.beta1, knobs.beta2, i + 1),
    });
    return [...parameters];
  });
}

describe('bias corrections', () => {
  it('keep all digits at β near 1, late and early', () => {
    // 1 − (1 − e)³ for e = 2^−30, which is exact in binary.
    const e = 2 ** -30;
    expect(biasCorrection(1 - e, 3) / (3 * e - 3 * e ** 2 + e ** 3)).toBeCloseTo(1, 14);
    expect(biasCorrection(0.9, 2)).toBeCloseTo(0.19, 15);
    expect(biasCorrection(0.999, 100_000)).toBe(1);
    expect(biasCorrection(0, 1)).toBe(1);
  });
});

describe('clipping', () => {
  it('bounds the norm, and leaves a small gradient as it is', () => {
    const gradient = Float64Array.of(3, 4);
    expect(clipGradientNorm(gradient, 1)).toBe(5);
    expect(Math.hypot(...gradient)).toBeCloseTo(5 / (5 + 1e-6), 14);
    const small = Float64Array.of(0.3, 0.4);
    expect(clipGradientNorm(small, 1)).toBe(0.5);
    expect([...small]).toEqual([0.3, 0.4]);
  });

  it('is off at 0', () => {
    const gradient = Float64Array.of(30, 40);
    expect(clipGradientNorm(gradient, 0)).toBe(50);
    expect([...gradient]).toEqual([30, 40]);
    expect(clipCoefficient(50, 0)).toBe(1);
  });
});

describe('Adam', () => {
  it('first steps by the learning rate, whatever the gradient', () => {
    const [[a, b] = []] = walk('adam', [1, 1], [[1e3, -1e-3]], { eps: 0 });
    expect(a).toBeCloseTo(0.9, 14);
    expect(b).toBeCloseTo(1.1, 14);
  });

  it('adds eps outside the root', () => {
    // √(1e−16) + 1e−8 halves the step; √(1e−16 + 1e−8) would all but stop it.
    const [[a] = []] = walk('adam', [0], [[1e-8]]);
    expect(a).toBeCloseTo(-0.05, 12);
  });

  it('follows the written-out recursion', () => {
    const gradients = [0.5, -1, 0.25];
    let theta = 2;
    let m = 0;
    let v = 0;
    const expected = gradients.map((g, i) => {
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g * g;
      theta -= (0.1 * (m / (1 - 0.9 ** (i + 1)))) / (Math.sqrt(v / (1 - 0.999 ** (i + 1))) + 1e-8);
      return theta;
    });
    const got = walk(
      'adam',
      [2],
      gradients.map((g) => [g]),
    );
    for (const [i, [x] = []] of got.entries()) expect(x).toBeCloseTo(expected[i] as number, 12);
  });

  it('moves a parameter on after its gradient has gone', () => {
    const [[first] = [], [second] = []] = walk('adam', [0], [[1], [0]]);
    expect(second).toBeLessThan((first as number) - 0.01);
  });
});

describe('weight decay', () => {
  it('is part of the gradient for adam, and not for adamw', () => {
    // Without a gradient: adam steps as by any gradient, adamw only shrinks.
    expect(walk('adam', [4], [[0]], { weightDecay: 0.5, eps: 0 })[0]?.[0]).toBeCloseTo(3.9, 14);
    expect(walk('adamw', [4], [[0]], { weightDecay: 0.5 })[0]?.[0]).toBeCloseTo(4 * (1 - 0.05), 14);
    expect(walk('adamw', [4], [[7]], { weightDecay: 0.5, eps: 0 })[0]?.[0]).toBeCloseTo(3.8 - 0.1, 14);
  });

  it('is part of the gradient for sgd, and of its momentum', () => {
    const path = walk('sgd', [4], [[1], [1]], { weightDecay: 0.5, momentum: 0.9 });
    expect(path[0]?.[0]).toBeCloseTo(4 - 0.1 * 3, 14);
    expect(path[1]?.[0]).toBeCloseTo(3.7 - 0.1 * (0.9 * 3 + 1 + 0.5 * 3.7), 14);
  });
});

describe('SGD', () => {
  it('starts its momentum with the first gradient, undamped', () => {
    const path = walk('sgd', [0], [[1], [1], [0]], { momentum: 0.5 });
    expect(path.map(([x]) => x)).toEqual([-0.1, -0.25, -0.325].map((x) => expect.closeTo(x, 14) as number));
  });

  it('is plain without momentum', () => {
    expect(walk('sgd', [0], [[1], [1]])).toEqual([[-0.1], [-0.2]]);
  });
});

describe('views of a shared buffer', () => {
  it('are members of their own', () => {
    for (const kind of ['adam', 'adamw', 'sgd'] as const) {
      const change = { momentum: 0.9, weightDecay: 0.1 };
      const parameters = Float64Array.of(9, 1, 2, 9);
      const moments = new Float64Array(8).fill(9).fill(0, 2, 6);
      optimizerStep(kind, parameters.subarray(1, 3), Float64Array.of(3, -1), moments.subarray(2, 6), {
        ...hyper,
        ...change,
        ...biasCorrections(0.9, 0.999, 1),
      });
      expect([...parameters.subarray(1, 3)]).toEqual(walk(kind, [1, 2], [[3, -1]], change)[0]);
      expect([parameters[0], parameters[3], moments[0], moments[1], moments[6], moments[7]]).toEqual([
        9, 9, 9, 9, 9, 9,
      ]);
    }
  });
});
