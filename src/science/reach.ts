/**
 * What a head with LogitNorm (Wei et al. 2022) and temperature can express. Logits are v = s f / (‖f‖ T), so
 * ‖v‖ ≤ R = s/T; softmax ignores the mean of v, so exactly the distributions with ‖log p − mean log p‖₂ ≤ R are
 * expressible: a closed ball in centred log-ratio space, whose radius R is called the *reach*.
 */
export { floorKl, projectOntoReach, type Floor, type Projection } from './projection.ts';

/** The extremes among the distributions within reach; entropies and divergences in nats. */
export interface Reach {
  /** Largest probability that any class can have: one class high, the others alike. */
  pMax: number;
  /**
   * Probability of one class when it is low and the others alike. That is the smallest there is for small R; beyond
   * about R = 2.5 (K = 3) … 5.5 (K = 8) a class gets lower still when one of the others rises with it.
   */
  pMin: number;
  /** Entropy of the most certain distribution: one class at `pMax`, the others alike. */
  minEntropy: number;
  /** Least KL(one-hot‖p). */
  minKlToOneHot: number;
}

/**
 * Closed forms for K classes at reach R, stable from 0 to ∞ (no LogitNorm).
 *
 * @throws RangeError when K is not a positive integer, or R is negative or NaN
 */
export function reach(K: number, R: number): Reach {
  checkClasses(K);
  if (!(R >= 0)) throw new RangeError(`The reach must be 0 or more, not ${R}.`);
  // The largest gap between two logits: one class against all others, at the surface of the ball.
  const gap = K === 1 ? 0 : R * Math.sqrt(K / (K - 1));
  const e = Math.exp(-gap);
  const others = (K - 1) * e;
  return {
    pMax: 1 / (1 + others),
    pMin: e / (e + K - 1),
    minEntropy: Math.log1p(others) + (e === 0 ? 0 : (gap * others) / (1 + others)),
    minKlToOneHot: Math.log1p(others),
  };
}

/** The least reach at which a class can have probability p: 0 up to 1/K, ∞ from 1 on. */
export function requiredReachForPMax(K: number, p: number): number {
  checkClasses(K);
  if (p * K <= 1) return 0;
  if (p >= 1) return Infinity;
  return Math.sqrt((K - 1) / K) * Math.log((p * (K - 1)) / (1 - p));
}

/** The least reach at which some distribution has entropy h (nats): 0 from log K on, ∞ at 0. */
export function requiredReachForEntropy(K: number, h: number): number {
  checkClasses(K);
  if (h >= Math.log(K)) return 0;
  if (!(h > 0)) return Infinity;
  let low = 0;
  let high = 1;
  while (reach(K, high).minEntropy > h) high *= 2;
  // minEntropy falls strictly with R: halve until the two ends are neighbours.
  for (;;) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) return middle;
    if (reach(K, middle).minEntropy > h) low = middle;
    else high = middle;
  }
}

function checkClasses(K: number): void {
  if (!Number.isInteger(K) || K < 1)
    throw new RangeError(`The number of classes must be 1 or more, not ${K}.`);
}
