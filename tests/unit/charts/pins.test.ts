import { describe, expect, test } from 'vitest';
import {
  fit,
  joinChanges,
  pinAt,
  placePins,
  spread,
  type Change,
  type Pin,
} from '../../../src/charts/pins.ts';

const change = (step: number, text = `at ${step}`, count = 1): Change => ({
  step,
  steps: [step],
  text,
  count,
  details: [text],
});
const asPixels = (step: number): number => step;
const letters = (text: string): number => 6 * text.length;

describe('changes', () => {
  test('that are 24 pixels apart keep their words', () => {
    expect(joinChanges([change(10), change(34)], asPixels)).toMatchObject([
      { x: 10, text: 'at 10', count: 1 },
      { x: 34, text: 'at 34', count: 1 },
    ]);
  });

  test('that are nearer join where the first was, are counted, and none is lost', () => {
    const pins = joinChanges([change(10), change(20), change(33, 'several', 3), change(40)], asPixels);
    expect(pins).toMatchObject([
      { x: 10, text: '5 changes', count: 5 },
      { x: 40, text: 'at 40', count: 1 },
    ]);
    expect(pins[0]?.changes.flatMap(({ details }) => details)).toEqual(['at 10', 'at 20', 'several']);
  });

  test('of one step are what they were called', () => {
    expect(joinChanges([change(5, '6 changes', 6)], asPixels)).toMatchObject([
      { x: 5, text: '6 changes', count: 6 },
    ]);
  });
});

describe('the words of pins', () => {
  const pin = (x: number, text: string): Pin => ({ x, text, count: 1, changes: [] });

  test('stand to the right where they fit, else to the left', () => {
    expect(placePins([pin(50, 'short'), pin(280, 'short')], 0, 300, letters)).toMatchObject([
      { shown: 'short', side: 'right' },
      { shown: 'short', side: 'left' },
    ]);
  });

  test('are cut rather than run out of the chart, and go where there is no room at all', () => {
    const long = 'Confidence penalty weight 0.25';
    const [only] = placePins([pin(100, long)], 0, 200, letters);
    expect(only?.shown).toMatch(/^Confid.*…$/);
    expect(letters(only?.shown ?? '')).toBeLessThanOrEqual(92);
    expect(placePins([pin(20, long)], 0, 60, letters)[0]?.shown).toBe('');
  });

  test('never run over each other or over another pin', () => {
    for (const xs of [
      [20, 60, 100],
      [30, 150, 190],
      [100, 130, 270],
    ]) {
      const pins = placePins(
        xs.map((x) => pin(x, 'Learning rate 0.01')),
        0,
        300,
        letters,
      );
      const spans = pins
        .flatMap(({ x, shown, side }) => {
          const width = letters(shown);
          return [
            [x - 4, x + 4],
            ...(shown ? [side === 'left' ? [x - 8 - width, x - 8] : [x + 8, x + 8 + width]] : []),
          ];
        })
        .sort(([a = 0], [b = 0]) => a - b);
      spans.forEach(([from = 0, to = 0], i) => {
        expect(from).toBeGreaterThanOrEqual(0);
        expect(to).toBeLessThanOrEqual(300);
        expect(from).toBeGreaterThanOrEqual(spans[i - 1]?.[1] ?? 0);
      });
    }
  });

  test('fit with an ellipsis', () => {
    expect(fit('Learning rate', 100, letters)).toBe('Learning rate');
    expect(fit('Learning rate', 60, letters)).toBe('Learning…');
    expect(fit('Learning rate', 3, letters)).toBe('');
  });

  test('are found near the cursor, the nearest first', () => {
    const pins = [pin(100, 'a'), pin(118, 'b')];
    expect(pinAt(pins, 111)?.text).toBe('b');
    expect(pinAt(pins, 88)?.text).toBe('a');
    expect(pinAt(pins, 131)).toBeUndefined();
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
