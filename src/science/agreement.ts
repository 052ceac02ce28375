import { argmax, entropy, entropyOfProbabilities, jsDivergence, klDivergence } from './distributions.ts';
import { mean, pearson } from './statistics.ts';

/** How well predicted distributions agree with their targets; entropies and divergences in nats. */
export interface Agreement {
  /** Entropy of each prediction and of each target, [rows]. */
  entropyPredicted: Float64Array;
  entropyTarget: Float64Array;
  /** KL(target‖predicted) of each row. */
  kl: Float64Array;
  /** Jensen–Shannon divergence of each row. */
  js: Float64Array;
  /** Pearson's correlation of the two entropies over rows; NaN where one of them does not vary. */
  entropyCorrelation: number;
  /** Share of rows whose likeliest class is the target's likeliest class. */
  top1Agreement: number;
  /** See {@link betweenSampleSd}. */
  betweenSampleSd: number;
  /** Mean entropy of the predictions as a share of log K; NaN for a single class. */
  entropyShareOfMax: number;
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
  const entropyPredicted = new Float64Array(rows);
  const entropyTarget = new Float64Array(rows);
  const kl = new Float64Array(rows);
  const js = new Float64Array(rows);
  let agreeing = 0;
  for (let i = 0; i < rows; i++) {
    const offset = i * K;
    entropyPredicted[i] = entropy(logProbabilities, offset, K);
    entropyTarget[i] = entropyOfProbabilities(targets, offset, K);
    kl[i] = klDivergence(targets, logProbabilities, offset, K);
    js[i] = jsDivergence(probabilities, targets, offset, K);
    if (argmax(logProbabilities, offset, K) === argmax(targets, offset, K)) agreeing++;
  }
  return {
    entropyPredicted,
    entropyTarget,
    kl,
    js,
    entropyCorrelation: pearson(entropyPredicted, entropyTarget),
    top1Agreement: agreeing / rows,
    betweenSampleSd: betweenSampleSd(probabilities, rows, K),
    entropyShareOfMax: mean(entropyPredicted) / Math.log(K),
  };
}
