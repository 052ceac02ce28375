import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fitTemperature,
  LARGEST_TEMPERATURE,
  LEAST_TEMPERATURE,
  oneHot,
} from '../../../src/science/calibration.ts';
import { klDivergence, logSoftmax, softmaxRows } from '../../../src/science/distributions.ts';
import { randomStream } from '../../../src/science/random.ts';

const rows = 50;
const K = 5;
const stream = randomStream(2, 'data');
const logits = Float64Array.from({ length: rows * K }, (_, i) => 3 * stream.normal(i));

function meanKl(targets: Float64Array, temperature: number): number {
  let sum = 0;
  for (let offset = 0; offset < rows * K; offset += K) {
    const logp = logSoftmax(logits.subarray(offset, offset + K).map((z) => z / temperature));
    sum += klDivergence(targets.subarray(offset, offset + K), logp);
  }
  return sum / rows;
}

describe('fitTemperature', () => {
  it('finds the temperature that made the targets', () => {
    for (const truth of [0.02, 0.3, 1, 4, 60]) {
      const targets = new Float64Array(rows * K);
      softmaxRows(
        targets,
        logits.map((z) => z / truth),
        rows,
        K,
      );
      const fit = fitTemperature(logits, targets, rows, K);
      expect(fit.temperature / truth).toBeCloseTo(1, 8);
      expect(fit.klAfter).toBeCloseTo(0, 12);
      expect(fit.klBefore).toBeCloseTo(meanKl(targets, 1), 12);
      expect(fit.atBound).toBe(false);
    }
  });

  it('is beaten by no other temperature, for soft targets and labels', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e6 }),
        fc.boolean(),
        fc.double({ min: -2, max: 2, noNaN: true }),
        (seed, hard, log10T) => {
          const random = randomStream(seed, 'data');
          const targets = hard
            ? oneHot(
                Array.from({ length: rows }, (_, i) => random.integer(i, K)),
                K,
              )
            : new Float64Array(rows * K);
          if (!hard)
            softmaxRows(
              targets,
              Float64Array.from(targets, (_, i) => 2 * random.normal(i)),
              rows,
              K,
            );
          const fit = fitTemperature(logits, targets, rows, K);
          expect(meanKl(targets, 10 ** log10T)).toBeGreaterThanOrEqual(fit.klAfter - 1e-12);
          expect(fit.klAfter).toBeCloseTo(meanKl(targets, fit.temperature), 10);
          expect(fit.nllBefore - fit.nllAfter).toBeCloseTo(fit.klBefore - fit.klAfter, 10);
          expect(fit.temperature).toBeGreaterThanOrEqual(LEAST_TEMPERATURE);
          expect(fit.temperature).toBeLessThanOrEqual(LARGEST_TEMPERATURE);
        },
      ),
    );
  });

  it('stops at the bounds and says so', () => {
    const right = oneHot([0, 1], 2);
    const certain = fitTemperature([1, 0, 0, 1], right, 2, 2);
    expect(certain).toMatchObject({ temperature: LEAST_TEMPERATURE, atBound: true });
    const wrong = fitTemperature([0, 1, 1, 0], right, 2, 2);
    expect(wrong.temperature).toBeCloseTo(LARGEST_TEMPERATURE, 10);
    expect(wrong.atBound).toBe(true);
    expect(wrong.nllAfter).toBeLessThan(wrong.nllBefore);
  });

  it('leaves T at 1 where it changes nothing', () => {
    expect(fitTemperature([5, 5, 2, 2], [1, 0, 0, 1], 2, 2)).toMatchObject({
      temperature: 1,
      atBound: false,
    });
    expect(fitTemperature([5, 3], [1, 1], 2, 1)).toMatchObject({ temperature: 1, nllBefore: 0, klAfter: 0 });
  });

  it('survives huge logits', () => {
    const huge = logits.map((z) => 1e5 * z);
    const fit = fitTemperature(huge, oneHot(new Uint8Array(rows), K), rows, K);
    expect(fit).toMatchObject({ temperature: LARGEST_TEMPERATURE, atBound: true });
    expect(Number.isFinite(fit.nllAfter)).toBe(true);
  });

  it('refuses a model that has diverged, and nothing at all', () => {
    expect(() => fitTemperature([NaN, 0], [1, 0], 1, 2)).toThrow(RangeError);
    expect(() => fitTemperature([0, 0], [1, NaN], 1, 2)).toThrow(RangeError);
    expect(() => fitTemperature([], [], 0, 2)).toThrow(RangeError);
  });
});
