/** The most certain place of an amplified map is drawn with about this certainty. */
const SHOWN = 0.8;
/** A factor is kept while it shows the most certain place so: the map must not flicker while it trains. */
const KEPT = [0.2, 1] as const;
/** What differs by less than this differs by rounding. */
const MOST = 100_000;

/**
 * A round factor, 1, 2 or 5 times a power of ten, that makes colours of hardly any.
 *
 * @param certainty the greatest on the map, 0 … 1
 * @param before the factor in use
 */
export function factorFor(certainty: number, before = NaN): number {
  const shown = before * certainty;
  if (shown >= KEPT[0] && shown <= KEPT[1]) return before;
  const wanted = Math.min(MOST, SHOWN / certainty);
  const power = 10 ** Math.floor(Math.log10(wanted));
  const digit = [5, 2, 1].find((d) => d * power <= wanted * (1 + 1e-9)) ?? 1;
  return Math.max(2, digit * power);
}

const CORNERS = [
  ['right', 'bottom'],
  ['left', 'bottom'],
  ['right', 'top'],
  ['left', 'top'],
] as const;
/** What a button with its words takes of a map, in shares of width. */
const TAKEN = [0.5, 0.12] as const;

/**
 * The first corner of a map in which no letter is; the first of all where there is none.
 *
 * @param letters `[m, 2]` in units of the width
 */
export function freeCorner(letters: Float32Array, aspect: number): readonly string[] {
  const free = CORNERS.find(([side, end]) => {
    for (let i = 0; i < letters.length; i += 2) {
      const [x, y] = [letters[i] as number, letters[i + 1] as number];
      const inX = side === 'left' ? x < TAKEN[0] : x > 1 - TAKEN[0];
      const inY = end === 'top' ? y < TAKEN[1] : y > aspect - TAKEN[1];
      if (inX && inY) return false;
    }
    return true;
  });
  return free ?? CORNERS[0];
}
