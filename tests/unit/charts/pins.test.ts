import { describe, expect, test } from 'vitest';
import { joinChanges, spread } from '../../../src/charts/pins.ts';

const change = (
  step: number,
  text = `at ${step}`,
  count = 1,
): { step: number; text: string; count: number } => ({
  step,
  text,
  count,
});
const asPixels = (step: number): number => step;

describe('changes', () => {
  test('that are 24 pixels apart keep their words', () => {
    expect(joinChanges([change(10), change(34)], asPixels)).toEqual([
      { x: 10, text: 'at 10', count: 1 },
      { x: 34, text: 'at 34', count: 1 },
    ]);
  });

  test('that are nearer join where the first was, and are counted', () => {
    expect(joinChanges([change(10), change(20), change(33, 'several', 3), change(40)], asPixels)).toEqual([
      { x: 10, text: '5 changes', count: 5 },
      { x: 40, text: 'at 40', count: 1 },
    ]);
  });

  test('of one step are what they were called', () => {
    expect(joinChanges([change(5, '6 changes', 6)], asPixels)).toEqual([
      { x: 5, text: '6 changes', count: 6 },
    ]);
  });
});

describe('labels', () => {
  test('stay where there is room', () => {
    expect(spread([10, 50, 90], 13, 0, 100)).toEqual([10, 50, 90]);
  });

  test('move apart in their own order, and stay inside', () => {
    expect(spread([98, 99, 97], 13, 0, 100)).toEqual([87, 100, 74]);
    expect(spread([1, 0, 0], 13, 0, 100)).toEqual([26, 0, 13]);
  });
});
