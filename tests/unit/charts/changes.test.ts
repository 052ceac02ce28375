import { describe, expect, test } from 'vitest';
import { serviceMix } from '../../../src/labs/service-mix/index.ts';
import { defaultsOf } from '../../../src/labs/lab.ts';
import { changesOf, lowestEntropies, reachHistory, reachIn } from '../../../src/panels/curves/changes.ts';

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
  test('name the reach where it moved', () => {
    expect(changesOf(serviceMix, collapse, reachHistory(free, collapse))).toEqual([
      {
        step: 120,
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
    expect(changesOf(serviceMix, events, undefined)).toEqual([
      { step: 10, count: 1, text: 'MaxSup weight 0.1', details: ['MaxSup weight 0.1'] },
      { step: 20, count: 2, text: '2 changes', details: ['MaxSup weight 0', 'Learning rate 0.01'] },
    ]);
  });
});
