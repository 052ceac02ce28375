import { entropyOfProbabilities } from '../../../science/distributions.ts';

/**
 * One distribution of a given entropy: p_k ∝ r^k, each class a fixed share of the one before. Entropy alone fixes no
 * distribution; this family lies between one class against the rest, which needs the least reach of all, and a few equal
 * classes with zeros, which need an infinite one, and is the closest simple one to what distances to services give.
 *
 * @param entropy nats, 0 … ln K
 * @returns `[K]`
 */
export function geometricTarget(entropy: number, K: number): Float64Array {
  let [low, high] = [0, 1];
  // The entropy rises with r from 0 to ln K: halve until the two ends are neighbours.
  for (let i = 0; i < 60; i++) {
    const r = (low + high) / 2;
    if (entropyOfProbabilities(geometric(r, K)) < entropy) low = r;
    else high = r;
  }
  return geometric((low + high) / 2, K);
}

function geometric(r: number, K: number): Float64Array {
  const weights = Float64Array.from({ length: K }, (_, k) => r ** k);
  const sum = weights.reduce((total, w) => total + w, 0);
  return weights.map((w) => w / sum);
}
