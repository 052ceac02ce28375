import { randomStream } from '../../src/science/random.ts';
import { compile, type Bindings, type Sizes } from '../../src/terms/language/evaluate.ts';
import { AXES, input, sum, type Axis, type Expression } from '../../src/terms/language/expression.ts';
import { gradient } from '../../src/terms/language/gradient.ts';

/** A position by the names of its axes. */
export type Cell = Readonly<Partial<Record<Axis, number>>>;

/** Small, and all different where two axes meet in a test. */
export const SIZES = { member: 2, image: 2, condition: 2, row: 3, position: 2, pixel: 5, class: 4 } as const;

/** All positions of an array over these axes, in memory order. */
export function cells(axes: readonly Axis[], sizes: Sizes = SIZES): Cell[] {
  const ordered = AXES.filter((axis) => axes.includes(axis));
  return ordered.reduce<Cell[]>(
    (found, axis) =>
      found.flatMap((cell) => Array.from({ length: sizes[axis] ?? 0 }, (_, i) => ({ ...cell, [axis]: i }))),
    [{}],
  );
}

/** Where a position lies in an array over these axes; axes that the array lacks do not count. */
export function offset(axes: readonly Axis[], at: Cell, sizes: Sizes = SIZES): number {
  return AXES.filter((axis) => axes.includes(axis)).reduce(
    (index, axis) => index * (sizes[axis] ?? 0) + (at[axis] ?? 0),
    0,
  );
}

export type Inputs = Readonly<Record<string, Float64Array>>;
export type Knobs = Readonly<Record<string, number>>;

const bindings = (inputs: Inputs, knobs: Knobs): Bindings => ({
  inputs,
  knob: (key) => knobs[key] ?? NaN,
});

/** The value of one expression, a copy. */
export function valueOf(
  x: Expression,
  inputs: Inputs = {},
  sizes: Sizes = SIZES,
  knobs: Knobs = {},
): number[] {
  return [...(compile([x], sizes)(bindings(inputs, knobs))[0] ?? [])];
}

/** The symbolic gradient of a scalar by some nodes. */
export function gradientOf(
  x: Expression,
  wrt: readonly Expression[],
  inputs: Inputs = {},
  sizes: Sizes = SIZES,
  knobs: Knobs = {},
): number[][] {
  return compile(gradient(x, wrt), sizes)(bindings(inputs, knobs)).map((values) => [...values]);
}

/**
 * (f(x + h) − f(x − h)) / 2h for each entry of x, which is left as it was.
 *
 * @param scale the length over which f bends; h is a millionth of it, or of |x| where that is larger
 */
export function centralDifferences(f: () => number, x: Float64Array, scale = 1): number[] {
  return Array.from(x, (centre, i) => {
    const h = 1e-6 * Math.max(scale, Math.abs(centre));
    const [above, below] = [centre + h, centre - h].map((moved) => {
      x[i] = moved;
      return f();
    }) as [number, number];
    x[i] = centre;
    return (above - below) / (2 * h);
  });
}

/** The sum over all axes, so that anything can be differentiated. */
export const sumAll = (x: Expression): Expression => x.axes.reduce(sum, x);

/** A sum in which no two entries count alike, with an input `weights` of the same axes. */
export const weights = (x: Expression): Expression => input('weights', ...x.axes);

/** Numbers between two bounds, the same for the same seed. */
export function between(low: number, high: number, length: number, seed: number): Float64Array {
  const out = new Float64Array(length);
  randomStream(seed, 'data').fillUniform(out, low, high, 0);
  return out;
}

/** How far apart two lists are, in units of rtol · |expected| + atol; ∞ where one is not a number or lengths differ. */
export function distance(
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
  { rtol, atol }: { rtol: number; atol: number },
): number {
  if (got.length !== expected.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < got.length; i++) {
    const [a, b] = [got[i] as number, expected[i] as number];
    const d = Object.is(a, b) || a === b ? 0 : Math.abs(a - b) / (atol + rtol * Math.abs(b));
    worst = Number.isNaN(d) ? Infinity : Math.max(worst, d);
  }
  return worst;
}
