/** Numbers as the page writes them: thin spaces between thousands, a true minus, no digit that says nothing. */

const THIN_SPACE = '\u2009';
const MINUS = '\u2212';
const TIMES = '\u00d7';
const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/**
 * A number with so many significant digits; whole numbers keep all of theirs. Not numbers are said in words, and very
 * small or large ones as a power of ten.
 */
export function formatNumber(value: number, digits = 3): string {
  if (Number.isNaN(value)) return 'not a number';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : `${MINUS}∞`;
  if (value === 0) return '0';
  const size = Math.abs(value);
  const sign = value < 0 ? MINUS : '';
  if (size < 1e-4 || size >= 1e7) return sign + power(size, digits);
  const rounded = Number(size.toPrecision(digits));
  const whole = Number.isInteger(size) || rounded >= 10 ** digits;
  return sign + (whole ? grouped(String(Math.round(size))) : grouped(size.toPrecision(digits)));
}

/** A step or another count. */
export function formatStep(step: number): string {
  return grouped(String(Math.round(step)));
}

/** A share as percent, with the no-break space before the sign. */
export function formatPercent(share: number, digits = 3): string {
  return `${formatNumber(share === 0 ? 0 : share * 100, digits)}\u00a0%`;
}

/** The number that a knob's field shows: the digits that it has and no zeros behind them, in plain characters that can be typed. */
export function formatEntry(value: number, digits = 6): string {
  const text = String(Number(value.toPrecision(digits)));
  return text.replace('e+', 'e');
}

function grouped(digits: string): string {
  const [whole = '', fraction] = digits.split('.');
  const parts = whole.replace(/\B(?=(\d{3})+$)/g, THIN_SPACE);
  return fraction === undefined ? parts : `${parts}.${fraction}`;
}

function power(size: number, digits: number): string {
  const [mantissa = '', exponent = '0'] = size.toExponential(digits - 1).split('e');
  const short = String(Number(mantissa));
  const raised = String(Math.abs(Number(exponent))).replace(
    /\d/g,
    (digit) => SUPERSCRIPTS[Number(digit)] ?? '',
  );
  return `${short === '1' ? '' : `${short}\u00a0${TIMES}\u00a0`}10${Number(exponent) < 0 ? '⁻' : ''}${raised}`;
}
