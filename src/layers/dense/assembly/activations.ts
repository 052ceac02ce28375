import { add, and, BYTES, get, gt, mul, put, splat, sub, V } from '../../assembly/lanes';
import { erf, exp, sigmoid, tanh } from '../../assembly/math';

/** In the order of `ACTIVATIONS`; the value of ReLU is taken where sums are finished, in `affine`. */
const TANH = 1;
const SILU = 2;
const GELU = 3;

@inline function normal(x: V): V {
  return mul(splat(0.5), add(splat(1), erf(mul(x, splat(0.707106781186547524)))));
}

/** out = activation(z), `vectors` vectors. */
export function activate(kind: i32, out: usize, z: usize, vectors: i32): void {
  for (let v = 0; v < vectors; v++) {
    const at = <usize>v * BYTES;
    const x = get(z + at);
    let y = x;
    if (kind == TANH) y = tanh(x);
    else if (kind == SILU) y = mul(x, sigmoid(x));
    else if (kind == GELU) y = mul(x, normal(x));
    put(out + at, y);
  }
}

/** d ← d · slope: of ReLU and tanh from the value at `from`, of the others from z. */
export function slope(kind: i32, d: usize, from: usize, vectors: i32): void {
  for (let v = 0; v < vectors; v++) {
    const at = <usize>v * BYTES;
    const x = get(from + at);
    let s = x;
    if (kind == TANH) s = sub(splat(1), mul(x, x));
    else if (kind == SILU) {
      const y = sigmoid(x);
      s = mul(y, add(splat(1), mul(x, sub(splat(1), y))));
    } else if (kind == GELU) {
      const density = mul(splat(0.398942280401432678), exp(mul(splat(-0.5), mul(x, x))));
      s = add(normal(x), mul(x, density));
    } else s = and(splat(1), gt(x, splat(0)));
    put(d + at, mul(get(d + at), s));
  }
}
