import { turn } from './lanes';

/**
 * Rows of a data set `[rows, width]`, feature by feature: out[f, b] = data[rows[b], f]. Rows beyond `count` repeat the
 * first, so that they hold numbers as harmless as the others.
 *
 * @param rows count numbers i32; 0 for the rows from `first` on
 * @param padded rows to fill, a multiple of 4
 */
export function take(
  out: usize, stride: usize, data: usize, width: i32,
  rows: usize, first: i32, count: i32, padded: i32,
): void {
  const bytes: usize = 4 * <usize>width;
  for (let b = 0; b < padded; b += 4) {
    const r0: usize = data + bytes * row(rows, first, b, count);
    const r1: usize = data + bytes * row(rows, first, b + 1, count);
    const r2: usize = data + bytes * row(rows, first, b + 2, count);
    const r3: usize = data + bytes * row(rows, first, b + 3, count);
    let to = out + 4 * <usize>b;
    let f = 0;
    for (; f + 4 <= width; f += 4) {
      const from: usize = 4 * <usize>f;
      turn(to, stride, r0 + from, r1 + from, r2 + from, r3 + from);
      to += 4 * stride;
    }
    for (; f < width; f++) {
      const from: usize = 4 * <usize>f;
      store<f32>(to, load<f32>(r0 + from));
      store<f32>(to, load<f32>(r1 + from), 4);
      store<f32>(to, load<f32>(r2 + from), 8);
      store<f32>(to, load<f32>(r3 + from), 12);
      to += stride;
    }
  }
}

@inline function row(rows: usize, first: i32, b: i32, count: i32): usize {
  const at = b < count ? b : 0;
  return <usize>(rows ? load<i32>(rows + 4 * <usize>at) : first + at);
}
