import { describe, expect, test } from 'vitest';
import { extentOf, layOut, stack, stepDomain, type ChartSpec } from '../../../src/charts/lineChart.ts';

describe('a stack', () => {
  test('puts what is positive above 0 and what is negative below', () => {
    const [a, b, c] = stack([
      [1, 2],
      [0.5, -1],
      [-0.25, -0.5],
    ]);
    expect(a?.up).toEqual({ low: [0, 0], high: [1, 2] });
    expect(b?.up).toEqual({ low: [1, 2], high: [1.5, 2] });
    expect(b?.down).toEqual({ low: [0, -1], high: [0, 0] });
    expect(c?.down).toEqual({ low: [-0.25, -1.5], high: [0, -1] });
  });

  test('adds up to the total, sign by sign', () => {
    const layers = [
      [1, 0.2],
      [-2, 0.3],
      [0, -0.1],
    ];
    const last = stack(layers).at(-1);
    layers[0]?.forEach((_, i) => {
      const total = layers.reduce((sum, layer) => sum + (layer[i] ?? NaN), 0);
      expect((last?.up.high[i] ?? NaN) + (last?.down.low[i] ?? NaN)).toBeCloseTo(total, 12);
    });
  });

  test('a value that is not a number leaves a gap in its own layer only', () => {
    const [a, b] = stack([[NaN], [1]]);
    expect(a?.up.high[0]).toBeNaN();
    expect(b?.up).toEqual({ low: [0], high: [1] });
  });
});

test('steps end at a round number that is at most a fifth away', () => {
  for (const last of [0, 3, 20, 21, 199, 200, 201, 1234, 54_321]) {
    const [start, end] = stepDomain(last);
    expect(start).toBe(0);
    expect(end).toBeGreaterThanOrEqual(last);
    if (last >= 20) expect(end).toBeLessThanOrEqual(last * 1.25);
  }
});

test('an extent leaves out what is not finite', () => {
  expect(extentOf([NaN, 3, -1, Infinity])).toEqual([-1, 3]);
  expect(extentOf([NaN])).toBeUndefined();
});

describe('a layout', () => {
  const spec: ChartSpec = {
    steps: [0, 100],
    x: [0, 100],
    y: [0, 1],
    marks: [{ kind: 'hatch', to: [0.9, 0.9], now: 0.9, label: 'out of reach' }],
    labels: [
      { at: 0.5, text: 'now', color: 'ink' },
      { at: 0.49, text: 'floor', color: 'ink' },
      { at: NaN, text: 'nothing', color: 'ink' },
    ],
    changes: [
      { step: 50, text: 'T 4', count: 1 },
      { step: 55, text: 'T 3', count: 1 },
    ],
  };
  const plain = (x: number): string => String(x);
  const layout = layOut(
    spec,
    300,
    150,
    { top: 10, right: 80, bottom: 20, left: 30 },
    { step: plain, value: plain, tick: plain },
  );

  test('names what is finite, without overlap', () => {
    expect(layout.labels.map(({ text }) => text)).toEqual(['now', 'floor']);
    expect((layout.labels[1]?.y ?? NaN) - (layout.labels[0]?.y ?? NaN)).toBeGreaterThanOrEqual(13);
  });

  test('has round ticks, and the words of the hatch in its middle', () => {
    expect(layout.yTicks.map(({ text }) => text)).toEqual(['0', '0.5', '1']);
    expect(layout.notes).toHaveLength(1);
    expect(layout.notes[0]?.x).toBeCloseTo((30 + 220) / 2);
  });

  test('joins the pins of changes that are near', () => {
    expect(layout.pins).toMatchObject([{ text: '2 changes', shown: true }]);
  });
});
