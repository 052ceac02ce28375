import { mixAt, sampleGrid } from '../../../../charts/field.ts';
import type { Ground } from '../../../../charts/ground.ts';
import type { Place } from '../../../../charts/place.ts';
import type { Arrays } from '../../../../engine/protocol.ts';

/** Of one place: how far the model's mix is from the true one, in nats; NaN where there is no prediction. */
export function klAt(
  targets: ArrayLike<number>,
  predicted: ArrayLike<number>,
  row: number,
  K: number,
): number {
  let sum = 0;
  for (let i = row * K; i < (row + 1) * K; i++) {
    const t = targets[i] as number;
    // As PyTorch: what never happens costs nothing.
    if (t > 0) sum += t * (Math.log(t) - Math.log(predicted[i] ?? NaN));
  }
  return sum;
}

/** The highest category of one place and its share. */
export function topOf(p: ArrayLike<number>, row: number, K: number): { category: number; share: number } {
  let category = 0;
  for (let k = 1; k < K; k++) if ((p[row * K + k] ?? NaN) > (p[row * K + category] ?? NaN)) category = k;
  return { category, share: p[row * K + category] ?? NaN };
}

/** What is true at a place, `[K]`, exactly; undefined where nothing is known. */
export function truthAt(place: Place, ground: Ground, scene: Arrays): Float32Array | undefined {
  const { K } = ground;
  if ('letter' in place) return rowOf(scene['letteredTargets'], place.letter, K);
  if ('point' in place) return rowOf(scene['stageTargets'], place.point, K);
  const p = new Float32Array(K);
  mixAt(p, ground.services, K, place.x, place.y, ground.tau);
  return p;
}

/**
 * What the model says there, `[K]`: its own prediction where it made one, between the points of the stage's grid
 * interpolated as the map is. Undefined before there is one.
 */
export function predictedAt(place: Place, ground: Ground, view: Arrays): Float32Array | undefined {
  const { K, gridSize } = ground;
  const { stage, lettered } = view;
  if ('letter' in place)
    return lettered?.length === (ground.letters.length / 2) * K
      ? rowOf(lettered, place.letter, K)
      : undefined;
  // Frames of another run may still be on their way.
  if (stage?.length !== (ground.positions.length / 2) * K) return undefined;
  if ('point' in place) return rowOf(stage, place.point, K);
  if (gridSize === 0) return undefined;
  const p = new Float32Array(K);
  sampleGrid(p, stage, gridSize, K, place.x, place.y);
  return p;
}

function rowOf(values: ArrayLike<number> | undefined, row: number, K: number): Float32Array | undefined {
  if (!values || (row + 1) * K > values.length) return undefined;
  return Float32Array.from({ length: K }, (_, k) => values[row * K + k] as number);
}
