import type { RunLog } from '../../engine/protocol.ts';
import { numberAt } from '../../terms/knob.ts';
import type { ReadPublic } from '../lab.ts';
import { worldOf } from './worldOf.ts';

/** Targets of the lab's own data, without a model. */
export interface LabTargets {
  classes: number;
  /** What answers are measured against, `[rows, K]`; each row sums to 1. */
  targets: Float64Array;
  /** What a model is trained on in the mean, `[rows, K]`. */
  trained: Float64Array;
  /** How many there are, of which these are the first. */
  of: number;
}

/**
 * The first validation places of a configuration, rounded to f32 as the meter of a run has them. What a model is
 * trained on is the same in the mean, but for label noise, which it can only learn to expect: a share of the mean target.
 * One draw per place instead of the distribution has the same optimum.
 *
 * @param most how many targets at most
 */
export async function serviceMixTargets(
  log: Pick<RunLog, 'seed' | 'knobs'>,
  read: ReadPublic,
  most: number,
): Promise<LabTargets> {
  const world = await worldOf(log, read);
  const K = world.categories.length;
  const rows = Math.min(most, world.validation.rows);
  const targets = Float64Array.from(Float32Array.from(world.validation.targets.subarray(0, rows * K)));
  const noise = numberAt(log.knobs, 'data.label_noise');
  const average = new Float64Array(K);
  world.train.targets.forEach((t, i) => {
    average[i % K] = (average[i % K] as number) + t / world.train.rows;
  });
  return {
    classes: K,
    targets,
    trained:
      noise === 0 ? targets : targets.map((t, i) => (1 - noise) * t + noise * (average[i % K] as number)),
    of: world.validation.rows,
  };
}
