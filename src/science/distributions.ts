/**
 * Distributions over K classes, in nats. A *row* is K consecutive numbers of a flat array [n·K]; functions on one row
 * take its offset. Log-probabilities come from `logSoftmax…`, never from log(p + ε), so that nothing is clipped.
 */

/** Arrays that results are written to. */
export type Numbers = Float32Array | Float64Array;

/** log Σ exp v_k over a row, without overflow. NaN when a logit is NaN or +∞. */
export function logSumExp(v: ArrayLike<number>, offset = 0, K = v.length - offset): number {
  let max = -Infinity;
  for (let k = offset; k < offset + K; k++) max = Math.max(max, v[k] as number);
  let sum = 0;
  for (let k = offset; k < offset + K; k++) sum += Math.exp((v[k] as number) - max);
  return max + Math.log(sum);
}

/** Log-probabilities of every row: out[i,k] = v[i,k] − log Σ_j exp v[i,j]. `out` may be `logits` itself. */
export function logSoftmaxRows(out: Numbers, logits: ArrayLike<number>, rows: number, K: number): void {
  for (let i = 0; i < rows; i++) {
    const normaliser = logSumExp(logits, i * K, K);
    for (let k = i * K; k < (i + 1) * K; k++) out[k] = (logits[k] as number) - normaliser;
  }
}

/** Probabilities of every row. `out` may be `logits` itself. */
export function softmaxRows(out: Numbers, logits: ArrayLike<number>, rows: number, K: number): void {
  for (let i = 0; i < rows; i++) {
    const offset = i * K;
    let max = -Infinity;
    for (let k = offset; k < offset + K; k++) max = Math.max(max, logits[k] as number);
    let sum = 0;
    for (let k = offset; k < offset + K; k++) {
      const e = Math.exp((logits[k] as number) - max);
      out[k] = e;
      sum += e;
    }
    for (let k = offset; k < offset + K; k++) out[k] = (out[k] as number) / sum;
  }
}

/** Log-probabilities of one vector of logits. */
export function logSoftmax(logits: ArrayLike<number>): Float64Array {
  const out = new Float64Array(logits.length);
  logSoftmaxRows(out, logits, 1, logits.length);
  return out;
}

/** Probabilities of one vector of logits. */
export function softmax(logits: ArrayLike<number>): Float64Array {
  const out = new Float64Array(logits.length);
  softmaxRows(out, logits, 1, logits.length);
  return out;
}

/** x · log x with 0 · log 0 = 0. */
export function xlogx(x: number): number {
  return x === 0 ? 0 : x * Math.log(x);
}

/** Entropy of a row of log-probabilities, −Σ p log p. A log-probability of −∞ contributes nothing. */
export function entropy(
  logProbabilities: ArrayLike<number>,
  offset = 0,
  K = logProbabilities.length - offset,
): number {
  let sum = 0;
  for (let k = offset; k < offset + K; k++) {
    const logp = logProbabilities[k] as number;
    if (logp !== -Infinity) sum -= Math.exp(logp) * logp;
  }
  return sum;
}

/** Entropy of a row of probabilities. */
export function entropyOfProbabilities(p: ArrayLike<number>, offset = 0, K = p.length - offset): number {
  let sum = 0;
  for (let k = offset; k < offset + K; k++) sum -= xlogx(p[k] as number);
  return sum;
}

/**
 * KL(target‖model) = Σ t (log t − log p) of one row, as `F.kl_div` sums it: a class with t = 0 contributes 0, a class
 * with t > 0 that the model gives a probability of 0 makes it ∞. May be −1e−17 where the two agree.
 */
export function klDivergence(
  target: ArrayLike<number>,
  logProbabilities: ArrayLike<number>,
  offset = 0,
  K = target.length - offset,
): number {
  let sum = 0;
  for (let k = offset; k < offset + K; k++) {
    const t = target[k] as number;
    if (t !== 0) sum += t * (Math.log(t) - (logProbabilities[k] as number));
  }
  return sum;
}

/** Jensen–Shannon divergence of two rows of probabilities; symmetric, 0 … ln 2. */
export function jsDivergence(
  p: ArrayLike<number>,
  q: ArrayLike<number>,
  offset = 0,
  K = p.length - offset,
): number {
  let sum = 0;
  for (let k = offset; k < offset + K; k++) {
    const a = p[k] as number;
    const b = q[k] as number;
    const logMiddle = Math.log((a + b) / 2);
    if (a !== 0) sum += (a * (Math.log(a) - logMiddle)) / 2;
    if (b !== 0) sum += (b * (Math.log(b) - logMiddle)) / 2;
  }
  return sum;
}

/**
 * ‖log p − mean log p‖₂ of a row of probabilities, the length of its centred log-ratio (Aitchison 1986): the reach
 * that a head needs to express it. ∞ when a class has probability 0; 0 for a single class. The row need not sum to 1.
 */
export function centredLogRatioNorm(p: ArrayLike<number>, offset = 0, K = p.length - offset): number {
  if (K === 1) return 0;
  let mean = 0;
  for (let k = offset; k < offset + K; k++) mean += Math.log(p[k] as number) / K;
  if (mean === -Infinity) return Infinity;
  let sum = 0;
  for (let k = offset; k < offset + K; k++) sum += (Math.log(p[k] as number) - mean) ** 2;
  return Math.sqrt(sum);
}

/** The class of the largest number of a row; the first of them on ties, as `argmax` of PyTorch and NumPy. */
export function argmax(values: ArrayLike<number>, offset = 0, K = values.length - offset): number {
  let best = 0;
  for (let k = 1; k < K; k++) {
    if ((values[offset + k] as number) > (values[offset + best] as number)) best = k;
  }
  return best;
}
