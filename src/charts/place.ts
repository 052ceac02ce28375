import type { Ground } from './ground.ts';

/** A place on the maps of one ground: a lettered one, one of the ground's points, or any, in units of the width. */
export type Place = { letter: number } | { point: number } | { x: number; y: number };

/** Where a hand is, and what is to be shown of it: the same for all maps of one ground. */
export interface Probe {
  /** The place that is marked. */
  readonly place: Place | undefined;
  /** A pointer is over a place, or over none any more. */
  point(place: Place | undefined): void;
  /** A place was clicked, tapped, or walked to by keys; undefined where there is none. */
  choose(place: Place | undefined, by: 'hand' | 'keys'): void;
}

/** In units of the width; undefined where the ground has no such place. */
export function positionOf(place: Place, ground: Ground): { x: number; y: number } | undefined {
  if ('x' in place) return place;
  const [from, row] = 'letter' in place ? [ground.letters, place.letter] : [ground.positions, place.point];
  const [x, y] = from.subarray(2 * row, 2 * row + 2);
  return x === undefined || y === undefined ? undefined : { x, y };
}

export function samePlace(a: Place | undefined, b: Place | undefined): boolean {
  if (a === b) return true;
  if (!a || !b) return false;
  if ('x' in a) return 'x' in b && a.x === b.x && a.y === b.y;
  if ('letter' in a) return 'letter' in b && a.letter === b.letter;
  return 'point' in b && a.point === b.point;
}

/** Letters jump to their places. */
export function letterOf(key: string, count: number): number | undefined {
  const letter = key.length === 1 ? key.toUpperCase().charCodeAt(0) - 65 : -1;
  return letter >= 0 && letter < count ? letter : undefined;
}

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
/** In widths: a hundred steps cross the map. */
const STEP = 0.01;
const FAST = 5;

/**
 * The place that an arrow key leads to: a step away, or the first beyond where a step leads nowhere (a lake) or not away
 * (a large county). Without a place to start from, the middle. Undefined where the key is no arrow or nothing is there.
 *
 * @param at the place at x, y in units of the width, where there is one
 */
export function walk(
  from: Place | undefined,
  key: string,
  fast: boolean,
  ground: Ground,
  at: (x: number, y: number) => Place | undefined,
): Place | undefined {
  const arrow = ARROWS[key];
  if (!arrow) return undefined;
  const start = from && positionOf(from, ground);
  if (!start) return at(0.5, ground.aspect / 2);
  let { x, y } = start;
  for (;;) {
    const stride = STEP * (fast ? FAST : 1);
    const [nextX, nextY] = [within(x + arrow[0] * stride, 1), within(y + arrow[1] * stride, ground.aspect)];
    if (nextX === x && nextY === y) return undefined;
    [x, y] = [nextX, nextY];
    const place = at(x, y);
    if (place && !samePlace(place, from)) return place;
  }
}

/** Rounded, so that steps there and back end where they began. */
const within = (value: number, most: number): number =>
  Math.min(most, Math.max(0, Math.round(value * 1e6) / 1e6));
