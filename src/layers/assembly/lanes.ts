/**
 * Vectors of four f32 lanes in WebAssembly SIMD. `lanes.scalar.ts` has the same functions with one lane; the build puts
 * it in this file's place for browsers without SIMD. No relaxed instruction: they differ between processors.
 */

export type V = v128;
/** Numbers in a vector. */
export const LANES: i32 = 4;
/** Bytes of a vector. */
export const BYTES: usize = 16;

@inline export function get(p: usize): V { return v128.load(p); }
/** The vector after the one at p. */
@inline export function getNext(p: usize): V { return v128.load(p, BYTES); }
@inline export function getSplat(p: usize): V { return v128.load32_splat(p); }
/** Of the numbers after the one at p. */
@inline export function getSplat1(p: usize): V { return v128.load32_splat(p, 4); }
@inline export function getSplat2(p: usize): V { return v128.load32_splat(p, 8); }
@inline export function getSplat3(p: usize): V { return v128.load32_splat(p, 12); }
@inline export function put(p: usize, a: V): void { v128.store(p, a); }
@inline export function putNext(p: usize, a: V): void { v128.store(p, a, BYTES); }
@inline export function splat(a: f32): V { return f32x4.splat(a); }
/** The bits of an integer in all lanes. */
@inline export function bits(a: i32): V { return i32x4.splat(a); }

@inline export function add(a: V, b: V): V { return f32x4.add(a, b); }
@inline export function sub(a: V, b: V): V { return f32x4.sub(a, b); }
@inline export function mul(a: V, b: V): V { return f32x4.mul(a, b); }
@inline export function div(a: V, b: V): V { return f32x4.div(a, b); }
@inline export function neg(a: V): V { return f32x4.neg(a); }
@inline export function abs(a: V): V { return f32x4.abs(a); }
@inline export function sqrt(a: V): V { return f32x4.sqrt(a); }
@inline export function nearest(a: V): V { return f32x4.nearest(a); }
/** NaN where either is NaN. */
@inline export function max(a: V, b: V): V { return f32x4.max(a, b); }
@inline export function min(a: V, b: V): V { return f32x4.min(a, b); }
/** a < b ? b : a, one instruction on every processor; NaN where a is NaN. */
@inline export function atLeast(a: V, b: V): V { return f32x4.pmax(a, b); }
/** b < a ? b : a; NaN where a is NaN. */
@inline export function atMost(a: V, b: V): V { return f32x4.pmin(a, b); }

/** Comparisons give masks: all bits of a lane, or none. */
@inline export function gt(a: V, b: V): V { return f32x4.gt(a, b); }
@inline export function ge(a: V, b: V): V { return f32x4.ge(a, b); }
@inline export function lt(a: V, b: V): V { return f32x4.lt(a, b); }
@inline export function eq(a: V, b: V): V { return f32x4.eq(a, b); }
@inline export function ne(a: V, b: V): V { return f32x4.ne(a, b); }
@inline export function and(a: V, b: V): V { return v128.and(a, b); }
@inline export function or(a: V, b: V): V { return v128.or(a, b); }
/** a and not b. */
@inline export function andNot(a: V, b: V): V { return v128.andnot(a, b); }
/** yes where the mask is set, else no. */
@inline export function pick(mask: V, yes: V, no: V): V { return v128.bitselect(yes, no, mask); }

/** To integer, towards zero; NaN gives 0. */
@inline export function toInt(a: V): V { return i32x4.trunc_sat_f32x4_s(a); }
@inline export function fromInt(a: V): V { return f32x4.convert_i32x4_s(a); }
@inline export function addInt(a: V, b: V): V { return i32x4.add(a, b); }
@inline export function subInt(a: V, b: V): V { return i32x4.sub(a, b); }
@inline export function shiftLeft(a: V, by: i32): V { return i32x4.shl(a, by); }
@inline export function shiftRight(a: V, by: i32): V { return i32x4.shr_s(a, by); }

/** The sum of all lanes, in pairs. */
@inline export function total(a: V): f32 {
  const pairs = f32x4.add(a, i32x4.shuffle(a, a, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

/** Stores the sums of the lanes of a, b, c and d side by side, four numbers. */
@inline export function putTotals(p: usize, a: V, b: V, c: V, d: V): void {
  const ab = f32x4.add(i32x4.shuffle(a, b, 0, 4, 1, 5), i32x4.shuffle(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(i32x4.shuffle(c, d, 0, 4, 1, 5), i32x4.shuffle(c, d, 2, 6, 3, 7));
  v128.store(p, f32x4.add(i32x4.shuffle(ab, cd, 0, 1, 4, 5), i32x4.shuffle(ab, cd, 2, 3, 6, 7)));
}

/**
 * Four numbers of each of four rows, turned: out[f][row] = row[f], out rows `stride` bytes apart.
 */
@inline export function turn(out: usize, stride: usize, r0: usize, r1: usize, r2: usize, r3: usize): void {
  const a = v128.load(r0);
  const b = v128.load(r1);
  const c = v128.load(r2);
  const d = v128.load(r3);
  const ab = i32x4.shuffle(a, b, 0, 4, 1, 5);
  const AB = i32x4.shuffle(a, b, 2, 6, 3, 7);
  const cd = i32x4.shuffle(c, d, 0, 4, 1, 5);
  const CD = i32x4.shuffle(c, d, 2, 6, 3, 7);
  v128.store(out, i32x4.shuffle(ab, cd, 0, 1, 4, 5));
  v128.store(out + stride, i32x4.shuffle(ab, cd, 2, 3, 6, 7));
  v128.store(out + 2 * stride, i32x4.shuffle(AB, CD, 0, 1, 4, 5));
  v128.store(out + 3 * stride, i32x4.shuffle(AB, CD, 2, 3, 6, 7));
}
