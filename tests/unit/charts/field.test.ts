import { describe, expect, test } from 'vitest';
import { LEVELS } from '../../../src/charts/color.ts';
import {
  codeOf,
  encodeCity,
  encodeGrid,
  encodeRows,
  greatestCertainty,
  mixAt,
  noCode,
  sampleGrid,
} from '../../../src/charts/field.ts';
import { cityTargets, nearestDistances } from '../../../src/science/city.ts';
import { entropyOfProbabilities, softmax } from '../../../src/science/distributions.ts';
import { randomStream } from '../../../src/science/random.ts';

const stream = randomStream(7, 'data');
const K = 5;

function randomGrid(n: number): Float32Array {
  const rows = Array.from({ length: n * n }, (_, i) =>
    softmax(Array.from({ length: K }, (__, k) => 6 * stream.uniform(i * K + k))),
  );
  return Float32Array.from(rows.flatMap((row) => [...row]));
}

describe('codes', () => {
  test('say the top category and the certainty', () => {
    expect(codeOf([0, 1, 0, 0, 0], 0, K)).toBe(LEVELS + LEVELS - 1);
    expect(codeOf(new Float32Array(K).fill(1 / K), 0, K) % LEVELS).toBe(0);
  });

  test('are within one level of the exact certainty', () => {
    for (let i = 0; i < 500; i++) {
      const p = softmax(Array.from({ length: K }, (_, k) => 12 * stream.uniform(10_000 + i * K + k)));
      const exact = (1 - entropyOfProbabilities(p) / Math.log(K)) * (LEVELS - 1);
      expect(Math.abs((codeOf(p, 0, K) % LEVELS) - exact)).toBeLessThan(1);
    }
  });

  test('are none where there is no distribution', () => {
    expect(codeOf(new Float32Array(K).fill(NaN), 0, K)).toBe(noCode(K));
    expect(codeOf(new Float32Array(K), 0, K)).toBe(noCode(K));
  });
});

describe('a grid', () => {
  const n = 4;
  const grid = randomGrid(n);
  const out = new Float32Array(K);

  test('is itself at its own points, from edge to edge', () => {
    for (const [i, j] of [
      [0, 0],
      [3, 0],
      [1, 2],
      [3, 3],
    ] as const) {
      sampleGrid(out, grid, n, K, i / (n - 1), j / (n - 1));
      const row = (j * n + i) * K;
      out.forEach((p, k) => {
        expect(p).toBeCloseTo(grid[row + k] ?? NaN, 5);
      });
    }
  });

  test('is the mean of four points in their middle', () => {
    sampleGrid(out, grid, n, K, 0.5 / 3, 0.5 / 3);
    out.forEach((p, k) => {
      const corners = [0, 1, n, n + 1].map((point) => grid[point * K + k] ?? NaN);
      expect(p).toBeCloseTo(corners.reduce((a, b) => a + b) / 4, 5);
    });
  });

  test('is the same pixel by pixel', () => {
    const [width, height] = [37, 23];
    const codes = new Uint16Array(width * height);
    encodeGrid(codes, width, height, grid, n, K);
    for (let i = 0; i < codes.length; i++) {
      sampleGrid(out, grid, n, K, ((i % width) + 0.5) / width, (Math.floor(i / width) + 0.5) / height);
      const code = codeOf(out, 0, K);
      // The last bit of a sum may differ where a level begins.
      expect(Math.abs((codes[i] ?? NaN) - code)).toBeLessThanOrEqual(1);
    }
  });

  test('has holes where predictions are not numbers', () => {
    const broken = grid.slice();
    broken.fill(NaN);
    const codes = new Uint16Array(4);
    encodeGrid(codes, 2, 2, broken, n, K);
    expect([...codes]).toEqual([noCode(K), noCode(K), noCode(K), noCode(K)]);
  });
});

describe('almost flat, amplified', () => {
  const n = 4;
  const factor = 500;
  /** Logits within ±.1, as LogitNorm with a small reach leaves them. */
  const grid = Float32Array.from(
    Array.from({ length: n * n }, (_, i) =>
      softmax(Array.from({ length: K }, (__, k) => 0.1 * stream.uniform(80_000 + i * K + k))),
    ).flatMap((row) => [...row]),
  );
  const exact = (p: ArrayLike<number>, offset = 0): number =>
    1 -
    entropyOfProbabilities(Float64Array.from({ length: K }, (_, k) => p[offset + k] ?? NaN)) / Math.log(K);

  test('a map has its own scale, not a few levels that are multiplied', () => {
    const [width, height] = [31, 29];
    const codes = new Uint16Array(width * height);
    encodeGrid(codes, width, height, grid, n, K, factor);
    const out = new Float32Array(K);
    for (let i = 0; i < codes.length; i++) {
      sampleGrid(out, grid, n, K, ((i % width) + 0.5) / width, (Math.floor(i / width) + 0.5) / height);
      const wanted = Math.min(1, factor * exact(out)) * (LEVELS - 1);
      expect(Math.abs(((codes[i] ?? NaN) % LEVELS) - wanted)).toBeLessThan(1);
    }
    expect(new Set(codes.map((code) => code % LEVELS)).size).toBeGreaterThan(20);
  });

  test('rows have it too, and no code is above the last level', () => {
    encodeRows(grid, K, factor).forEach((code, row) => {
      const wanted = Math.min(1, factor * exact(grid, row * K)) * (LEVELS - 1);
      expect(Math.abs((code % LEVELS) - wanted)).toBeLessThan(1);
    });
    const certain = Float32Array.of(0, 0, 1, 0, 0);
    expect([...encodeRows(certain, K, factor)]).toEqual([2 * LEVELS + LEVELS - 1]);
    const codes = new Uint16Array(4);
    encodeGrid(
      codes,
      2,
      2,
      Float32Array.from({ length: 4 * K }, (_, i) => certain[i % K] ?? 0),
      2,
      K,
      factor,
    );
    expect([...codes]).toEqual(new Array(4).fill(2 * LEVELS + LEVELS - 1));
  });

  test('the greatest certainty is that of the most certain row', () => {
    const all = Array.from({ length: n * n }, (_, row) => exact(grid, row * K));
    expect(greatestCertainty(grid, K)).toBeCloseTo(Math.max(...all), 6);
    const broken = Float32Array.from(grid);
    broken.fill(NaN, 0, K);
    expect(greatestCertainty(broken, K)).toBeCloseTo(Math.max(...all.slice(1)), 6);
    expect(greatestCertainty([0.2, 0.2, 0.2, 0.2, 0.2, 0, 1, 0, 0, 0], K, 0.02)).toBeGreaterThanOrEqual(0.02);
  });
});

describe('the true city', () => {
  const each = 6;
  const services = Float32Array.from({ length: 3 * K * each }, (_, i) =>
    i % 3 === 2 ? Math.floor(i / 3 / each) : stream.uniform(50_000 + i),
  );
  const plain = Float64Array.from(
    { length: 2 * K * each },
    (_, i) => services[3 * Math.floor(i / 2) + (i % 2)] ?? NaN,
  );
  /** As the lab makes its targets. */
  function exact(x: number, y: number, tau: number): Float64Array {
    const p = new Float64Array(K);
    nearestDistances(p, plain, K, each, [x, y], 1);
    cityTargets(p, p, 1, K, tau);
    return p;
  }

  test.each([0, 0.001, 0.04, 1])('has the targets of the lab, τ = %d', (tau) => {
    const p = new Float64Array(K);
    for (let i = 0; i < 50; i++) {
      const [x, y] = [stream.uniform(60_000 + 2 * i), stream.uniform(60_001 + 2 * i)];
      mixAt(p, services, K, x, y, tau);
      const wanted = exact(x, y, tau);
      p.forEach((value, k) => {
        expect(value).toBeCloseTo(wanted[k] ?? NaN, 6);
      });
    }
  });

  test('is the same tile by tile', () => {
    const [width, height] = [50, 41];
    const codes = new Uint16Array(width * height);
    encodeCity(codes, width, height, services, K, 0.04);
    for (let i = 0; i < codes.length; i++) {
      const wanted = exact(((i % width) + 0.5) / width, (Math.floor(i / width) + 0.5) / height, 0.04);
      expect(codes[i]).toBe(codeOf(wanted, 0, K));
    }
  });
});
