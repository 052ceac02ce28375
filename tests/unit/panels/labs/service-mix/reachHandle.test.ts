import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  knobsForReach,
  nudgeReach,
  positionOf,
  reachAt,
} from '../../../../../src/panels/labs/service-mix/reach/reachHandle.ts';
import type { KnobValues } from '../../../../../src/terms/knob.ts';
import { reachOf } from '../../../../../src/terms/reachOf.ts';

const ranges = { s: { min: 0.25, max: 40 }, T: { min: 0.05, max: 10 } };
const knobs = (s: number, T: number, rest: KnobValues = {}): KnobValues => ({
  'model.use_logit_norm': true,
  'model.logit_norm': s,
  'model.temperature': T,
  'model.temperature_at': 'both',
  ...rest,
});
const before = knobs(1, 4);

describe('the axis', () => {
  test('positions and reaches are each other’s inverse', () => {
    for (const R of [0.1, 0.25, 1, 4, 10, 40, Infinity]) expect(reachAt(positionOf(R))).toBeCloseTo(R, 6);
  });
  test('the right end is no limit, and what lies beyond the axis stands at its ends', () => {
    expect(reachAt(1)).toBe(Infinity);
    expect(positionOf(800)).toBe(positionOf(40));
    expect(positionOf(0.01)).toBe(0);
  });
  test('arrow keys walk from end to end', () => {
    let R = 0.1;
    for (let i = 0; i < 400 && R < Infinity; i++) {
      const next = nudgeReach(R, 1);
      expect(next).toBeGreaterThan(R);
      R = next;
    }
    expect(R).toBe(Infinity);
    expect(nudgeReach(Infinity, -1)).toBe(40);
    expect(nudgeReach(40, -1)).toBeLessThan(40);
  });
});

describe('the knobs of a reach', () => {
  test('more reach takes the temperature back to 1 first, then lengthens s', () => {
    expect(knobsForReach(0.5, before, ranges)).toMatchObject({
      'model.logit_norm': 1,
      'model.temperature': 2,
    });
    expect(knobsForReach(10, before, ranges)).toMatchObject({
      'model.logit_norm': 10,
      'model.temperature': 1,
    });
  });
  test('less reach shortens s, and what s cannot give T does', () => {
    const free = knobs(10, 1, { 'model.use_logit_norm': false });
    expect(knobsForReach(1, free, ranges)).toEqual({
      'model.use_logit_norm': true,
      'model.logit_norm': 1,
      'model.temperature': 1,
    });
    expect(knobsForReach(0.1, before, ranges)).toMatchObject({
      'model.logit_norm': 0.4,
      'model.temperature': 4,
    });
    expect(knobsForReach(0.1, knobs(1, 1), ranges)).toMatchObject({
      'model.logit_norm': 0.25,
      'model.temperature': 2.5,
    });
  });
  test('no limit is LogitNorm off, and nothing else', () => {
    expect(knobsForReach(Infinity, before, ranges)).toEqual({ 'model.use_logit_norm': false });
  });
  test('a temperature that acts in training only is left alone', () => {
    const only = knobs(1, 4, { 'model.temperature_at': 'training' });
    expect(knobsForReach(10, only, ranges)).toEqual({ 'model.use_logit_norm': true, 'model.logit_norm': 10 });
  });
  test('from anywhere, the head gets the reach that was asked for', () => {
    const s = fc.double({ min: 0.25, max: 40, noNaN: true });
    const T = fc.double({ min: 0.05, max: 10, noNaN: true });
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 40, noNaN: true }), s, T, fc.boolean(), (R, s0, T0, on) => {
        const from = knobs(s0, T0, { 'model.use_logit_norm': on });
        const got = reachOf({ ...from, ...knobsForReach(R, from, ranges) });
        // Both knobs are rounded to three digits.
        expect(Math.abs(got / R - 1)).toBeLessThan(0.011);
      }),
    );
  });
});
