import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../../src/engine/protocol.ts';
import { serviceMix } from '../../../src/labs/service-mix/index.ts';
import { defaultsOf } from '../../../src/labs/lab.ts';
import { changesOf } from '../../../src/panels/curves/changes.ts';
import {
  lowestEntropies,
  reachHistory,
  reachIn,
  reachText,
} from '../../../src/panels/labs/service-mix/curves/reachHistory.ts';

const free = { ...defaultsOf(serviceMix.knobs), 'model.use_logit_norm': false };
const collapse = [
  { step: 120, key: 'model.use_logit_norm', value: true },
  { step: 120, key: 'model.logit_norm', value: 1 },
  { step: 120, key: 'model.temperature', value: 4 },
  { step: 150, key: 'pause', value: true },
];

describe('the history of the reach', () => {
  test('begins with the knobs of step 0 and has one entry for each step that changes it', () => {
    expect(reachHistory(free, collapse)).toEqual([
      { step: 0, reach: Infinity },
      { step: 120, reach: 0.25 },
    ]);
  });

  test('is known at every step', () => {
    const history = reachHistory(free, collapse);
    expect([0, 119, 120, 500].map((step) => reachIn(history, step))).toEqual([
      Infinity,
      Infinity,
      0.25,
      0.25,
    ]);
  });

  test('says which entropies were possible when', () => {
    const [before, after] = lowestEntropies(reachHistory(free, collapse), [119, 120], 8);
    expect(before).toBe(0);
    expect(after).toBeCloseTo(2.0753, 3);
  });
});

describe('changes', () => {
  const inReach =
    (events: readonly RunEvent[]) =>
    (steps: readonly number[]): string | undefined =>
      reachText(steps, reachHistory(free, events));

  test('name the reach where it moved', () => {
    expect(changesOf(serviceMix, free, collapse, inReach(collapse))).toEqual([
      {
        step: 120,
        steps: [120],
        count: 3,
        text: 'R ∞ → 0.25',
        details: ['R ∞ → 0.25', 'LogitNorm on', 'Logit norm s 1', 'Temperature T 4'],
      },
    ]);
  });

  test('name a single knob by its label, and count several', () => {
    const events = [
      { step: 10, key: 'loss.maxsup_weight', value: 0.1 },
      { step: 20, key: 'loss.maxsup_weight', value: 0 },
      { step: 20, key: 'training.learning_rate', value: 0.01 },
    ];
    expect(changesOf(serviceMix, free, events)).toEqual([
      { step: 10, steps: [10], count: 1, text: 'MaxSup weight 0.1', details: ['MaxSup weight 0.1'] },
      {
        step: 20,
        steps: [20],
        count: 2,
        text: '2 changes',
        details: ['MaxSup weight 0', 'Learning rate 0.01'],
      },
    ]);
  });

  test('of one gesture are one, from the first to the last of its steps', () => {
    const events = [
      { step: 100, key: 'model.temperature', value: 1 },
      { step: 120, key: 'model.temperature', value: 1.5, gesture: 7 },
      { step: 130, key: 'loss.maxsup_weight', value: 0.1 },
      { step: 140, key: 'model.temperature', value: 2, gesture: 7 },
      { step: 164, key: 'model.temperature', value: 3, gesture: 7 },
      { step: 164, key: 'model.temperature', value: 2, gesture: 8 },
    ];
    const told = changesOf(serviceMix, free, events).map(({ steps, text }) => [steps, text]);
    expect(told).toEqual([
      [[100], 'Temperature T 1'],
      [[120, 140, 164], 'Temperature T 1 → 3'],
      [[130], 'MaxSup weight 0.1'],
      [[164], 'Temperature T 2'],
    ]);
  });

  test('of the reach by one gesture say where it began and where it ended', () => {
    const events = [
      { step: 10, key: 'model.use_logit_norm', value: true, gesture: 1 },
      { step: 10, key: 'model.logit_norm', value: 1, gesture: 1 },
      { step: 20, key: 'model.logit_norm', value: 2, gesture: 1 },
      { step: 30, key: 'model.logit_norm', value: 4, gesture: 1 },
    ];
    const [change, ...more] = changesOf(serviceMix, free, events, inReach(events));
    expect(more).toEqual([]);
    expect(change).toMatchObject({ step: 10, text: 'R ∞ → 4', count: 2 });
  });
});
