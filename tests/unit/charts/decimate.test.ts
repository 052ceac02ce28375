import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimate } from '../../../src/charts/decimate.ts';

test('every column keeps its lowest, its highest, its first and its last value', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }), (values) => {
      const column = (i: number): number => Math.floor(i / 7);
      const kept = decimate(
        values,
        values.map((_, i) => column(i)),
      );
      for (let c = 0; c <= column(values.length - 1); c++) {
        const all = values.filter((_, i) => column(i) === c);
        const shown = kept.filter((i) => column(i) === c).map((i) => values[i] ?? NaN);
        expect(Math.min(...shown)).toBe(Math.min(...all));
        expect(Math.max(...shown)).toBe(Math.max(...all));
        expect(shown[0]).toBe(all[0]);
        expect(shown.at(-1)).toBe(all.at(-1));
        expect(shown.length).toBeLessThanOrEqual(4);
      }
    }),
  );
});

test('positions rise and none comes twice', () => {
  const values = Array.from({ length: 1000 }, (_, i) => Math.sin(i * i));
  const kept = decimate(
    values,
    values.map((_, i) => i >> 5),
  );
  expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
});

test('a gap is one break, and nothing is drawn before the first number', () => {
  expect(decimate([NaN, NaN, 1, 2, NaN, Infinity, 3], [0, 1, 2, 3, 4, 5, 6])).toEqual([2, 3, 4, 6]);
  expect(decimate([NaN, NaN], [0, 1])).toEqual([]);
  expect(decimate([], [])).toEqual([]);
});
