import { add, div, get, LANES, mul, put, splat, sqrt, sub, total } from '../../../layers/assembly/lanes';

/** Updates of flat parameters, `count` numbers, a multiple of the lanes. The factors come from the host, as f64 rounded once. */

/** Sum of squares; where f32 cannot hold it, taken again in f64. */
export function squares(g: usize, count: i32): f64 {
  let a = splat(0);
  for (let i = 0; i < count; i += LANES) {
    const x = get(g + 4 * <usize>i);
    a = add(a, mul(x, x));
  }
  const sum: f64 = total(a);
  // Neither overflown nor so small that f32 has lost it.
  if (sum < 1e38 && sum > 1e-30) return sum;
  let exact: f64 = 0;
  for (let i = 0; i < count; i++) {
    const x: f64 = load<f32>(g + 4 * <usize>i);
    exact += x * x;
  }
  return exact;
}

/**
 * Adam and AdamW, with the factors of tfjs/optimizer.ts.
 *
 * @param clip factor on the gradient
 * @param decay λ of λθ added to the gradient; @param shrink lr·λ of θ ← θ − lr·λ·θ
 * @param one1 1 − β₁; @param one2 1 − β₂
 * @param rate lr / (1 − β₁ᵗ); @param root 1 / √(1 − β₂ᵗ)
 */
export function adam(
  p: usize, g: usize, m: usize, v: usize, count: i32,
  clip: f32, decay: f32, shrink: f32, one1: f32, one2: f32, eps: f32, rate: f32, root: f32,
): void {
  const vClip = splat(clip), vDecay = splat(decay), vShrink = splat(shrink), vEps = splat(eps);
  const vOne1 = splat(one1), vOne2 = splat(one2), vRate = splat(rate), vRoot = splat(root);
  for (let i = 0; i < count; i += LANES) {
    const at: usize = 4 * <usize>i;
    const theta = get(p + at);
    const grad = add(mul(get(g + at), vClip), mul(theta, vDecay));
    let first = get(m + at);
    let second = get(v + at);
    first = add(first, mul(sub(grad, first), vOne1));
    second = add(second, mul(sub(mul(grad, grad), second), vOne2));
    put(m + at, first);
    put(v + at, second);
    const denominator = add(mul(sqrt(second), vRoot), vEps);
    put(p + at, sub(sub(theta, mul(theta, vShrink)), mul(div(first, denominator), vRate)));
  }
}

/** SGD with momentum μ: buffer ← μ·buffer + g, θ ← θ − lr·buffer. */
export function sgd(
  p: usize, g: usize, m: usize, count: i32,
  clip: f32, decay: f32, momentum: f32, rate: f32,
): void {
  const vClip = splat(clip), vDecay = splat(decay), vMomentum = splat(momentum), vRate = splat(rate);
  for (let i = 0; i < count; i += LANES) {
    const at: usize = 4 * <usize>i;
    const theta = get(p + at);
    const grad = add(mul(get(g + at), vClip), mul(theta, vDecay));
    const buffer = add(mul(get(m + at), vMomentum), grad);
    put(m + at, buffer);
    put(p + at, sub(theta, mul(buffer, vRate)));
  }
}
