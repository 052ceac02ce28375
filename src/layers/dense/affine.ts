/**
 * x W + b and its derivatives in f64. Four inputs or four rows at a time: each pass over the outputs then loads and
 * stores them once instead of four times, which is most of the cost in JavaScript.
 */

export interface AffineShape {
  rows: number;
  inputs: number;
  outputs: number;
  /** Where W `[inputs, outputs]` and b `[outputs]` lie in the flat parameters. */
  weights: number;
  biases: number;
}

/** out = x W + b, `[rows, outputs]` */
export function affine(out: Float64Array, x: Float64Array, p: Float64Array, shape: AffineShape): void {
  const { rows, inputs, outputs, weights, biases } = shape;
  const blocked = inputs - (inputs % 4);
  for (let row = 0; row < rows; row++) {
    const o = row * outputs;
    const from = row * inputs;
    for (let j = 0; j < outputs; j++) out[o + j] = p[biases + j] as number;
    for (let i = 0; i < blocked; i += 4) {
      const x0 = x[from + i] as number;
      const x1 = x[from + i + 1] as number;
      const x2 = x[from + i + 2] as number;
      const x3 = x[from + i + 3] as number;
      const w0 = weights + i * outputs;
      const w1 = w0 + outputs;
      const w2 = w1 + outputs;
      const w3 = w2 + outputs;
      for (let j = 0; j < outputs; j++)
        out[o + j] =
          (out[o + j] as number) +
          x0 * (p[w0 + j] as number) +
          x1 * (p[w1 + j] as number) +
          x2 * (p[w2 + j] as number) +
          x3 * (p[w3 + j] as number);
    }
    for (let i = blocked; i < inputs; i++) {
      const value = x[from + i] as number;
      const w = weights + i * outputs;
      for (let j = 0; j < outputs; j++) out[o + j] = (out[o + j] as number) + value * (p[w + j] as number);
    }
  }
}

/** Adds the derivatives by W and b to `gradient`, which is laid out as the parameters are. */
export function affineByParameters(
  gradient: Float64Array,
  x: Float64Array,
  by: Float64Array,
  shape: AffineShape,
): void {
  const { rows, inputs, outputs, weights, biases } = shape;
  const blocked = rows - (rows % 4);
  for (let row = 0; row < rows; row++)
    for (let j = 0; j < outputs; j++)
      gradient[biases + j] = (gradient[biases + j] as number) + (by[row * outputs + j] as number);
  for (let row = 0; row < blocked; row += 4) {
    const o0 = row * outputs;
    const o1 = o0 + outputs;
    const o2 = o1 + outputs;
    const o3 = o2 + outputs;
    for (let i = 0; i < inputs; i++) {
      const at = row * inputs + i;
      const x0 = x[at] as number;
      const x1 = x[at + inputs] as number;
      const x2 = x[at + 2 * inputs] as number;
      const x3 = x[at + 3 * inputs] as number;
      const w = weights + i * outputs;
      for (let j = 0; j < outputs; j++)
        gradient[w + j] =
          (gradient[w + j] as number) +
          x0 * (by[o0 + j] as number) +
          x1 * (by[o1 + j] as number) +
          x2 * (by[o2 + j] as number) +
          x3 * (by[o3 + j] as number);
    }
  }
  for (let row = blocked; row < rows; row++)
    for (let i = 0; i < inputs; i++) {
      const value = x[row * inputs + i] as number;
      const w = weights + i * outputs;
      for (let j = 0; j < outputs; j++)
        gradient[w + j] = (gradient[w + j] as number) + value * (by[row * outputs + j] as number);
    }
}

/** out = by Wᵀ, `[rows, inputs]` */
export function affineByInput(
  out: Float64Array,
  by: Float64Array,
  p: Float64Array,
  shape: AffineShape,
): void {
  const { rows, inputs, outputs, weights } = shape;
  const blocked = inputs - (inputs % 4);
  for (let row = 0; row < rows; row++) {
    const o = row * outputs;
    const from = row * inputs;
    for (let i = 0; i < blocked; i += 4) {
      const w0 = weights + i * outputs;
      const w1 = w0 + outputs;
      const w2 = w1 + outputs;
      const w3 = w2 + outputs;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let j = 0; j < outputs; j++) {
        const d = by[o + j] as number;
        s0 += d * (p[w0 + j] as number);
        s1 += d * (p[w1 + j] as number);
        s2 += d * (p[w2 + j] as number);
        s3 += d * (p[w3 + j] as number);
      }
      out[from + i] = s0;
      out[from + i + 1] = s1;
      out[from + i + 2] = s2;
      out[from + i + 3] = s3;
    }
    for (let i = blocked; i < inputs; i++) {
      const w = weights + i * outputs;
      let total = 0;
      for (let j = 0; j < outputs; j++) total += (by[o + j] as number) * (p[w + j] as number);
      out[from + i] = total;
    }
  }
}
