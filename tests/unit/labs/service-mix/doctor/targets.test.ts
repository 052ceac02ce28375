import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readTargets } from '../../../../../src/labs/service-mix/doctor/targets.ts';
import { defaultsOf } from '../../../../../src/labs/lab.ts';
import { categoriesOf } from '../../../../../src/labs/service-mix/network.ts';
import { serviceMix } from '../../../../../src/labs/service-mix/index.ts';

const texts = (value: unknown, classes = 8): string[] =>
  readTargets(value, classes, 7).problems.map(({ text }) => text);

it('takes rows, with or without the word', () => {
  const rows = [
    [0.5, 0.25, 0.25],
    [0, 0, 1],
  ];
  for (const value of [rows, { rows }])
    expect(readTargets(value, 8, 1)).toEqual({ spec: { kind: 'rows', rows }, problems: [] });
});

it('takes entropies up to ln K, as rounded as people write them', () => {
  expect(readTargets({ entropies: [0, 1.5, 2.08 - 5e-4] }, 8, 1).problems).toEqual([]);
  expect(texts({ entropies: [1, 2.09, -1, 'x'] })).toEqual(
    [2, 3, 4].map((n) => `Line 7: target ${n}: an entropy is a number from 0 to ln 8 = 2.079 nats.`),
  );
});

it('scales rounded rows without a word, and others with one', () => {
  expect(texts([[0.33, 0.33, 0.33]])).toEqual([]);
  expect(texts([[2, 1, 1]])).toEqual(['Line 7: target 1 adds up to 4; it was scaled to 1.']);
  expect(readTargets([[2, 1, 1]], 8, 1).spec).toEqual({ kind: 'rows', rows: [[0.5, 0.25, 0.25]] });
});

it('leaves out what is no distribution, by number and line', () => {
  const given = [[0.5, 0.5], [1], [0.2, 0.3, 0.5], [-1, 2], [0, 0], 'x', [NaN, 1]];
  const { spec, problems } = readTargets(given, 8, 7);
  expect(spec).toEqual({ kind: 'rows', rows: [[0.5, 0.5]] });
  expect(problems.map(({ text }) => text)).toEqual([
    'Line 7: target 2 has 1 classes; 2 to 64 are right. It was left out.',
    'Line 7: target 3 has 3 classes, the first one 2; it was left out.',
    'Line 7: target 4 is no list of numbers from 0; it was left out.',
    'Line 7: target 5 adds up to 0; it was left out.',
    'Line 7: target 6 is no list of numbers from 0; it was left out.',
    'Line 7: target 7 is no list of numbers from 0; it was left out.',
  ]);
});

it('falls back on the lab’s own where nothing is left, and says so', () => {
  for (const value of [[], {}, 3, null, { entropies: [9] }, [['a']]]) {
    const { spec, problems } = readTargets(value, 8, 7);
    expect(spec).toEqual({ kind: 'lab' });
    expect(problems.at(-1)?.text).toContain('The lab’s own targets are used.');
  }
  expect(texts({ rows: [[1, 1]], entropies: [1], odd: 2 })).toEqual([
    'Line 7: targets has no part "odd"; it knows rows and entropies.',
    'Line 7: targets has both rows and entropies; the rows count.',
    'Line 7: target 1 adds up to 2; it was scaled to 1.',
  ]);
});

it('makes distributions of anything whatsoever', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      const { spec } = readTargets(value, 8, 1);
      if (spec.kind === 'rows')
        for (const row of spec.rows)
          expect(Math.abs(row.reduce((sum, p) => sum + p, 0) - 1)).toBeLessThan(1e-9);
    }),
  );
});

it('knows K of a city and of the counties', () => {
  const values = { ...defaultsOf(serviceMix.knobs), 'data.categories': 5 };
  expect(categoriesOf(values)).toBe(5);
  expect(categoriesOf({ ...values, 'data.source': 'places' })).toBe(8);
});
