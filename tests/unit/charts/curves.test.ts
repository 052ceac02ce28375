import { describe, expect, test } from 'vitest';
import { limits, logLimits } from '../../../src/panels/curves/limits.ts';
import { lossSpec, unloggableLoss } from '../../../src/panels/curves/specs.ts';
import {
  entropySpec,
  klSpec,
  sayKl,
  type MixRecorded,
} from '../../../src/panels/labs/service-mix/curves/charts.ts';
import type { Recorded } from '../../../src/panels/labs/page.ts';

const series: Record<string, number[]> = {
  step: [0, 10, 20, 20, 30],
  kl: [1, 0.9, 0.88, 0.5, 0.01],
  floorKl: [0.84, 0.84, 0.84, 0, 0],
  entropyMean: [2.07, 2.07, 2.07, 1.5, 1.1],
  entropyTargetMean: [1.07, 1.07, 1.07, 1.07, 1.07],
  total: [1.1, 1, 0.98, 0.5, 0.01],
  'terms.kl': [1, 0.9, 0.88, 0.5, 0.01],
  'terms.maxsup': [0.1, 0.1, 0.1, 0, 0],
  'terms.entropy': [0, 0, 0, 0, 0],
};
const recorded: MixRecorded = {
  column: (name) => series[name] ?? [],
  all: [0, 30],
  x: [0, 30],
  changes: [],
  history: [
    { step: 0, reach: 0.25 },
    { step: 20, reach: Infinity },
  ],
  K: 8,
  penalties: [
    { id: 'kl', label: 'KL(target‖model)' },
    { id: 'entropy', label: 'Entropy hinge' },
    { id: 'maxsup', label: 'MaxSup' },
  ],
};
const texts = (labels: readonly { text: string }[]): string[] => labels.map(({ text }) => text);

describe('the KL chart', () => {
  test('has its flat guess, its value and its floor, of the row that is read', () => {
    const spec = klSpec(recorded, false);
    expect(texts(spec.labels(1, false))).toEqual(['flat 1.01', 'KL 0.900', 'floor 0.840']);
    expect(texts(spec.labels(4, true))).toEqual(['flat 1.01', 'now 0.0100']);
    expect(sayKl(recorded, 1)).toBe('KL 0.900, floor 0.840, flat guess 1.01');
  });

  test('says which reach each part that is out of reach belongs to', () => {
    const [hatch] = klSpec(recorded, false).marks;
    expect(hatch?.kind === 'hatch' && [0, 3].map((row) => hatch.label?.(row))).toEqual([
      'out of reach at R 0.25',
      'out of reach at R ∞',
    ]);
  });

  test('keeps value, floor and flat guess in sight on a log axis', () => {
    expect(klSpec(recorded, true).y).toEqual([0.01, 2]);
  });
});

test('the truth is out of reach only where it is', () => {
  const [hatch] = entropySpec(recorded).marks;
  expect(hatch?.kind === 'hatch' && [0, 4].map((row) => hatch.label?.(row))).toEqual([
    'the truth lies out of reach',
    '',
  ]);
});

describe('the loss', () => {
  test('has a label for every term that ever acted, in the middle of its layer', () => {
    const labels = lossSpec(recorded, false).labels(0, false);
    expect(texts(labels)).toEqual(['KL 1', 'MaxSup 0.100']);
    expect(labels.map(({ at }) => at)).toEqual([0.5, 1.05]);
  });

  test('on a log axis is lines, for areas cannot be added there; a term of 0 has no label', () => {
    const spec = lossSpec(recorded, true);
    expect(spec.marks.every(({ kind }) => kind === 'line')).toBe(true);
    expect(texts(spec.labels(4, true))).toEqual(['KL 0.0100']);
  });

  test('has no log axis where its total is negative, and says why', () => {
    expect(unloggableLoss(recorded)).toBe('');
    const negative: Recorded = {
      ...recorded,
      column: (name) => (name === 'total' ? [1, -0.2] : recorded.column(name)),
    };
    expect(unloggableLoss(negative)).toMatch(/below 0/);
  });
});

test('the range of a chart begins at 0 and is not stretched by an explosion', () => {
  expect(limits([[0.5, 1e9]], 1, 4)).toEqual([0, 4.32]);
  expect(limits([[0.5, -0.1]], 1, 4)[0]).toBeCloseTo(-0.108);
});

test('a log range ends at 1, 2 or 5 of a power of ten, and is never narrow', () => {
  expect(logLimits([[0.0014, 1.01]])).toEqual([0.001, 2]);
  expect(logLimits([[0.9], [1]])).toEqual([0.1, 1]);
  expect(logLimits([[0, -1, NaN]])).toEqual([1e-3, 1]);
  expect(logLimits([[1e-300, 1]])).toEqual([1e-12, 1]);
});
