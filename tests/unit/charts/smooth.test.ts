import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ChartSpec } from '../../../src/charts/lineChart.ts';
import { centredMean, stretchStarts, withSmoothing } from '../../../src/charts/smooth.ts';

const numbers = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 60 });
const at = (...steps: number[]): { steps: number[] } => ({ steps });

describe('stretches between changes', () => {
  test('begin with the second of the two rows of a change', () => {
    expect(stretchStarts([0, 10, 20, 20, 30], [at(20)])).toEqual([0, 3]);
  });

  test('begin at each step of a change that took several', () => {
    expect(stretchStarts([0, 10, 20, 20, 30, 30], [at(20, 30)])).toEqual([0, 3, 5]);
  });

  test('begin after a change that has no row, or one row, of its own', () => {
    expect(stretchStarts([0, 10, 20, 30], [at(15)])).toEqual([0, 2]);
    expect(stretchStarts([0, 10, 20, 30], [at(20)])).toEqual([0, 3]);
    expect(stretchStarts([0, 10], [at(10)])).toEqual([0]);
  });
});

describe('a centred mean', () => {
  test('is the mean of as many rows on both sides', () => {
    expect([...centredMean([3, 0, 3, 6, 0], 3, [0])]).toEqual([3, 2, 3, 3, 0]);
    expect([...centredMean([1, 2, 3, 4, 100], 5, [0])]).toEqual([1, 2, 22, (3 + 4 + 100) / 3, 100]);
  });

  test('goes nowhere that its window has not been: no spike is made', () => {
    fc.assert(
      fc.property(numbers, fc.constantFrom(3, 11, 51), (values, window) => {
        const mean = centredMean(values, window, [0]);
        const half = (window - 1) / 2;
        mean.forEach((value, i) => {
          const near = values.slice(Math.max(0, i - half), i + half + 1);
          const slack = 1e-9 * Math.max(...near.map(Math.abs));
          expect(value).toBeGreaterThanOrEqual(Math.min(...near) - slack);
          expect(value).toBeLessThanOrEqual(Math.max(...near) + slack);
        });
        // What stands at the end is what was recorded.
        expect(mean.at(-1) === values.at(-1)).toBe(true);
      }),
    );
  });

  test('never crosses a change: what lies beyond it changes nothing', () => {
    fc.assert(
      fc.property(numbers, numbers, fc.constantFrom(3, 11), (before, after, window) => {
        const all = centredMean([...before, ...after], window, [0, before.length]);
        expect([...all]).toEqual([...centredMean(before, window, [0]), ...centredMean(after, window, [0])]);
      }),
    );
  });

  test('an explosion leaves no trace in what comes long after it', () => {
    const values = [1e300, ...new Array<number>(20).fill(0.1)];
    expect(centredMean(values, 3, [0])[10]).toBeCloseTo(0.1, 15);
  });

  test('keeps gaps, and does not count them beside them', () => {
    expect([...centredMean([1, NaN, 3, 5, 7], 3, [0])]).toEqual([1, NaN, 4, 5, 7]);
  });
});

describe('a smoothed chart', () => {
  const spec: ChartSpec = {
    steps: [0, 1, 2],
    all: [0, 20],
    x: [0, 20],
    y: [0, 9],
    marks: [
      { kind: 'line', values: [0, 9, 0], color: 'ink', smooths: true },
      { kind: 'line', values: [0, 9, 0], color: 'ink' },
      { kind: 'band', low: [0, 0, 0], high: [1, 9, 1], color: 'ink', alpha: 0.2 },
    ],
    labels: () => [],
    changes: [],
  };

  test('has means beside the recorded lines that may have them; the rest is as it was', () => {
    const [line, plain, band] = withSmoothing(spec, 3).marks;
    expect(line).toMatchObject({ values: [0, 9, 0], mean: Float64Array.of(0, 3, 0) });
    expect(plain).toBe(spec.marks[1]);
    expect(band).toBe(spec.marks[2]);
  });

  test('is the chart itself while smoothing is off', () => {
    expect(withSmoothing(spec, 1)).toBe(spec);
  });
});
