import { describe, expect, test } from 'vitest';
import {
  axisWords,
  inSight,
  layOut,
  readingAt,
  stepDomain,
  stretchesOf,
  type ChartSpec,
  type Formats,
} from '../../../src/charts/lineChart.ts';

test('steps end at a round number that is at most a fifth away', () => {
  for (const last of [0, 3, 20, 21, 199, 200, 201, 1234, 54_321]) {
    const [start, end] = stepDomain(last);
    expect(start).toBe(0);
    expect(end).toBeGreaterThanOrEqual(last);
    if (last >= 20) expect(end).toBeLessThanOrEqual(last * 1.25);
  }
});

const plain = (x: number): string => String(x);
const format: Formats = { step: plain, value: plain, tick: plain };
const margins = { top: 10, right: 80, bottom: 20, left: 30 };
const spec: ChartSpec = {
  steps: [0, 40, 50, 50, 100],
  all: [0, 100],
  x: [0, 100],
  y: [0, 1],
  marks: [
    { kind: 'hatch', to: [0.9, 0.9, 0.9, 0.2, 0.2], label: (row) => `from row ${row}` },
    { kind: 'line', values: [0.95, 0.92, 0.91, 0.5, 0.3], color: 'ink', dot: true },
    { kind: 'line', values: [0.1, 0.1, 0.1, 0.1, 0.1], color: 'ink2' },
  ],
  labels: (row, now) => [
    { at: [0.95, 0.92, 0.91, 0.5, 0.3][row] ?? NaN, text: now ? 'now' : `row ${row}`, color: 'ink' },
    { at: 0.29, text: 'floor', color: 'ink' },
    { at: NaN, text: 'nothing', color: 'ink' },
  ],
  changes: [
    { step: 50, steps: [50], text: 'T 4', count: 1, details: ['T 4'] },
    { step: 55, steps: [55], text: 'T 3', count: 1, details: ['T 3'] },
  ],
};
const layout = layOut(spec, 300, 150, margins, format);

describe('a layout', () => {
  test('has round ticks', () => {
    expect(layout.yTicks.map(({ text }) => text)).toEqual(['0', '0.5', '1']);
    expect(
      layOut({ ...spec, x: [10, 14] }, 300, 150, margins, format).xTicks.map(({ text }) => text),
    ).toEqual(['10', '11', '12', '13', '14']);
  });

  test('says in each stretch of a hatch what it is, where there is room', () => {
    expect(layout.notes.map(({ text }) => text)).toEqual(['from row 0']);
    expect(layout.notes[0]?.x).toBeCloseTo((30 + 125) / 2);
    expect(axisWords(layout).map(({ text }) => text)).toContain('from row 0');
  });

  test('a hatch has one piece for each height; the last goes on to the end', () => {
    const stretches = stretchesOf([0.9, 0.9, 0.9, 0.2, 0.2], spec.steps, layout);
    expect(stretches).toMatchObject([
      { row: 0, level: 0.9, left: 30, right: 125 },
      { row: 3, level: 0.2, left: 125, right: 220 },
    ]);
    expect(stretchesOf([], [], layout)).toEqual([]);
  });

  test('joins the pins of changes that are near', () => {
    expect(layout.pins).toMatchObject([{ text: '2 changes', shown: '2 changes' }]);
  });

  test('leaves out changes that are not in sight', () => {
    expect(layOut({ ...spec, x: [60, 100] }, 300, 150, margins, format).pins).toEqual([]);
  });
});

describe('a reading', () => {
  test('is at the last recorded row, with the dot and the label of the same value', () => {
    const reading = readingAt(spec, layout);
    expect(reading?.row).toBe(4);
    expect(reading?.x).toBe(220);
    expect(reading?.labels.map(({ text }) => text)).toEqual(['now', 'floor']);
    // Only the line that has one at its end.
    expect(reading?.dots).toEqual([{ y: layout.y(0.3), color: 'ink' }]);
  });

  test('names what is finite, without overlap', () => {
    const [now, floor] = readingAt(spec, layout)?.labels ?? [];
    expect((floor?.y ?? NaN) - (now?.y ?? NaN)).toBeGreaterThanOrEqual(13);
  });

  test('under the cursor has a dot on each line', () => {
    const reading = readingAt(spec, layout, 1);
    expect(reading?.labels[0]?.text).toBe('row 1');
    expect(reading?.dots.map(({ y }) => y)).toEqual([layout.y(0.92), layout.y(0.1)]);
  });

  test('of the past is not called now', () => {
    const zoomed = { ...spec, x: [0, 60] as const };
    const reading = readingAt(zoomed, layOut(zoomed, 300, 150, margins, format));
    expect(reading?.labels[0]?.text).toBe('row 3');
  });

  test('there is none before anything is recorded', () => {
    const empty = { ...spec, steps: [] };
    expect(readingAt(empty, layOut(empty, 300, 150, margins, format))).toBeUndefined();
  });

  test('keeps the dot of what exploded at the upper edge, and has none below', () => {
    const at = (value: number): unknown => {
      const wild: ChartSpec = {
        ...spec,
        steps: [0],
        marks: [{ kind: 'line', values: [value], color: 'ink', dot: true }],
      };
      return readingAt(wild, layOut(wild, 300, 150, margins, format))?.dots;
    };
    expect(at(100)).toEqual([{ y: 10, color: 'ink' }]);
    expect(at(-1)).toEqual([]);
    expect(at(NaN)).toEqual([]);
  });

  test('is the cursor\u2019s only while that is in sight', () => {
    expect(inSight(spec, 1)).toBe(1);
    expect(inSight({ ...spec, x: [60, 100] }, 1)).toBeUndefined();
    expect(inSight(spec, 9)).toBeUndefined();
    expect(inSight(spec, undefined)).toBeUndefined();
  });
});

describe('a log axis', () => {
  const log: ChartSpec = {
    ...spec,
    log: true,
    y: [0.001, 1],
    marks: [{ kind: 'line', values: [1, 0.1, 0, -1, NaN], color: 'ink' }],
    labels: () => [
      { at: 0, text: 'zero', color: 'ink' },
      { at: 1, text: 'one', color: 'ink' },
    ],
  };
  const placed = layOut(log, 300, 150, margins, format);

  test('counts what has no place on it, in sight only', () => {
    expect(placed.omitted).toBe(2);
    expect(layOut({ ...log, x: [0, 40] }, 300, 150, margins, format).omitted).toBe(0);
    expect(layout.omitted).toBe(0);
    expect(placed.y(0)).toBeNaN();
    expect(placed.y(-1)).toBeNaN();
  });

  test('has powers of ten, with steps between them where they are few', () => {
    const ticks = (y: readonly [number, number]): string[] =>
      layOut({ ...log, y }, 300, 150, margins, format).yTicks.map(({ text }) => text);
    expect(ticks([0.001, 1])).toEqual(['0.01', '1']);
    expect(ticks([0.2, 2])).toEqual(['0.2', '0.3', '0.5', '1', '2']);
  });

  test('keeps the label of what is 0 at its lower edge', () => {
    const [zero, one] = readingAt(log, placed)?.labels ?? [];
    expect(zero?.y).toBe(placed.plot.bottom);
    expect(one?.y).toBe(placed.plot.top);
  });
});
