import { describe, expect, it } from 'vitest';
import { agreement, betweenSampleSd } from '../../../src/science/agreement.ts';

const log = (p: number[]): number[] => p.map(Math.log);

describe('agreement', () => {
  it('is perfect for the targets themselves', () => {
    const targets = [0.7, 0.2, 0.1, 0.1, 0.1, 0.8];
    const same = agreement(log(targets), targets, 2, 3);
    expect(same.top1Agreement).toBe(1);
    expect(same.entropyCorrelation).toBeCloseTo(1, 12);
    for (const i of [0, 1]) {
      expect(same.kl[i]).toBeCloseTo(0, 15);
      expect(same.js[i]).toBeCloseTo(0, 15);
      expect(same.entropyPredicted[i]).toBeCloseTo(same.entropyTarget[i] as number, 15);
    }
  });

  it('shows collapse: full entropy, no spread between samples, no correlation', () => {
    const uniform = log([0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25]);
    const collapsed = agreement(uniform, [0.7, 0.1, 0.1, 0.1, 0, 0, 0.5, 0.5], 2, 4);
    expect(collapsed.entropyShareOfMax).toBeCloseTo(1, 15);
    expect(collapsed.betweenSampleSd).toBe(0);
    expect(collapsed.entropyCorrelation).toBeNaN();
    expect(collapsed.top1Agreement).toBe(0.5);
    expect(collapsed.kl[1]).toBeCloseTo(Math.LN2, 15);
  });

  it('measures spread between samples per class, not between classes', () => {
    expect(betweenSampleSd([0.9, 0.1, 0.9, 0.1], 2, 2)).toBe(0);
    expect(betweenSampleSd([1, 0, 0, 1], 2, 2)).toBe(0.5);
    expect(betweenSampleSd([1, 0, 0, 0, 1, 0], 2, 3)).toBeCloseTo(1 / 3, 15);
  });
});
