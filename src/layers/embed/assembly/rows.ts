import { BYTES, get, put } from '../../assembly/lanes';

/**
 * Rows of tables `[rows, width]`, named by a column of a batch: whole numbers in f32, all of them rows of the table.
 * Arrays of a batch lie column by column, `stride` bytes from one to the next.
 */

export function copyColumn(out: usize, from: usize, vectors: i32): void {
  for (let v = vectors; v > 0; v--) {
    put(out, get(from));
    out += BYTES;
    from += BYTES;
  }
}

export function zeros(out: usize, count: i32): void {
  for (let i = 0; i < count; i++) store<f32>(out + 4 * <usize>i, 0);
}

/** out[j, b] = table[index[b], j] */
export function gatherRows(out: usize, stride: usize, table: usize, width: i32, index: usize, count: i32): void {
  for (let b = 0; b < count; b++) {
    let from = table + 4 * <usize>(<i32>load<f32>(index + 4 * <usize>b) * width);
    let to = out + 4 * <usize>b;
    for (let j = width; j > 0; j--) {
      store<f32>(to, load<f32>(from));
      from += 4;
      to += stride;
    }
  }
}

/** gradient[index[b], j] += d[j, b], in the order of b */
export function scatterRows(gradient: usize, width: i32, index: usize, d: usize, stride: usize, count: i32): void {
  for (let b = 0; b < count; b++) {
    let to = gradient + 4 * <usize>(<i32>load<f32>(index + 4 * <usize>b) * width);
    let from = d + 4 * <usize>b;
    for (let j = width; j > 0; j--) {
      store<f32>(to, load<f32>(to) + load<f32>(from));
      to += 4;
      from += stride;
    }
  }
}
