import { describe, expect, test } from 'vitest';
import { spreadLetters, type Letter } from '../../../src/charts/letters.ts';

const R = 9;
const box = { width: 174, height: 174 };
const least = (letters: readonly Letter[]): number =>
  Math.min(
    ...letters.flatMap(({ label: a }, i) =>
      letters.slice(0, i).map(({ label: b }) => Math.hypot(a.x - b.x, a.y - b.y)),
    ),
  );

describe('letters', () => {
  test('that are far apart stand on their places', () => {
    const letters = spreadLetters([0.2, 0.2, 0.8, 0.5], box, R, true);
    expect(letters.map(({ name, led }) => [name, led])).toEqual([
      ['A', false],
      ['B', false],
    ]);
    for (const { at, label } of letters) expect(label).toEqual(at);
    expect(letters[1]?.at.x).toBeCloseTo(0.8 * 174, 6);
  });

  test.each([
    ['near each other', [0.5, 0.5, 0.52, 0.5, 0.5, 0.53, 0.9, 0.9]],
    ['on the same spot', [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]],
    ['in a corner', [0, 0, 0.01, 0, 0, 0.02]],
    ['in a row', Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? 0.5 + i / 200 : 0.3))],
  ])('are all legible: %s', (_, places) => {
    const letters = spreadLetters(places, box, R, true);
    expect(least(letters)).toBeGreaterThan(2 * R);
    for (const { label, at, led } of letters) {
      for (const x of [label.x, label.y]) {
        expect(x).toBeGreaterThanOrEqual(R - 1e-9);
        expect(x).toBeLessThanOrEqual(174 - R + 1e-9);
      }
      expect(led).toBe(Math.hypot(label.x - at.x, label.y - at.y) > 4);
    }
    expect(letters.some(({ led }) => led)).toBe(true);
  });
});
