/**
 * Philox4x32-10, the counter-based generator of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
 * A pure function of counter and key: any draw can be made at any time, in any order, on any executor.
 */

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;
const ROUNDS = 10;

const [M0_HIGH, M0_LOW] = [M0 >>> 16, M0 & 0xffff];
const [M1_HIGH, M1_LOW] = [M1 >>> 16, M1 & 0xffff];

/**
 * The upper 32 bits of (aHigh · 2^16 + aLow) · b as a signed integer: halves and sums stay below 2^32, and integers of 32
 * bits are what engines compute fastest.
 */
function high(aHigh: number, aLow: number, b: number): number {
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const middle = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) | 0;
  const other = (Math.imul(aLow, bHigh) + (middle & 0xffff)) | 0;
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (other >>> 16)) | 0;
}

/** The upper 32 bits of the 64-bit product of two unsigned 32-bit integers, exactly. */
export function multiplyHigh(a: number, b: number): number {
  return high(a >>> 16, a & 0xffff, b) >>> 0;
}

/**
 * One block of four words.
 *
 * @param out at least 4 words; receives the block
 * @param c0 … c3 the counter, four unsigned 32-bit words, least significant first
 * @param k0 k1 the key, two unsigned 32-bit words
 */
export function philox4x32(
  out: Uint32Array,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
): void {
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = high(M0_HIGH, M0_LOW, c0);
    const high1 = high(M1_HIGH, M1_LOW, c2);
    const low0 = Math.imul(M0, c0);
    const low1 = Math.imul(M1, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + W0) | 0;
    k1 = (k1 + W1) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}
