import type { Datasets } from '../../engine/executor.ts';
import type { RandomStream } from '../../science/random.ts';
import { mean, standardDeviation } from '../../science/statistics.ts';
import type { Places, World } from './world.ts';

const SWAPS = 2 ** 24;
const PARTNERS = 2 ** 25;
const DRAWS = 2 ** 26;

/** Standard deviations below this are those of a constant feature; it must not be blown up. */
const FLAT = 1e-6;

export interface TargetOptions {
  /** Train on one drawn category instead of the distribution. */
  sampled: boolean;
  /** Share of training places whose target is swapped for another's. */
  labelNoise: number;
}

/** Standardises features by the training set, and turns training targets into what the lab is asked to train on. */
export function datasets(world: World, stream: RandomStream, options: TargetOptions): Datasets {
  const raw = {
    train: features(world.train),
    validation: features(world.validation),
    stage: features(world.stage),
  };
  const width = 2 + world.categories.length;
  const scale = Array.from({ length: width }, (_, f) => {
    const column = Float64Array.from(
      { length: world.train.rows },
      (__, row) => raw.train[row * width + f] as number,
    );
    return { centre: mean(column), spread: Math.max(standardDeviation(column), FLAT) };
  });
  const standardised = (x: Float64Array): Float32Array =>
    Float32Array.from(x, (value, i) => {
      const { centre, spread } = scale[i % width] as { centre: number; spread: number };
      return (value - centre) / spread;
    });
  const k = world.categories.length;
  return {
    train: {
      rows: world.train.rows,
      features: standardised(raw.train),
      targets: Float32Array.from(trainingTargets(world.train.targets, k, stream, options)),
    },
    validation: {
      rows: world.validation.rows,
      features: standardised(raw.validation),
      targets: Float32Array.from(world.validation.targets),
    },
    stage: { rows: world.stage.rows, features: standardised(raw.stage) },
  };
}

/** x, y and the K distances of each place, `[rows, 2 + K]`. */
function features({ rows, positions, distances }: Places): Float64Array {
  const k = distances.length / rows;
  return Float64Array.from({ length: rows * (2 + k) }, (_, i) => {
    const [row, f] = [Math.floor(i / (2 + k)), i % (2 + k)];
    return (f < 2 ? positions[2 * row + f] : distances[row * k + f - 2]) as number;
  });
}

function trainingTargets(
  targets: Float64Array,
  k: number,
  stream: RandomStream,
  options: TargetOptions,
): Float64Array {
  const rows = targets.length / k;
  const out = new Float64Array(targets.length);
  for (let row = 0; row < rows; row++) {
    const swapped = stream.uniform(SWAPS + row) < options.labelNoise;
    const from = swapped ? stream.integer(PARTNERS + row, rows) : row;
    const target = targets.subarray(from * k, (from + 1) * k);
    if (options.sampled) out[row * k + draw(target, stream.uniform(DRAWS + row))] = 1;
    else out.set(target, row * k);
  }
  return out;
}

/** The category at which the cumulated probabilities pass u. */
function draw(probabilities: Float64Array, u: number): number {
  let cumulated = 0;
  for (let c = 0; c < probabilities.length - 1; c++) {
    cumulated += probabilities[c] as number;
    if (u < cumulated) return c;
  }
  return probabilities.length - 1;
}
