import { asNumber, flatten } from './fields.ts';
import type { Expected, Mismatch, Result, Tolerance } from './types.ts';

const SECTIONS = ['terms', 'grad', 'grad_terms'] as const;

/**
 * Everything the file expects must be in the result and within tolerance; what the result has beyond that is not
 * compared, save that gradients must be finite. At most one mismatch per name, the worst. Where the file gives one number
 * for the gradient of a term, it is the sum of its absolute values.
 *
 * @param toleranceOf by name of a term
 * @param pending parts that are not compared, `section.name`; the result must not have them
 */
export function compareResult(
  expected: Expected,
  result: Result,
  toleranceOf: (name: string) => Tolerance,
  pending: readonly string[] = [],
): Mismatch[] {
  const mismatches: Mismatch[] = [];
  let compared = 0;
  for (const section of SECTIONS) {
    for (const [name, value] of Object.entries(expected[section] ?? {})) {
      const what = `${section}.${name}`;
      const given = result[section]?.[name];
      if (pending.includes(what)) {
        if (given !== undefined) mismatches.push({ what, expected: 'nothing yet', got: show(given) });
        continue;
      }
      compared++;
      const got = section === 'grad_terms' && asNumber(value) !== undefined ? sumOfAbsolutes(given) : given;
      const mismatch = compareValue(what, value, got, toleranceOf(name));
      if (mismatch) mismatches.push(mismatch);
    }
  }
  for (const section of ['grad', 'grad_terms'] as const) {
    for (const [name, value] of Object.entries(result[section] ?? {})) {
      if (expected[section] && name in expected[section]) continue;
      if (!flatten(value)?.every(Number.isFinite)) {
        mismatches.push({ what: `${section}.${name}`, expected: 'finite numbers', got: show(value) });
      }
    }
  }
  if (pending.length > 0 && compared === 0)
    mismatches.push({ what: 'case', expected: 'a part that is compared', got: 'only parts that are not' });
  return mismatches;
}

const sumOfAbsolutes = (value: unknown): unknown =>
  flatten(value)?.reduce((sum, x) => sum + Math.abs(x), 0) ?? value;

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
