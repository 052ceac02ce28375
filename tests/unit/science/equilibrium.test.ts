import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entropy, klDivergence, logSoftmax, softmax } from '../../../src/science/distributions.ts';
import { Descent } from '../../../src/science/descent.ts';
import { minimiseRows, type RowLosses } from '../../../src/science/equilibrium.ts';

/** Losses of rows from one function and its gradient. */
const each =
  (K: number, f: (x: Float64Array, row: number) => { value: number; gradient: number[] }): RowLosses =>
  (logits, rows) => {
    const values = new Float64Array(rows.length);
    const gradient = new Float64Array(logits.length);
    rows.forEach((row, i) => {
      const at = f(logits.subarray(i * K, (i + 1) * K), row);
      values[i] = at.value;
      gradient.set(at.gradient, i * K);
    });
    return { values, gradient };
  };

const coordinate = fc.double({ min: -3, max: 3, noNaN: true });

describe('Descent', () => {
  it('finds the minimum of an ill-conditioned bowl', () => {
    fc.assert(
      fc.property(fc.array(coordinate, { minLength: 2, maxLength: 6 }), (centre) => {
        const descent = new Descent(centre.map(() => 0));
        for (let i = 0; i < 2000 && !descent.done; i++) {
          const off = Float64Array.from(descent.trial, (x, k) => x - (centre[k] as number));
          const weight = (k: number): number => 10 ** k;
          descent.take(
            off.reduce((sum, x, k) => sum + (weight(k) * x * x) / 2, 0),
            off.map((x, k) => weight(k) * x),
          );
        }
        expect(descent.done).toBe(true);
        expect(descent.bottomless).toBe(false);
        expect(descent.value).toBeLessThan(1e-9);
      }),
      { numRuns: 100 },
    );
  });

  it('settles in the corner of a sum of absolute values', () => {
    fc.assert(
      fc.property(fc.array(coordinate, { minLength: 1, maxLength: 5 }), (corner) => {
        const descent = new Descent(corner.map(() => 0.1));
        for (let i = 0; i < 2000 && !descent.done; i++) {
          const off = Float64Array.from(descent.trial, (x, k) => x - (corner[k] as number));
          descent.take(
            off.reduce((sum, x, k) => sum + (k + 1) * Math.abs(x), 0),
            off.map((x, k) => (k + 1) * Math.sign(x)),
          );
        }
        expect(descent.value).toBeLessThan(1e-5);
      }),
      { numRuns: 100 },
    );
  });

  it('says of a slope without end that it has none, and of one that flattens that it has', () => {
    const slope = minimiseRows(
      each(2, (x) => ({
        value: 0.005 * (x[0] as number) + (x[1] as number) ** 2,
        gradient: [0.005, 2 * (x[1] as number)],
      })),
      [Float64Array.of(0, 1)],
      2,
    );
    expect([...slope.bottomless]).toEqual([1]);
    const tail = minimiseRows(
      each(1, (x) => ({ value: Math.exp(x[0] as number), gradient: [Math.exp(x[0] as number)] })),
      [Float64Array.of(0)],
      1,
    );
    expect([...tail.bottomless]).toEqual([0]);
    expect(tail.values[0]).toBeLessThan(1e-9);
  });

  it('takes a value that is no number for one that is too high', () => {
    const found = minimiseRows(
      each(1, ([x]) => ({ value: (x as number) - Math.log(x as number), gradient: [1 - 1 / (x as number)] })),
      [Float64Array.of(0.01)],
      1,
    );
    expect(found.values[0]).toBeCloseTo(1, 9);
  });
});

describe('minimiseRows', () => {
  const K = 5;
  const target = (row: number): Float64Array => softmax([0.3 * row, -row, 1, 0.5, -0.2 * row]);
  const crossEntropy = each(K, (v, row) => {
    const t = target(row);
    const lp = logSoftmax(v);
    return {
      value: -t.reduce((sum, p, k) => sum + p * (lp[k] as number), 0),
      gradient: [...lp].map((l, k) => Math.exp(l) - (t[k] as number)),
    };
  });

  it('brings each row to its own target', () => {
    const { logits, values } = minimiseRows(crossEntropy, [new Float64Array(4 * K)], K);
    for (let row = 0; row < 4; row++) {
      const lp = logSoftmax(logits.subarray(row * K, (row + 1) * K));
      expect(klDivergence(target(row), lp)).toBeLessThan(1e-9);
      expect(values[row]).toBeCloseTo(entropy(logSoftmax(Array.from(target(row), Math.log))), 8);
    }
  });

  it('takes the deeper of two valleys, whichever start leads there', () => {
    // (x² − 1)² + x / 4 has its deeper valley on the left.
    const valleys = each(1, ([x = 0]) => ({
      value: (x * x - 1) ** 2 + x / 4,
      gradient: [4 * x * (x * x - 1) + 0.25],
    }));
    const rows = 20;
    const [right, left] = [1, -1].map((x) => new Float64Array(rows).fill(x)) as [Float64Array, Float64Array];
    for (const starts of [
      [right, left],
      [left, right],
    ])
      for (const value of minimiseRows(valleys, starts, 1).values) expect(value).toBeLessThan(-0.25);
    expect(minimiseRows(valleys, [right], 1).values[0]).toBeGreaterThan(0.2);
  });

  it('refuses starts that are none', () => {
    expect(() => minimiseRows(crossEntropy, [], K)).toThrow('needs a point to start from');
    expect(() => minimiseRows(crossEntropy, [new Float64Array(7)], K)).toThrow('no multiple of 5');
    expect(() => minimiseRows(crossEntropy, [new Float64Array(5), new Float64Array(10)], K)).toThrow(
      RangeError,
    );
  });
});
