import type { Numbers } from './distributions.ts';

/**
 * The synthetic city: service points of K categories in the plane, and for every location the mix of categories that
 * its nearest services suggest.
 */

/**
 * Distance from each location to the nearest service of each category.
 *
 * @param out [rows·categories], in the unit of the coordinates
 * @param services [categories·perCategory·2], x and y of the services of category 0, then of category 1, …
 * @param locations [rows·2]
 */
export function nearestDistances(
  out: Numbers,
  services: ArrayLike<number>,
  categories: number,
  perCategory: number,
  locations: ArrayLike<number>,
  rows: number,
): void {
  for (let i = 0; i < rows; i++) {
    const x = locations[2 * i] as number;
    const y = locations[2 * i + 1] as number;
    for (let c = 0; c < categories; c++) {
      let nearest = Infinity;
      for (let j = c * perCategory; j < (c + 1) * perCategory; j++) {
        const dx = (services[2 * j] as number) - x;
        const dy = (services[2 * j + 1] as number) - y;
        nearest = Math.min(nearest, dx * dx + dy * dy);
      }
      out[i * categories + c] = Math.sqrt(nearest);
    }
  }
}

/**
 * Target mix of each location: softmax(−distance / tau) over categories. As tau → 0 it becomes the nearest category
 * alone; at tau = 0 categories at exactly the same distance share it equally. At tau = ∞ it is uniform.
 *
 * @param out [rows·K] probabilities; may be `distances` itself
 * @param distances [rows·K]
 * @param tau in the unit of the distances
 * @throws RangeError when tau is negative or NaN
 */
export function cityTargets(
  out: Numbers,
  distances: ArrayLike<number>,
  rows: number,
  K: number,
  tau: number,
): void {
  if (!(tau >= 0)) throw new RangeError(`tau must be 0 or more, not ${tau}.`);
  for (let offset = 0; offset < rows * K; offset += K) {
    let nearest = Infinity;
    for (let k = offset; k < offset + K; k++) nearest = Math.min(nearest, distances[k] as number);
    let sum = 0;
    for (let k = offset; k < offset + K; k++) {
      const excess = (distances[k] as number) - nearest;
      // Not exp(-excess / tau) throughout: 0 / 0 is NaN at tau = 0, and an excess of 0 weighs 1 at every tau.
      const weight = excess === 0 ? 1 : Math.exp(-excess / tau);
      out[k] = weight;
      sum += weight;
    }
    for (let k = offset; k < offset + K; k++) out[k] = (out[k] as number) / sum;
  }
}
