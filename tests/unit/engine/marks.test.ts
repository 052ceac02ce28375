import { describe, expect, test } from 'vitest';
import { bytesOf, Marks } from '../../../src/engine/marks.ts';
import type { Saved } from '../../../src/engine/protocol.ts';
import { keptRun } from '../../support/kept.ts';

/** A state that says that it is of a size; nothing of that size is made. */
function stateOf(step: number, bytes: number): Saved {
  const { saved } = keptRun({ step });
  const sized = (byteLength: number): Float64Array => ({ byteLength }) as Float64Array;
  return { ...saved, parameters: sized(bytes / 3), moments: sized((2 * bytes) / 3) };
}

function marksOf(count: number, bytes: number): Marks {
  const marks = new Marks();
  for (let step = 0; step < count; step++) marks.add(stateOf(step, bytes));
  return marks;
}
const bytesIn = ({ list }: Marks): number => list.reduce((sum, saved) => sum + bytesOf(saved), 0);

describe('states along a run', () => {
  test('are at most 48, spread over all of its steps', () => {
    const { list } = marksOf(500, 3_000);
    expect(list).toHaveLength(48);
    expect([list[0]?.step, list.at(-1)?.step]).toEqual([0, 499]);
    const gaps = list.slice(1).map(({ step }, i) => step - (list[i] as Saved).step);
    expect(Math.max(...gaps)).toBeLessThan((4 * 500) / 48);
  });

  test.each([1_500_000, 3_000_000, 9_000_000, 15_000_000])(
    'take at most 48 MB: states of %i bytes',
    (bytes) => {
      const marks = marksOf(60, bytes);
      expect(bytesIn(marks)).toBeLessThanOrEqual(48_000_000);
      // One more would be too many.
      expect(bytesIn(marks) + bytes).toBeGreaterThan(48_000_000);
    },
  );

  test('are three where even these take more: the first, the last and one to go back to', () => {
    expect(marksOf(60, 30_000_000).list).toHaveLength(3);
  });
});
