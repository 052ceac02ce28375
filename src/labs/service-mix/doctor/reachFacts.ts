import { floorKl, reach, requiredReachForEntropy, requiredReachForPMax } from '../../../science/reach.ts';
import { quantiles } from '../../../science/statistics.ts';
import type { ReachFacts, TargetFacts } from './diagnosis.ts';

/** A floor that is close enough to the targets for a first try, in nats. */
const CLOSE = 0.03;
/** No reach beyond this is worth naming: every certainty that can be measured is below it. */
const MOST = 1000;

/** @param targets `[rows, K]` @param R at inference */
export function reachFacts(
  targets: Float64Array,
  { rows, classes: K, needed, entropies }: Pick<TargetFacts, 'rows' | 'classes' | 'needed' | 'entropies'>,
  R: number,
): ReachFacts {
  const floor = floorKl(targets, rows, K, R);
  const [floorQ05, floorQ95] = quantiles(floor.perRow, [0.05, 0.95]) as [number, number];
  const largest = Float64Array.from({ length: rows }, (_, row) =>
    Math.max(...targets.subarray(row * K, (row + 1) * K)),
  );
  const [pMaxNeeded] = quantiles(largest, [0.95]) as [number];
  const [entropyNeeded] = quantiles(entropies, [0.05]) as [number];
  const { pMax, minEntropy } = reach(K, R);
  return {
    R,
    pMax,
    minEntropy,
    share: floor.shareReachable,
    floorKl: floor.mean,
    floorQ05,
    floorQ95,
    forHalf: atShare(needed, 0.5),
    forMost: atShare(needed, 0.95),
    forClose: reachForFloor(targets, rows, K, CLOSE),
    close: CLOSE,
    forPMax: requiredReachForPMax(K, pMaxNeeded),
    pMaxNeeded,
    forEntropy: requiredReachForEntropy(K, entropyNeeded),
    entropyNeeded,
  };
}

/** The least reach that puts at least this share within reach; not interpolated, for needs may be infinite. */
function atShare(needed: Float64Array, share: number): number {
  const sorted = Float64Array.from(needed).sort();
  return sorted[Math.min(sorted.length, Math.ceil(share * sorted.length)) - 1] ?? NaN;
}

/** The least reach, to three digits, at which the mean floor is at most `kl`. */
function reachForFloor(targets: Float64Array, rows: number, K: number, kl: number): number {
  const floorAt = (R: number): number => floorKl(targets, rows, K, R).mean;
  let [low, high] = [0, 1];
  while (floorAt(high) > kl) {
    low = high;
    high *= 2;
    if (high > MOST) return Infinity;
  }
  while (high - low > 1e-3 * high) {
    const middle = (low + high) / 2;
    if (floorAt(middle) > kl) low = middle;
    else high = middle;
  }
  return high;
}
