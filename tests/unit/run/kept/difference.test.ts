import { describe, expect, test } from 'vitest';
import { serviceMix } from '../../../../src/labs/service-mix/index.ts';
import { presetKnobs } from '../../../../src/labs/lab.ts';
import { valueText } from '../../../../src/labs/valueText.ts';
import { comparedOf, differences, inWords, presetAt } from '../../../../src/run/kept/difference.ts';
import { keptRun } from '../../../support/kept.ts';

const lab = serviceMix;
const before = presetAt(lab, 'before', 0, 0);

describe('differences', () => {
  test('are told in the words of the panel, in its order', () => {
    const knobs = {
      ...before.knobs,
      'loss.maxsup_weight': 0,
      'model.temperature': 1,
      'model.temperature_at': 'inference',
      'model.use_logit_norm': false,
    };
    expect(differences(lab, { seed: 3, knobs, events: [] }, before)).toEqual([
      'Seed 0 → 3',
      'LogitNorm on → off',
      'Temperature T 4 → 1',
      'Temperature acts both → at inference',
      'MaxSup weight 0.1 → 0',
    ]);
  });

  test('leave out what has no effect on either side, and keep what has on one', () => {
    const off = { ...before.knobs, 'model.use_logit_norm': false };
    const moved = { ...off, 'model.logit_norm': 7 };
    expect(differences(lab, { ...before, knobs: moved }, { ...before, knobs: off })).toEqual([]);
    expect(differences(lab, { ...before, knobs: moved }, before)).toContain('Logit norm s 1 → 7');
  });

  test('that were taken back are said all the same', () => {
    const events = [
      { step: 5, key: 'model.temperature', value: 1 },
      { step: 9, key: 'model.temperature', value: 4 },
      { step: 9, key: 'pause', value: true },
    ];
    expect(differences(lab, { ...before, events }, before)).toEqual([
      'same settings in the end, 2 changes on the way',
    ]);
    expect(differences(lab, before, before)).toEqual([]);
  });

  test('of an untouched story are none at any of its steps', () => {
    const story = lab.presets.find(({ id }) => id === 'intro');
    for (const step of [0, 119, 120, 150]) {
      const at = presetAt(lab, 'intro', step, 0);
      const run = keptRun({ preset: 'intro', step, events: [...(story?.events ?? [])], knobs: at.knobs });
      expect(differences(lab, comparedOf(run.log, run.saved), at)).toEqual([]);
    }
    expect(presetAt(lab, 'intro', 120, 0).knobs['model.temperature']).toBe(4);
    expect(presetAt(lab, 'intro', 119, 0).knobs['model.temperature']).toBe(
      presetKnobs(lab, 'intro')['model.temperature'],
    );
  });
});

test('long lists are cut where that makes them shorter', () => {
  expect(inWords(['a', 'b', 'c'])).toBe('a, b, c');
  expect(inWords(['a', 'b', 'c', 'd'])).toBe('a, b, c, d');
  expect(inWords(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c, 2 more');
});

test('values are words', () => {
  const knob = (key: string) => lab.knobs.find((candidate) => candidate.key === key);
  expect(valueText(knob('model.use_logit_norm'), true)).toBe('on');
  expect(valueText(knob('model.temperature'), 0.1 + 0.2)).toBe('0.3');
  expect(valueText(knob('data.source'), 'places')).toBe('US counties');
  expect(valueText(knob('data.seed'), '')).toBe('empty');
  expect(valueText(undefined, 'x')).toBe('x');
});
