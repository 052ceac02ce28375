import { describe, expect, test } from 'vitest';
import { modelsRatio, shareOf } from '../../bench/gpuReport.ts';
import { met, spreadOf } from '../../bench/report.ts';
import { ratioOf, type Row } from '../../bench/rows.ts';

const row = (id: string, more: Partial<Row>): Row => ({
  id,
  name: id,
  kind: 'gpu',
  models: 1,
  flops: 1,
  distance: 1e-7,
  rates: [1],
  busyRates: [NaN],
  ...more,
});

describe('a ratio', () => {
  test('is taken round by round, where both worked', () => {
    const rows = [row('a', { rates: [2, NaN, 30] }), row('b', { rates: [1, 5, 10] })];
    expect(ratioOf(rows, 'a', 'b').value).toEqual({ median: 2.5, least: 2, most: 3 });
  });

  test('is of the time on a processor only where both work on the page’s thread', () => {
    const [a, b] = [
      row('a', { kind: 'thread', rates: [6], busyRates: [12] }),
      row('b', { kind: 'thread', rates: [3], busyRates: [3] }),
    ];
    expect(ratioOf([a, b], 'a', 'b').value?.median).toBe(4);
    expect(ratioOf([a, { ...b, kind: 'gpu' }], 'a', 'b').value?.median).toBe(2);
  });

  test('says who is missing', () => {
    expect(ratioOf([row('a', {})], 'a', 'b')).toEqual({ missing: 'b did not run' });
    expect(ratioOf([row('a', {}), row('b', { missing: 'no adapter', rates: [] })], 'b', 'a')).toEqual({
      missing: 'b did not run',
    });
  });
});

describe('on a GPU', () => {
  test('steps count as many models as they train', () => {
    const rows = [row('a', { models: 16, rates: [3] }), row('b', { rates: [4] })];
    expect(modelsRatio(rows, 'a', 'b').value?.median).toBe(12);
  });

  test('who ends elsewhere is not compared', () => {
    for (const distance of [1e-3, NaN])
      expect(modelsRatio([row('a', { distance }), row('b', {})], 'a', 'b').missing).toMatch(/^a ends .* off/);
    const { distance: _, ...unknown } = row('b', {});
    expect(modelsRatio([row('a', {}), unknown], 'a', 'b').missing).toMatch(/^b ends/);
    expect(modelsRatio([row('a', {}), row('b', { distance: 1e-5 })], 'a', 'b').missing).toBeUndefined();
  });

  test('operations are held against those of the multiply-add loop', () => {
    const rows = [row('a', { flops: 10, rates: [3] }), row('multiply-add', { flops: 100, rates: [2] })];
    expect(shareOf(rows, 'a').value?.median).toBe(0.15);
  });
});

test('a figure of which nothing is wanted is neither met nor missed', () => {
  const value = spreadOf([3]);
  expect(met({ name: '', value })).toBeUndefined();
  expect(met({ name: '', value, atLeast: 2 })).toBe(true);
  expect(met({ name: '', value, atMost: 2 })).toBe(false);
});
