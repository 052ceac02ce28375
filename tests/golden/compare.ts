import { asNumber, flatten } from './fields.ts';
import type { Expected, Mismatch, Result, Tolerance } from './types.ts';

const SECTIONS = ['terms', 'grad', 'grad_terms'] as const;

/**
 * Everything the file expects must be in the result and within tolerance; what the result has beyond that is not
 * compared, save that gradients must be finite. At most one mismatch per name, the worst.
 *
 * @param toleranceOf by name of a term
 */
export function compareResult(
  expected: Expected,
  result: Result,
  toleranceOf: (name: string) => Tolerance,
): Mismatch[] {
  const mismatches: Mismatch[] = [];
  for (const section of SECTIONS) {
    for (const [name, value] of Object.entries(expected[section] ?? {})) {
      const mismatch = compareValue(`${section}.${name}`, value, result[section]?.[name], toleranceOf(name));
      if (mismatch) mismatches.push(mismatch);
    }
  }
  for (const [name, value] of Object.entries(result.grad ?? {})) {
    if (expected.grad && name in expected.grad) continue;
    if (!flatten(value)?.every(Number.isFinite)) {
      mismatches.push({ what: `grad.${name}`, expected: 'finite numbers', got: show(value) });
    }
  }
  return mismatches;
}

/** Compares numbers, booleans, strings and arrays of numbers; an array may be flat where `expected` is nested. */
export function compareValue(
  what: string,
  expected: unknown,
  got: unknown,
  tolerance: Tolerance,
): Mismatch | undefined {
  const number = asNumber(expected);
  if (number !== undefined) {
    const value = asNumber(got);
    return value !== undefined && distance(number, value, tolerance) <= 1
      ? undefined
      : { what, expected: show(expected), got: show(got) };
  }
  const numbers = flatten(expected);
  if (numbers === undefined) {
    return expected === got ? undefined : { what, expected: show(expected), got: show(got) };
  }
  const values = flatten(got);
  if (values?.length !== numbers.length) {
    return {
      what,
      expected: `${numbers.length} numbers`,
      got: values ? `${values.length} numbers` : show(got),
    };
  }
  let worst = 1;
  let at = -1;
  numbers.forEach((x, i) => {
    const d = distance(x, values[i] as number, tolerance);
    if (d > worst) {
      worst = d;
      at = i;
    }
  });
  return at < 0 ? undefined : { what: `${what}[${at}]`, expected: show(numbers[at]), got: show(values[at]) };
}

/** In units of what the tolerance allows. A NaN is equal to a NaN, an infinity to itself, and to nothing else. */
function distance(expected: number, got: number, { rtol, atol }: Tolerance): number {
  if (Object.is(expected, got) || expected === got) return 0;
  const d = Math.abs(got - expected) / (atol + rtol * Math.abs(expected));
  return Number.isNaN(d) || !Number.isFinite(expected) ? Infinity : d;
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number') return String(value);
  const text = JSON.stringify(flatten(value) ?? value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
