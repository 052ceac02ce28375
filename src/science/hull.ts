const MAX_ROUNDS = 200;
/** Squared lengths that differ by less than this share are the same. */
const SAME = 1e-12;

/**
 * The shortest vector in the convex hull of some vectors, and so, among the gradients around a kink, minus the direction
 * in which all of them fall; zero where there is none (Wolfe 1975, "A method of conjugate subgradients"). Found by
 * moving weight from the worst to the best of them (Mitchell, Demyanov and Malozemov 1974).
 *
 * @param vectors at least one, of one length
 */
export function shortestInHull(vectors: readonly Float64Array[]): Float64Array {
  const weights = vectors.map((_, i): number => (i === 0 ? 1 : 0));
  const shortest = Float64Array.from(vectors[0] ?? []);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const along = vectors.map((vector) => dot(vector, shortest));
    const least = along.indexOf(Math.min(...along));
    let most = -1;
    weights.forEach((weight, i) => {
      if (weight > 0 && (most < 0 || (along[i] as number) > (along[most] as number))) most = i;
    });
    const [to, from] = [vectors[least], vectors[most]];
    if (!to || !from || least === most) break;
    const gain = (along[most] as number) - (along[least] as number);
    let apart = 0;
    for (let k = 0; k < to.length; k++) apart += ((from[k] as number) - (to[k] as number)) ** 2;
    if (!(gain > SAME * dot(shortest, shortest)) || apart === 0) break;
    const moved = Math.min(weights[most] as number, gain / apart);
    weights[most] = (weights[most] as number) - moved;
    weights[least] = (weights[least] as number) + moved;
    for (let k = 0; k < shortest.length; k++)
      shortest[k] = (shortest[k] as number) + moved * ((to[k] as number) - (from[k] as number));
  }
  return shortest;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k] as number) * (b[k] as number);
  return sum;
}
