import type { Outline } from './land.ts';

/** What a map is drawn on; the same object for as long as the data are the same. */
export interface Ground {
  /** Categories. */
  K: number;
  /** Height in widths. */
  aspect: number;
  /** Points along each side of the square at which mixes are known; 0 where they are places scattered over a country. */
  gridSize: number;
  /** Of those points, `[n, 2]`, in units of the width. */
  positions: Float32Array;
  /** `[n, 3]`: x, y, category. */
  services: Float32Array;
  /** Length by which distances are divided in the city. */
  tau: number;
  /** Marked places, `[m, 2]`. */
  letters: Float32Array;
  /** Borders; only a country has them. */
  outline?: Outline;
}
