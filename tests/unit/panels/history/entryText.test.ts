import { beforeAll, describe, expect, test } from 'vitest';
import { loadLab } from '../../../../src/labs/index.ts';
import {
  ago,
  counted,
  differenceLine,
  finalNumbers,
  formatBytes,
  matches,
} from '../../../../src/panels/dialogs/history/entryText.ts';
import { entryOf, keptRun } from '../../../support/kept.ts';

beforeAll(async () => {
  await loadLab('service-mix');
});

const entry = entryOf(keptRun(), { differs: ['Temperature T 4 → 1', 'MaxSup weight 0.1 → 0'] });
const [S, M, H, D] = [1000, 60_000, 3_600_000, 86_400_000];

test.each([
  [0, 'just now'],
  [-5 * S, 'just now'],
  [30 * S, 'less than a minute ago'],
  [M, '1 minute ago'],
  [59 * M, '59 minutes ago'],
  [H, '1 hour ago'],
  [23 * H + 59 * M, '23 hours ago'],
  [D, 'yesterday'],
  [29 * D, '29 days ago'],
])('%i ms are %s', (past, words) => {
  const now = Date.UTC(2026, 5, 1);
  expect(ago(now - past, now)).toBe(words);
});

test('after a month the date says more', () => {
  const now = Date.UTC(2026, 5, 1);
  expect(ago(Date.UTC(2026, 1, 3, 12), now)).toBe('3 Feb 2026');
});

test('bytes have no digit that says nothing', () => {
  expect([0, 1499, 93_400, 3_440_000, 200e6].map(formatBytes)).toEqual([
    '1\u00a0kB',
    '1\u00a0kB',
    '93\u00a0kB',
    '3.4\u00a0MB',
    '200\u00a0MB',
  ]);
});

describe('what differs', () => {
  test('is said from what', () => {
    expect(differenceLine(entry, undefined)).toBe('Before: Temperature T 4 → 1, MaxSup weight 0.1 → 0');
    expect(differenceLine({ ...entry, differs: [] }, undefined)).toBe('Before, unchanged');
    const child = { ...entry, differsFrom: 'parent' as const };
    expect(differenceLine(child, 'Mine')).toContain('From “Mine”: Temperature');
    expect(differenceLine({ ...child, differs: [] }, undefined)).toBe('As an earlier run');
  });

  test('is found, as is what it is called, however it is written', () => {
    for (const search of ['', 'temperature', 'BEFORE seed', 'service', 'maxsup before'])
      expect(matches(entry, search)).toBe(true);
    expect(matches(entry, 'before after')).toBe(false);
  });
});

test('final numbers are those that there are', () => {
  expect(finalNumbers(entry)).toEqual([
    { label: 'step', value: '120' },
    { label: 'KL', value: '0.500' },
  ]);
});

test('one is one', () => {
  expect([counted(1, 'run'), counted(0, 'run'), counted(1200, 'run')]).toEqual([
    '1 run',
    '0 runs',
    '1\u2009200 runs',
  ]);
});
