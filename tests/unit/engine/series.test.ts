import { describe, expect, test } from 'vitest';
import { nextRecording, Series } from '../../../src/engine/series.ts';

describe('a series', () => {
  const filled = (rows: number): Series => {
    const series = new Series();
    for (let step = 0; step < rows; step++) series.push({ step, total: 10 * step });
    return series;
  };

  test('keeps rows of numbers under the names of the first', () => {
    const series = filled(3);
    series.push({ total: 7, step: 3 });
    expect(series.columns).toEqual(['step', 'total']);
    expect(series.length).toBe(4);
    expect(series.toRecord()).toEqual({ step: [0, 1, 2, 3], total: [0, 10, 20, 7] });
  });

  test('hands out each row once, row by row', () => {
    const series = filled(2);
    expect(series.take()).toEqual({ from: 0, values: Float64Array.of(0, 0, 1, 10) });
    series.push({ step: 2, total: 20 });
    expect(series.take()).toEqual({ from: 2, values: Float64Array.of(2, 20) });
    expect(series.take()).toEqual({ from: 3, values: new Float64Array(0) });
  });

  test('hands out again from where rows were taken back, though others came in their place', () => {
    const series = filled(4);
    series.take();
    series.truncate(2);
    series.push({ step: 2, total: -1 });
    series.push({ step: 3, total: -2 });
    series.push({ step: 4, total: -3 });
    expect(series.take()).toEqual({ from: 2, values: Float64Array.of(2, -1, 3, -2, 4, -3) });
  });

  test('that is put back hands out again the rows that were replaced meanwhile', () => {
    const series = filled(4);
    const before = series.save();
    series.truncate(2);
    series.push({ step: 2, total: -1 });
    series.push({ step: 3, total: -2 });
    series.take();
    series.restore(before);
    expect(series.take()).toEqual({ from: 2, values: Float64Array.of(2, 20, 3, 30) });
    expect(series.toRecord()).toEqual({ step: [0, 1, 2, 3], total: [0, 10, 20, 30] });
  });

  test('that is put back to fewer rows says so, and hands out those that come then', () => {
    const series = filled(4);
    const before = series.save();
    series.take();
    series.restore(before, 3);
    expect(series.take()).toEqual({ from: 3, values: new Float64Array(0) });
    series.push({ step: 9, total: 9 });
    expect(series.take()).toEqual({ from: 3, values: Float64Array.of(9, 9) });
  });

  test('that is put back does not hand out again what is still the same', () => {
    const series = filled(4);
    const before = series.save();
    series.take();
    series.push({ step: 4, total: 40 });
    series.restore(before);
    expect(series.take()).toEqual({ from: 4, values: new Float64Array(0) });
  });

  test('refuses a row that lacks a column, by name', () => {
    expect(() => {
      filled(1).push({ step: 1 });
    }).toThrow('lacks the column total');
  });

  test('goes back to fewer rows, never to more', () => {
    const series = filled(4);
    series.truncate(9);
    expect(series.length).toBe(4);
    series.truncate(2);
    expect(series.toRecord()).toEqual({ step: [0, 1], total: [0, 10] });
  });

  test('starts afresh when cleared, with other columns if need be', () => {
    const series = filled(4);
    series.clear();
    expect(series.length).toBe(0);
    series.push({ other: 1 });
    expect(series.toRecord()).toEqual({ other: [1] });
  });
});

describe('metrics are recorded', () => {
  const recordings = (until: number, lastEvent = 0): number[] => {
    const steps: number[] = [];
    for (let step = lastEvent; step < until;) {
      step = nextRecording(step, lastEvent);
      steps.push(step);
    }
    return steps;
  };

  test('at every step at first, and ever more rarely', () => {
    expect(recordings(80)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 35, 40, 45, 50, 60, 70, 80,
    ]);
    const gaps = recordings(30_000).map((step, i, all) => step - (all[i - 1] ?? 0));
    expect(gaps).toEqual([...gaps].sort((a, b) => a - b));
    expect(gaps.at(-1)).toBe(500);
  });

  test('densely again after an event', () => {
    expect(recordings(1015, 1003)).toEqual([
      1004, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1018,
    ]);
  });

  test('at the same steps, wherever one asks from', () => {
    const all = recordings(3000);
    for (let step = 0; step < 3000; step += 7)
      expect(nextRecording(step, 0)).toBe(all.find((recorded) => recorded > step));
  });
});
