/** Of one place: how far the model's mix is from the true one, in nats; NaN where there is no prediction. */
export function klAt(targets: Float32Array, predicted: Float32Array, row: number, K: number): number {
  let sum = 0;
  for (let i = row * K; i < (row + 1) * K; i++) {
    const t = targets[i] as number;
    // As PyTorch: what never happens costs nothing.
    if (t > 0) sum += t * (Math.log(t) - Math.log(predicted[i] ?? NaN));
  }
  return sum;
}

/** The highest category of one place and its share. */
export function topOf(p: ArrayLike<number>, row: number, K: number): { category: number; share: number } {
  let category = 0;
  for (let k = 1; k < K; k++) if ((p[row * K + k] ?? NaN) > (p[row * K + category] ?? NaN)) category = k;
  return { category, share: p[row * K + category] ?? NaN };
}
