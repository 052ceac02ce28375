import { argmax, entropyOfProbabilities, jsDivergence } from './distributions.ts';
import { mean, pearson } from './statistics.ts';

/** How well predicted distributions agree with their targets; entropies and divergences in nats. */
export interface Agreement extends Closeness {
  /** Jensen–Shannon divergence of each row. */
  js: Float64Array;
  /** Mean entropy of the predictions as a share of log K; NaN for a single class. */
  entropyShareOfMax: number;
}

/** The part of it that is worked out again and again for the same targets. */
export interface Closeness {
  /** Entropy of each prediction and of each target, [rows]. */
  entropyPredicted: Float64Array;
  entropyTarget: Float64Array;
  /** KL(target‖predicted) of each row. */
  kl: Float64Array;
  /** Pearson's correlation of the two entropies over rows; NaN where one of them does not vary. */
  entropyCorrelation: number;
  /** Share of rows whose likeliest class is the target's likeliest class. */
  top1Agreement: number;
  /** See {@link betweenSampleSd}. */
  betweenSampleSd: number;
}

/**
 * Mean over classes of the population standard deviation of p over rows: 0 when every row is predicted alike, which is
 * what collapse looks like.
 */
export function betweenSampleSd(probabilities: ArrayLike<number>, rows: number, K: number): number {
  let total = 0;
  for (let k = 0; k < K; k++) {
    let centre = 0;
    for (let i = 0; i < rows; i++) centre += (probabilities[i * K + k] as number) / rows;
    let sum = 0;
    for (let i = 0; i < rows; i++) sum += ((probabilities[i * K + k] as number) - centre) ** 2;
    total += Math.sqrt(sum / rows);
  }
  return total / K;
}

/** What does not change with the predictions. */
export interface KnownTargets {
  /** [rows·K] probabilities, and their logarithms. */
  targets: ArrayLike<number>;
  logs: Float64Array;
  /** [rows] */
  entropy: Float64Array;
  /** The likeliest class of each row, [rows]. */
  best: Int32Array;
  rows: number;
  K: number;
}

/** @param targets [rows·K] probabilities */
export function knownTargets(targets: ArrayLike<number>, rows: number, K: number): KnownTargets {
  return {
    targets,
    logs: Float64Array.from(targets, Math.log),
    entropy: Float64Array.from({ length: rows }, (_, i) => entropyOfProbabilities(targets, i * K, K)),
    best: Int32Array.from({ length: rows }, (_, i) => argmax(targets, i * K, K)),
    rows,
    K,
  };
}

/**
 * @param logProbabilities [rows·K], from `logSoftmaxRows`
 * @param probabilities [rows·K], the same as probabilities
 */
export function closeness(
  logProbabilities: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  { targets, logs, entropy, best, rows, K }: KnownTargets,
): Closeness {
  const entropyPredicted = new Float64Array(rows);
  const kl = new Float64Array(rows);
  let agreeing = 0;
  for (let i = 0; i < rows; i++) {
    let [h, divergence, top] = [0, 0, 0];
    const offset = i * K;
    for (let k = 0; k < K; k++) {
      const logp = logProbabilities[offset + k] as number;
      const t = targets[offset + k] as number;
      // A probability of 0 contributes nothing to the entropy; where the target has none, nothing to the divergence.
      if (logp !== -Infinity) h -= (probabilities[offset + k] as number) * logp;
      if (t !== 0) divergence += t * ((logs[offset + k] as number) - logp);
      if (logp > (logProbabilities[offset + top] as number)) top = k;
    }
    entropyPredicted[i] = h;
    kl[i] = divergence;
    if (top === best[i]) agreeing++;
  }
  return {
    entropyPredicted,
    entropyTarget: entropy,
    kl,
    entropyCorrelation: pearson(entropyPredicted, entropy),
    top1Agreement: agreeing / rows,
    betweenSampleSd: betweenSampleSd(probabilities, rows, K),
  };
}

/**
 * @param logProbabilities [rows·K], from `logSoftmaxRows`
 * @param targets [rows·K] probabilities
 */
export function agreement(
  logProbabilities: ArrayLike<number>,
  targets: ArrayLike<number>,
  rows: number,
  K: number,
): Agreement {
  const probabilities = Float64Array.from(logProbabilities, Math.exp);
  const close = closeness(logProbabilities, probabilities, knownTargets(targets, rows, K));
  return {
    ...close,
    js: Float64Array.from({ length: rows }, (_, i) => jsDivergence(probabilities, targets, i * K, K)),
    entropyShareOfMax: mean(close.entropyPredicted) / Math.log(K),
  };
}
