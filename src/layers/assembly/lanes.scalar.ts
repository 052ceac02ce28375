/** `lanes.ts` with vectors of one lane: plain f32 arithmetic, for browsers without SIMD. */

export type V = f32;
export const LANES: i32 = 1;
export const BYTES: usize = 4;

@inline export function get(p: usize): V { return load<f32>(p); }
@inline export function getNext(p: usize): V { return load<f32>(p, BYTES); }
@inline export function getSplat(p: usize): V { return load<f32>(p); }
@inline export function getSplat1(p: usize): V { return load<f32>(p, 4); }
@inline export function getSplat2(p: usize): V { return load<f32>(p, 8); }
@inline export function getSplat3(p: usize): V { return load<f32>(p, 12); }
@inline export function put(p: usize, a: V): void { store<f32>(p, a); }
@inline export function putNext(p: usize, a: V): void { store<f32>(p, a, BYTES); }
@inline export function splat(a: f32): V { return a; }
@inline export function bits(a: i32): V { return reinterpret<f32>(a); }

@inline export function add(a: V, b: V): V { return a + b; }
@inline export function sub(a: V, b: V): V { return a - b; }
@inline export function mul(a: V, b: V): V { return a * b; }
@inline export function div(a: V, b: V): V { return a / b; }
@inline export function neg(a: V): V { return -a; }
@inline export function abs(a: V): V { return f32.abs(a); }
@inline export function sqrt(a: V): V { return f32.sqrt(a); }
@inline export function nearest(a: V): V { return f32.nearest(a); }
@inline export function max(a: V, b: V): V { return f32.max(a, b); }
@inline export function min(a: V, b: V): V { return f32.min(a, b); }
@inline export function atLeast(a: V, b: V): V { return a < b ? b : a; }
@inline export function atMost(a: V, b: V): V { return b < a ? b : a; }

@inline function mask(holds: bool): V { return reinterpret<f32>(holds ? -1 : 0); }
@inline function int(a: V): i32 { return reinterpret<i32>(a); }
@inline export function gt(a: V, b: V): V { return mask(a > b); }
@inline export function ge(a: V, b: V): V { return mask(a >= b); }
@inline export function lt(a: V, b: V): V { return mask(a < b); }
@inline export function eq(a: V, b: V): V { return mask(a == b); }
@inline export function ne(a: V, b: V): V { return mask(a != b); }
@inline export function and(a: V, b: V): V { return bits(int(a) & int(b)); }
@inline export function or(a: V, b: V): V { return bits(int(a) | int(b)); }
@inline export function andNot(a: V, b: V): V { return bits(int(a) & ~int(b)); }
@inline export function pick(by: V, yes: V, no: V): V { return int(by) != 0 ? yes : no; }

@inline export function toInt(a: V): V { return bits(a == a ? i32(a) : 0); }
@inline export function fromInt(a: V): V { return <f32>int(a); }
@inline export function addInt(a: V, b: V): V { return bits(int(a) + int(b)); }
@inline export function subInt(a: V, b: V): V { return bits(int(a) - int(b)); }
@inline export function shiftLeft(a: V, by: i32): V { return bits(int(a) << by); }
@inline export function shiftRight(a: V, by: i32): V { return bits(int(a) >> by); }

@inline export function total(a: V): f32 { return a; }

@inline export function putTotals(p: usize, a: V, b: V, c: V, d: V): void {
  store<f32>(p, a);
  store<f32>(p, b, 4);
  store<f32>(p, c, 8);
  store<f32>(p, d, 12);
}

@inline export function turn(out: usize, stride: usize, r0: usize, r1: usize, r2: usize, r3: usize): void {
  for (let f: usize = 0; f < 4; f++) {
    const to = out + f * stride;
    store<f32>(to, load<f32>(r0 + 4 * f));
    store<f32>(to, load<f32>(r1 + 4 * f), 4);
    store<f32>(to, load<f32>(r2 + 4 * f), 8);
    store<f32>(to, load<f32>(r3 + 4 * f), 12);
  }
}
