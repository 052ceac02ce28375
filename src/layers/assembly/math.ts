import { abs, add, addInt, and, andNot, bits, div, eq, fromInt, ge, gt, atLeast, lt, atMost, mul, ne, nearest, neg, or, pick, shiftLeft, shiftRight, splat, sub, subInt, toInt, V } from './lanes';

/**
 * Elementary functions on vectors, by range reduction and polynomials (Cody and Waite 1980; coefficients of Moshier's
 * Cephes library, single precision). tests/unit/engine/wasm/math.test.ts measures their errors.
 */

const INFINITY: f32 = Infinity;

/** 2 ulp; 0 below −87.33 (no subnormals), ∞ above 88.72. */
export function exp(x: V): V {
  const clamped = atMost(atLeast(x, splat(-87.33654)), splat(88.72283));
  const n = nearest(mul(clamped, splat(1.44269504088896341)));
  let r = sub(clamped, mul(n, splat(0.693359375)));
  r = add(r, mul(n, splat(2.12194440e-4)));
  let p = splat(1.9875691500e-4);
  p = add(mul(p, r), splat(1.3981999507e-3));
  p = add(mul(p, r), splat(8.3334519073e-3));
  p = add(mul(p, r), splat(4.1665795894e-2));
  p = add(mul(p, r), splat(1.6666665459e-1));
  p = add(mul(p, r), splat(5.0000001201e-1));
  p = add(add(mul(p, mul(r, r)), r), splat(1));
  // In two factors: 2^128 has none.
  const whole = toInt(n);
  const half = shiftRight(whole, 1);
  const one = bits(127);
  const low = shiftLeft(addInt(half, one), 23);
  const high = shiftLeft(addInt(subInt(whole, half), one), 23);
  const value = mul(mul(p, low), high);
  return pick(gt(x, splat(88.72283)), splat(INFINITY), andNot(value, lt(x, splat(-87.33654))));
}

/** 1 ulp; −∞ at 0, NaN below. */
export function log(x: V): V {
  const tiny = lt(x, splat(1.17549435e-38));
  const scaled = pick(tiny, mul(x, splat(8388608)), x);
  let e = addInt(shiftRight(scaled, 23), pick(tiny, bits(-126 - 23), bits(-126)));
  // Mantissa in [.5, 1), then in [√.5, √2).
  let m = or(and(scaled, bits(0x007fffff)), bits(0x3f000000));
  const small = lt(m, splat(0.707106781186547524));
  e = addInt(e, small);
  m = sub(add(m, and(m, small)), splat(1));
  const z = mul(m, m);
  let p = splat(7.0376836292e-2);
  p = add(mul(p, m), splat(-1.1514610310e-1));
  p = add(mul(p, m), splat(1.1676998740e-1));
  p = add(mul(p, m), splat(-1.2420140846e-1));
  p = add(mul(p, m), splat(1.4249322787e-1));
  p = add(mul(p, m), splat(-1.6668057665e-1));
  p = add(mul(p, m), splat(2.0000714765e-1));
  p = add(mul(p, m), splat(-2.4999993993e-1));
  p = add(mul(p, m), splat(3.3333331174e-1));
  let y = mul(mul(p, m), z);
  const n = fromInt(e);
  y = add(y, mul(n, splat(-2.12194440e-4)));
  y = sub(y, mul(z, splat(0.5)));
  y = add(add(m, y), mul(n, splat(0.693359375)));
  // Infinite and NaN stay what they are.
  y = pick(lt(x, splat(INFINITY)), y, x);
  y = pick(eq(x, splat(0)), splat(-INFINITY), y);
  return pick(lt(x, splat(0)), splat(NaN), y);
}

export function log1p(x: V): V {
  const u = add(x, splat(1));
  const rest = sub(u, splat(1));
  // What rounding took from 1 + x is put back (Kahan).
  const y = mul(log(u), div(x, rest));
  return pick(eq(u, splat(1)), x, pick(lt(u, splat(INFINITY)), y, log(u)));
}

export function sigmoid(x: V): V {
  return div(splat(1), add(splat(1), exp(neg(x))));
}

export function tanh(x: V): V {
  const size = abs(x);
  const z = mul(x, x);
  let p = splat(-5.70498872745e-3);
  p = add(mul(p, z), splat(2.06390887954e-2));
  p = add(mul(p, z), splat(-5.37397155531e-2));
  p = add(mul(p, z), splat(1.33314422036e-1));
  p = add(mul(p, z), splat(-3.33332819422e-1));
  const near = add(x, mul(x, mul(z, p)));
  const far = sub(splat(1), div(splat(2), add(exp(add(size, size)), splat(1))));
  const signed = or(far, and(x, bits(0x80000000)));
  return pick(ge(size, splat(0.625)), signed, near);
}

/** Rational approximation on [−4, 4], beyond which f32 has nothing but ±1. */
export function erf(x: V): V {
  const c = atMost(atLeast(x, splat(-4)), splat(4));
  const z = mul(c, c);
  let p = splat(-2.72614225801306e-10);
  p = add(mul(p, z), splat(2.77068142495902e-8));
  p = add(mul(p, z), splat(-2.10102402082508e-6));
  p = add(mul(p, z), splat(-5.69250639462346e-5));
  p = add(mul(p, z), splat(-7.34990630326855e-4));
  p = add(mul(p, z), splat(-2.95459980854025e-3));
  p = add(mul(p, z), splat(-1.60960333262415e-2));
  let q = splat(-1.45660718464996e-5);
  q = add(mul(q, z), splat(-2.13374055278905e-4));
  q = add(mul(q, z), splat(-1.68282697438203e-3));
  q = add(mul(q, z), splat(-7.37332916720468e-3));
  q = add(mul(q, z), splat(-1.42647390514189e-2));
  return div(mul(c, p), q);
}

/** x^y as exp(y log x), whose error grows with |y log x|; whole powers of negative numbers too. */
export function pow(x: V, y: V): V {
  const size = exp(mul(y, log(abs(x))));
  const half = mul(y, splat(0.5));
  const odd = ne(nearest(half), half);
  const negative = pick(eq(nearest(y), y), pick(odd, neg(size), size), splat(NaN));
  return pick(eq(y, splat(0)), splat(1), pick(lt(x, splat(0)), negative, size));
}
