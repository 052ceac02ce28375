import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromPosition, nudge, toPosition } from '../../../src/panels/knobs/scale.ts';
import type { NumberKnob } from '../../../src/terms/knob.ts';
import { declaredLabs } from '../../support/labs.ts';

const knob = (fields: Partial<NumberKnob>): NumberKnob => ({
  kind: 'number',
  key: 'loss.test',
  label: 'Test',
  caption: '',
  live: true,
  min: 0,
  max: 10,
  default: 1,
  scale: 'linear',
  ...fields,
});
const temperature = knob({ min: 0.05, max: 10, scale: 'log' });
const weight = knob({ min: 0, max: 10, scale: 'zeroLog', logFrom: 0.05 });

describe('positions', () => {
  it('puts equal factors at equal distances on a log scale', () => {
    expect(toPosition(temperature, 0.05)).toBe(0);
    expect(toPosition(temperature, Math.sqrt(0.05 * 10))).toBeCloseTo(0.5, 12);
    expect(toPosition(temperature, 10)).toBe(1);
  });

  it('has 0 at the left end of a zeroLog scale, with a gap before its first value', () => {
    expect(toPosition(weight, 0)).toBe(0);
    expect(toPosition(weight, 0.05)).toBeCloseTo(0.04, 12);
    expect(fromPosition(weight, 0.019)).toBe(0);
    expect(fromPosition(weight, 0.021)).toBe(0.05);
    expect(fromPosition(weight, 1)).toBe(10);
  });

  it('keeps values outside of the range at its ends', () => {
    expect(toPosition(temperature, 1e-9)).toBe(0);
    expect(toPosition(weight, 99)).toBe(1);
  });

  it('gives whole numbers to whole-number knobs and round ones to others', () => {
    expect(fromPosition(knob({ min: 16, max: 20_000, scale: 'log', integer: true }), 0.5)).toBe(566);
    expect(fromPosition(knob({ max: 2.5 }), 0.3337)).toBe(0.834);
  });

  const declared = declaredLabs
    .flatMap((lab) => lab.knobs)
    .filter((k): k is NumberKnob => k.kind === 'number');
  it.each(declared.map((k) => [k.key, k] as const))('goes there and back: %s', (_, k) => {
    expect(fromPosition(k, 0)).toBe(k.min);
    expect(fromPosition(k, 1)).toBe(k.max);
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (position) => {
        const value = fromPosition(k, position);
        expect(value).toBeGreaterThanOrEqual(k.min);
        expect(value).toBeLessThanOrEqual(k.max);
        if (k.integer) expect(Number.isInteger(value)).toBe(true);
        // A slider's own rounding: a hundredth of it, or one of few whole numbers.
        const coarse = k.integer ? 0.5 : 0.021;
        expect(Math.abs(toPosition(k, value) - position)).toBeLessThan(coarse);
      }),
    );
  });

  it.each(declared.map((k) => [k.key, k] as const))('moves by arrows, and stays in range: %s', (_, k) => {
    expect(nudge(k, k.max, 1)).toBe(k.max);
    expect(nudge(k, k.min, -1)).toBe(k.min);
    expect(nudge(k, k.min, 1)).toBeGreaterThan(k.min);
    expect(nudge(k, k.max, -1)).toBeLessThan(k.max);
  });
});

describe('arrow keys', () => {
  it('move the second digit of a log scale', () => {
    expect(nudge(temperature, 4, 1)).toBe(4.1);
    expect(nudge(temperature, 4, 10)).toBe(5);
    expect(nudge(temperature, 1, -1)).toBe(0.99);
    expect(nudge(temperature, 0.99, 1)).toBe(1);
  });

  it('step over the gap of a zeroLog scale', () => {
    expect(nudge(weight, 0, 1)).toBe(0.05);
    expect(nudge(weight, 0.05, -1)).toBe(0);
  });

  it('move a linear scale by about a hundredth', () => {
    expect(nudge(knob({ max: 2.5 }), 0.5, 1)).toBe(0.51);
    expect(nudge(knob({ min: 3, max: 12, integer: true }), 8, 1)).toBe(9);
  });
});
