import { add, and, BYTES, get, getNext, getSplat, getSplat1, getSplat2, getSplat3, gt, atLeast, mul, put, putNext, putTotals, splat, total, V } from '../../assembly/lanes';

/**
 * Dense layers. Arrays of a batch lie feature by feature: `[features, rows]` with rows side by side, `stride` bytes from
 * one feature to the next, so that every vector holds one feature of neighbouring rows and no width needs padding.
 * `vectors` is an even number of vectors that covers the rows.
 */

/** What is done to a finished sum. */
const PLAIN = 0;
/** max(x, 0) */
const RELU = 1;
/** 0 where the layer's own output, at `by`, is not above 0: the slope of ReLU. */
const RELU_SLOPE = 2;

@inline function finish(a: V, mode: i32, by: usize): V {
  if (mode == RELU) return atLeast(a, splat(0));
  if (mode == RELU_SLOPE) return and(a, gt(get(by), splat(0)));
  return a;
}

/**
 * out[o, b] = Σ_i w[i, o] x[i, b] + bias[o].
 *
 * @param pitch bytes from w[i, o] to w[i + 1, o]
 * @param bias 0 for none
 * @param by where the slope of ReLU is read
 */
export function affine(
  out: usize, x: usize, w: usize, bias: usize,
  inner: i32, outer: i32, pitch: usize,
  vectors: i32, stride: usize, mode: i32, by: usize,
): void {
  const zero = splat(0);
  for (let v = 0; v < vectors; v += 2) {
    const at: usize = <usize>v * BYTES;
    let o = 0;
    for (; o + 4 <= outer; o += 4) {
      let a0 = zero, a1 = zero, a2 = zero, a3 = zero;
      if (bias) {
        const b = bias + 4 * <usize>o;
        a0 = getSplat(b);
        a1 = getSplat1(b);
        a2 = getSplat2(b);
        a3 = getSplat3(b);
      }
      let b0 = a0, b1 = a1, b2 = a2, b3 = a3;
      let px = x + at;
      let pw = w + 4 * <usize>o;
      for (let i = inner; i > 0; i--) {
        const x0 = get(px);
        const x1 = getNext(px);
        let s = getSplat(pw);
        a0 = add(a0, mul(s, x0));
        b0 = add(b0, mul(s, x1));
        s = getSplat1(pw);
        a1 = add(a1, mul(s, x0));
        b1 = add(b1, mul(s, x1));
        s = getSplat2(pw);
        a2 = add(a2, mul(s, x0));
        b2 = add(b2, mul(s, x1));
        s = getSplat3(pw);
        a3 = add(a3, mul(s, x0));
        b3 = add(b3, mul(s, x1));
        px += stride;
        pw += pitch;
      }
      let to = <usize>o * stride + at;
      put(out + to, finish(a0, mode, by + to));
      putNext(out + to, finish(b0, mode, by + to + BYTES));
      to += stride;
      put(out + to, finish(a1, mode, by + to));
      putNext(out + to, finish(b1, mode, by + to + BYTES));
      to += stride;
      put(out + to, finish(a2, mode, by + to));
      putNext(out + to, finish(b2, mode, by + to + BYTES));
      to += stride;
      put(out + to, finish(a3, mode, by + to));
      putNext(out + to, finish(b3, mode, by + to + BYTES));
    }
    for (; o < outer; o++) {
      let a = bias ? getSplat(bias + 4 * <usize>o) : zero;
      let b = a;
      let px = x + at;
      let pw = w + 4 * <usize>o;
      for (let i = inner; i > 0; i--) {
        const s = getSplat(pw);
        a = add(a, mul(s, get(px)));
        b = add(b, mul(s, getNext(px)));
        px += stride;
        pw += pitch;
      }
      const to = <usize>o * stride + at;
      put(out + to, finish(a, mode, by + to));
      putNext(out + to, finish(b, mode, by + to + BYTES));
    }
  }
}

/**
 * The derivative by the weights, out[i, o] = Σ_b x[i, b] d[o, b], and by the biases, bias[o] = Σ_b d[o, b]. Rows beyond
 * the batch must be 0 in d.
 */
export function outer(
  out: usize, bias: usize, x: usize, d: usize,
  inputs: i32, outputs: i32, vectors: i32, stride: usize,
): void {
  const zero = splat(0);
  const row: usize = 4 * <usize>outputs;
  const s2: usize = 2 * stride;
  const s3: usize = 3 * stride;
  let o = 0;
  for (; o + 4 <= outputs; o += 4) {
    const d0 = d + <usize>o * stride;
    let c0 = zero, c1 = zero, c2 = zero, c3 = zero;
    let pd = d0;
    for (let v = vectors; v > 0; v--) {
      c0 = add(c0, get(pd));
      c1 = add(c1, get(pd + stride));
      c2 = add(c2, get(pd + s2));
      c3 = add(c3, get(pd + s3));
      pd += BYTES;
    }
    putTotals(bias + 4 * <usize>o, c0, c1, c2, c3);
    let i = 0;
    for (; i + 2 <= inputs; i += 2) {
      let a0 = zero, a1 = zero, a2 = zero, a3 = zero;
      let b0 = zero, b1 = zero, b2 = zero, b3 = zero;
      let px = x + <usize>i * stride;
      let pd = d0;
      for (let v = vectors; v > 0; v--) {
        const x0 = get(px);
        const x1 = get(px + stride);
        let y = get(pd);
        a0 = add(a0, mul(x0, y));
        b0 = add(b0, mul(x1, y));
        y = get(pd + stride);
        a1 = add(a1, mul(x0, y));
        b1 = add(b1, mul(x1, y));
        y = get(pd + s2);
        a2 = add(a2, mul(x0, y));
        b2 = add(b2, mul(x1, y));
        y = get(pd + s3);
        a3 = add(a3, mul(x0, y));
        b3 = add(b3, mul(x1, y));
        px += BYTES;
        pd += BYTES;
      }
      const to = out + <usize>i * row + 4 * <usize>o;
      putTotals(to, a0, a1, a2, a3);
      putTotals(to + row, b0, b1, b2, b3);
    }
    for (; i < inputs; i++) {
      let a0 = zero, a1 = zero, a2 = zero, a3 = zero;
      let px = x + <usize>i * stride;
      let pd = d0;
      for (let v = vectors; v > 0; v--) {
        const x0 = get(px);
        a0 = add(a0, mul(x0, get(pd)));
        a1 = add(a1, mul(x0, get(pd + stride)));
        a2 = add(a2, mul(x0, get(pd + s2)));
        a3 = add(a3, mul(x0, get(pd + s3)));
        px += BYTES;
        pd += BYTES;
      }
      putTotals(out + <usize>i * row + 4 * <usize>o, a0, a1, a2, a3);
    }
  }
  for (; o < outputs; o++) {
    const d0 = d + <usize>o * stride;
    let c = zero;
    for (let v = 0; v < vectors; v++) c = add(c, get(d0 + <usize>v * BYTES));
    store<f32>(bias + 4 * <usize>o, total(c));
    for (let i = 0; i < inputs; i++) {
      let a = zero;
      let px = x + <usize>i * stride;
      let pd = d0;
      for (let v = vectors; v > 0; v--) {
        a = add(a, mul(get(px), get(pd)));
        px += BYTES;
        pd += BYTES;
      }
      store<f32>(out + <usize>i * row + 4 * <usize>o, total(a));
    }
  }
}
