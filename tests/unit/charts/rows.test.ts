import { describe, expect, test } from 'vitest';
import { extentOf, nearestRow, rowAt, sideOf } from '../../../src/charts/rows.ts';

const steps = [0, 10, 20, 20, 30];

test('the row at a step is the last one up to it', () => {
  expect([0, 9, 10, 19, 20, 25, 99].map((step) => rowAt(steps, step))).toEqual([0, 0, 1, 1, 3, 3, 4]);
  expect(rowAt([5], 4)).toBeUndefined();
  expect(rowAt([], 4)).toBeUndefined();
});

describe('the row under the cursor', () => {
  test('is the nearest', () => {
    expect([-5, 4, 6, 14, 26, 99].map((step) => nearestRow(steps, step))).toEqual([0, 0, 1, 1, 4, 4]);
    expect(nearestRow([], 3)).toBeUndefined();
  });

  test('is before a change to its left, and after it to its right', () => {
    expect(nearestRow(steps, 19)).toBe(2);
    expect(nearestRow(steps, 20)).toBe(3);
    expect(nearestRow(steps, 21)).toBe(3);
    expect([1, 2, 3, 4, 9].map((row) => sideOf(steps, row))).toEqual([
      undefined,
      'before',
      'after',
      undefined,
      undefined,
    ]);
  });
});

test('an extent leaves out what is not finite', () => {
  expect(extentOf([NaN, 3, -1, Infinity])).toEqual([-1, 3]);
  expect(extentOf([NaN])).toBeUndefined();
});
