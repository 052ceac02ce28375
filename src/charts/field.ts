/**
 * Fields of distributions as *codes*, one for each pixel: top category · 256 + certainty in 256 steps, or `noCode(K)` where
 * there is no distribution. Codes are turned into colours by one lookup (color.ts), so that a new theme costs nothing.
 */
import { LEVELS } from './color.ts';

/** Entropies are summed from a table of −x ln x: a tenth of the time, and off by less than a step of certainty. */
const TABLE_STEPS = 1 << 13;
const surprise = Float64Array.from({ length: TABLE_STEPS + 2 }, (_, i) => {
  const x = i / TABLE_STEPS;
  return x === 0 ? 0 : -x * Math.log(x);
});
/** A sum of probabilities below this is no distribution: NaN, or nothing there. */
const LEAST_SUM = 0.5;

/** Of a number in steps of the table, also between two of them: exact to 1e-8 where distributions are almost flat. */
function surpriseAt(steps: number): number {
  const at = steps | 0;
  const below = surprise[at] as number;
  return below + (steps - at) * ((surprise[at + 1] as number) - below);
}

export const noCode = (K: number): number => K * LEVELS;

/**
 * The code of K probabilities at `offset`.
 *
 * @param factor by which certainty is multiplied; other than 1 only to show what is too little to be seen
 */
export function codeOf(p: ArrayLike<number>, offset: number, K: number, factor = 1): number {
  let entropy = 0;
  let total = 0;
  let top = 0;
  let highest = -1;
  for (let k = 0; k < K; k++) {
    const x = p[offset + k] as number;
    total += x;
    entropy += factor === 1 ? (surprise[(x * TABLE_STEPS + 0.5) | 0] as number) : surpriseAt(x * TABLE_STEPS);
    if (x > highest) {
      highest = x;
      top = k;
    }
  }
  if (!(total > LEAST_SUM)) return noCode(K);
  return top * LEVELS + levelOf(entropy, K, factor);
}

function levelOf(entropy: number, K: number, factor: number): number {
  const s = factor * (1 - entropy / Math.log(K));
  return s <= 0 ? 0 : s >= 1 ? LEVELS - 1 : (s * (LEVELS - 1) + 0.5) | 0;
}

/**
 * The greatest certainty 0 … 1 of a list of distributions, or one that is not below `enough`, whichever comes first.
 *
 * @param p `[n, K]`
 */
export function greatestCertainty(p: ArrayLike<number>, K: number, enough = 1): number {
  let greatest = 0;
  for (let offset = 0; offset + K <= p.length && greatest < enough; offset += K) {
    let entropy = 0;
    for (let k = 0; k < K; k++) entropy += surpriseAt((p[offset + k] as number) * TABLE_STEPS);
    // What is not a number is not greater.
    const s = 1 - entropy / Math.log(K);
    if (s > greatest) greatest = s;
  }
  return greatest;
}

/**
 * Probabilities at a point, interpolated linearly between the points of a grid that reaches from edge to edge.
 *
 * @param out `[K]` @param grid `[n, n, K]`, row by row @param x,y 0 … 1
 */
export function sampleGrid(
  out: Float32Array,
  grid: ArrayLike<number>,
  n: number,
  K: number,
  x: number,
  y: number,
): void {
  const [left, top] = [cellOf(x, n), cellOf(y, n)];
  const [fx, fy] = [x * (n - 1) - left, y * (n - 1) - top];
  const upper = (top * n + left) * K;
  const lower = upper + n * K;
  for (let k = 0; k < K; k++) {
    const above = (1 - fx) * (grid[upper + k] as number) + fx * (grid[upper + K + k] as number);
    const below = (1 - fx) * (grid[lower + k] as number) + fx * (grid[lower + K + k] as number);
    out[k] = (1 - fy) * above + fy * below;
  }
}

/** The grid interval that holds a coordinate of 0 … 1. */
const cellOf = (x: number, n: number): number => Math.min(n - 2, Math.max(0, Math.floor(x * (n - 1))));

/**
 * A grid of distributions, interpolated to pixels; the same as `sampleGrid` at each pixel's centre, but fast.
 *
 * @param codes `[width · height]` @param grid `[n, n, K]`
 * @param factor as for {@link codeOf}
 */
export function encodeGrid(
  codes: Uint16Array,
  width: number,
  height: number,
  grid: Float32Array,
  n: number,
  K: number,
  factor = 1,
): void {
  const plain = factor === 1;
  // One line of the grid at the height of the pixels, in steps of the table: a number's whole part is its place there.
  const line = new Float64Array(n * K);
  const known = new Uint8Array(n);
  const columns = Array.from({ length: width }, (_, x) => (x + 0.5) / width);
  const lefts = Int32Array.from(columns, (x) => cellOf(x, n));
  const parts = Float64Array.from(columns, (x) => x * (n - 1) - cellOf(x, n));
  const scale = (-(LEVELS - 1) / Math.log(K)) * factor;
  const full = (LEVELS - 1) * factor;
  const rounding = plain ? 0.5 : 0;
  const none = noCode(K);
  for (let y = 0; y < height; y++) {
    const v = (y + 0.5) / height;
    const upper = cellOf(v, n);
    const fy = v * (n - 1) - upper;
    for (let point = 0, i = 0, from = upper * n * K; point < n; point++) {
      let total = 0;
      for (let k = 0; k < K; k++, i++, from++) {
        const p = (1 - fy) * (grid[from] as number) + fy * (grid[from + n * K] as number);
        total += p;
        line[i] = p * TABLE_STEPS + rounding;
      }
      known[point] = total > LEAST_SUM ? 1 : 0;
    }
    for (let x = 0; x < width; x++) {
      const left = lefts[x] as number;
      if (!known[left] || !known[left + 1]) {
        codes[y * width + x] = none;
        continue;
      }
      const fx = parts[x] as number;
      let entropy = 0;
      let top = 0;
      let highest = -1;
      for (let k = 0, i = left * K; k < K; k++, i++) {
        const a = line[i] as number;
        const p = a + fx * ((line[i + K] as number) - a);
        entropy += plain ? (surprise[p | 0] as number) : surpriseAt(p);
        if (p > highest) {
          highest = p;
          top = k;
        }
      }
      // As codeOf, written out: this is where the time of a frame goes.
      const level = full + entropy * scale;
      codes[y * width + x] =
        top * LEVELS + (level <= 0 ? 0 : level >= LEVELS - 1 ? LEVELS - 1 : (level + 0.5) | 0);
    }
  }
}

/** Pixels along each side of the tiles in which a city is worked out. */
const TILE = 16;

/**
 * The true city at each pixel's centre, exactly: softmax(−distance to the nearest service of each category / τ). Services
 * that are the nearest to no pixel of a tile are left out there, so that many of them cost little.
 *
 * @param codes `[width · height]` of the unit square @param services `[n, 3]`: x, y, category
 */
export function encodeCity(
  codes: Uint16Array,
  width: number,
  height: number,
  services: Float32Array,
  K: number,
  tau: number,
): void {
  const p = new Float64Array(K);
  for (let top = 0; top < height; top += TILE)
    for (let left = 0; left < width; left += TILE) {
      const right = Math.min(width, left + TILE);
      const bottom = Math.min(height, top + TILE);
      const near = nearTo(
        services,
        K,
        (left + right) / 2 / width,
        (top + bottom) / 2 / height,
        // Half of a tile's diagonal.
        Math.hypot((right - left) / width, (bottom - top) / height) / 2,
      );
      for (let y = top; y < bottom; y++)
        for (let x = left; x < right; x++) {
          mixAt(p, near, K, (x + 0.5) / width, (y + 0.5) / height, tau);
          codes[y * width + x] = codeOf(p, 0, K);
        }
    }
}

/** The services that can be the nearest of their category within `radius` of a point. */
function nearTo(services: Float32Array, K: number, x: number, y: number, radius: number): Float32Array {
  const distance = (i: number): number =>
    Math.hypot((services[i] as number) - x, (services[i + 1] as number) - y);
  const nearest = new Float64Array(K).fill(Infinity);
  for (let i = 0; i < services.length; i += 3) {
    const k = services[i + 2] as number;
    nearest[k] = Math.min(nearest[k] as number, distance(i));
  }
  const kept: number[] = [];
  for (let i = 0; i < services.length; i += 3) {
    const k = services[i + 2] as number;
    if (distance(i) <= (nearest[k] as number) + 2 * radius)
      kept.push(services[i] as number, services[i + 1] as number, k);
  }
  return Float32Array.from(kept);
}

/** The true mix at a point. @param out `[K]` @param services `[n, 3]` */
export function mixAt(
  out: Float32Array | Float64Array,
  services: Float32Array,
  K: number,
  x: number,
  y: number,
  tau: number,
): void {
  out.fill(Infinity);
  for (let i = 0; i < services.length; i += 3) {
    const dx = (services[i] as number) - x;
    const dy = (services[i + 1] as number) - y;
    const k = services[i + 2] as number;
    const squared = dx * dx + dy * dy;
    if (squared < (out[k] as number)) out[k] = squared;
  }
  let nearest = Infinity;
  for (let k = 0; k < K; k++) {
    const distance = Math.sqrt(out[k] as number);
    out[k] = distance;
    if (distance < nearest) nearest = distance;
  }
  let sum = 0;
  for (let k = 0; k < K; k++) {
    const excess = (out[k] as number) - nearest;
    // As science/city.ts: 0 / 0 would be NaN for τ = 0.
    const weight = excess === 0 ? 1 : Math.exp(-excess / tau);
    out[k] = weight;
    sum += weight;
  }
  for (let k = 0; k < K; k++) out[k] = (out[k] as number) / sum;
}

/** Codes of whole rows of a list of distributions. @param p `[n, K]` @param factor as for {@link codeOf} @returns `[n]` */
export function encodeRows(p: Float32Array, K: number, factor = 1): Uint16Array {
  return Uint16Array.from({ length: p.length / K }, (_, row) => codeOf(p, row * K, K, factor));
}

/** Writes the colours of codes. @param pixels `[n]` @param table of `colorTable` */
export function paintCodes(pixels: Uint32Array, codes: Uint16Array, table: Uint32Array): void {
  for (let i = 0; i < codes.length; i++) pixels[i] = table[codes[i] as number] as number;
}
