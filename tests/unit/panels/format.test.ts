import { describe, expect, it } from 'vitest';
import { formatEntry, formatNumber, formatPercent, formatStep } from '../../../src/panels/kit/format.ts';

describe('numbers', () => {
  it.each([
    [0, '0'],
    [0.87234, '0.872'],
    [2.0794, '2.08'],
    [-0.5, '−0.500'],
    [1234, '1\u2009234'],
    [1_234_567, '1\u2009234\u2009567'],
    [12.345, '12.3'],
    [999.96, '1\u2009000'],
    [0.00012, '0.000120'],
    [1e-6, '10⁻⁶'],
    [-2.5e-7, '−2.5\u00a0×\u00a010⁻⁷'],
    [3e12, '3\u00a0×\u00a010¹²'],
    [Infinity, '∞'],
    [-Infinity, '−∞'],
    [NaN, 'not a number'],
  ])('%s is %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it('takes the number of digits', () => {
    expect(formatNumber(2.0794, 4)).toBe('2.079');
  });

  it('writes counts, shares and entries', () => {
    expect(formatStep(21_800)).toBe('21\u2009800');
    expect(formatPercent(0.157)).toBe('15.7\u00a0%');
    expect(formatPercent(1)).toBe('100\u00a0%');
    expect(formatEntry(0.003)).toBe('0.003');
    expect(formatEntry(1e-8)).toBe('1e-8');
    expect(Number(formatEntry(1e21))).toBe(1e21);
  });
});
