import { centredLogRatioNorm, klDivergence } from '../../src/science/distributions.ts';

/**
 * By how much `kl` can exceed the least KL(target‖p) within reach R, if p attains it: KL is convex in the logits v, with
 * gradient p − target, so over the ball it is nowhere below kl − (p − target)·v − R‖p − target‖. ∞ where p is not within
 * reach, or does not attain `kl`. Owes nothing to how p was found.
 */
export function optimalityGap(target: Float64Array, p: Float64Array, kl: number, R: number): number {
  const v = p.map(Math.log);
  if (centredLogRatioNorm(p) > R * (1 + 1e-9)) return Infinity;
  if (!(Math.abs(klDivergence(target, v) - kl) < 1e-9)) return Infinity;
  const mean = v.reduce((sum, x) => sum + x, 0) / v.length;
  let along = 0;
  let square = 0;
  for (const [k, t] of target.entries()) {
    const g = (p[k] ?? NaN) - t;
    along += g * ((v[k] ?? NaN) - mean);
    square += g * g;
  }
  return along + R * Math.sqrt(square);
}
