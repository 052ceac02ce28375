import { describe, expect, test } from 'vitest';
import { numericValue } from '../../../src/terms/knob.ts';
import { reachOf } from '../../../src/terms/reachOf.ts';
import { temperature, temperatureIn } from '../../../src/terms/temperature.term.ts';
import type { Phase } from '../../../src/terms/term.ts';
import { numericOf, transformClosedForm } from '../../support/terms.ts';

const knobs = (t: number, place: string) =>
  numericOf(temperature.knobs, { 'model.temperature': t, 'model.temperature_at': place });

/** Where T acts: place, phase. */
const ACTS: [place: string, phase: Phase, acts: boolean][] = [
  ['both', 'training', true],
  ['both', 'evaluation', true],
  ['training', 'training', true],
  ['training', 'evaluation', false],
  ['inference', 'training', false],
  ['inference', 'evaluation', true],
];

describe('temperature', () => {
  test.each(ACTS)('"%s" divides logits and their gradient in %s: %s', (place, phase, acts) => {
    for (const t of [0.05, 4, 10]) {
      const divisor = acts ? t : 1;
      const [logits, weights] = [Float64Array.of(1, -2, 0), Float64Array.of(3, 0.5, -1)];
      const { out, gradient } = transformClosedForm(temperature, logits, weights, knobs(t, place), phase);
      expect(Array.from(out)).toEqual([...logits].map((x) => x / divisor));
      expect(Array.from(gradient)).toEqual([...weights].map((x) => x / divisor));
      expect(temperatureIn(knobs(t, place), phase)).toBe(divisor);
    }
  });

  test.each(ACTS)('"%s" shrinks the reach of LogitNorm in %s: %s', (place, phase, acts) => {
    const values = {
      'model.use_logit_norm': true,
      'model.logit_norm': 2,
      'model.temperature': 4,
      'model.temperature_at': place,
    };
    expect(reachOf(values, phase)).toBe(acts ? 0.5 : 2);
    expect(reachOf({ ...values, 'model.use_logit_norm': false }, phase)).toBe(Infinity);
  });

  test('acts at both unless told otherwise', () => {
    const [t, place] = temperature.knobs;
    expect([t?.default, place?.default]).toEqual([1, 'both']);
    expect(place && numericValue(place, 'both')).toBe(0);
  });
});
