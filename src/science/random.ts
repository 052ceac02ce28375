import { multiplyHigh, philox4x32 } from './philox.ts';

/**
 * Random numbers of a run: four streams derived from one seed, each a pure function of an index.
 *
 * The mapping is part of what "the same run gives the same numbers" means, and therefore never changes:
 *
 * - key of Philox4x32-10: (low, high) 32-bit halves of the seed;
 * - counter: (low half of block, high half of block, number of the stream, kind of draw), the kind being 0 for words
 *   and integers, 1 for uniforms, 2 for normals. Streams and kinds therefore never share a word of randomness;
 * - word i: word i mod 4 of block floor(i / 4). Integers below n are floor(word i · n / 2^32);
 * - uniform i: words 2 (i mod 2) and the next of block floor(i / 2): the upper 27 bits of the first and the upper 26
 *   of the second make the 53 bits of a number in [0, 1);
 * - normal i: block floor(i / 2) as two uniforms u, w; √(−2 ln(1 − u)) · cos 2πw for even i, … · sin 2πw for odd i
 *   (Box and Muller 1958).
 *
 * Words, integers and uniforms are exact everywhere. Normals go through `Math.log`, `Math.cos` and `Math.sin`, whose
 * last bit may differ between JavaScript engines.
 */

/** The streams and their numbers in the counter. Add at the end only. */
export const STREAMS = { data: 0, init: 1, batch: 2, dropout: 3 } as const;
export type StreamName = keyof typeof STREAMS;

const WORDS = 0;
const UNIFORMS = 1;
const NORMALS = 2;

const TWO_32 = 2 ** 32;

/** Draws by index; an index is an integer in 0 … 2^53 − 1 and names the same value for ever. */
export class RandomStream {
  private readonly block = new Uint32Array(4);
  private blockIndex = -1;
  private blockKind = -1;
  private readonly keyLow: number;
  private readonly keyHigh: number;
  private readonly stream: number;

  /** @throws RangeError when the seed is not an integer in 0 … 2^53 − 1 */
  constructor(seed: number, name: StreamName) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new RangeError(`A seed is a whole number from 0 to 2^53 - 1, not ${seed}.`);
    }
    this.keyLow = seed >>> 0;
    this.keyHigh = Math.floor(seed / TWO_32);
    this.stream = STREAMS[name];
  }

  /** An unsigned 32-bit word. */
  uint32(index: number): number {
    this.load(Math.floor(index / 4), WORDS);
    return this.block[index & 3] as number;
  }

  /** Uniform in [0, 1), a multiple of 2^−53. */
  uniform(index: number): number {
    this.load(Math.floor(index / 2), UNIFORMS);
    return this.fraction(2 * (index & 1));
  }

  /** Standard normal. */
  normal(index: number): number {
    this.load(Math.floor(index / 2), NORMALS);
    const radius = Math.sqrt(-2 * Math.log(1 - this.fraction(0)));
    const angle = 2 * Math.PI * this.fraction(2);
    return radius * (index & 1 ? Math.sin(angle) : Math.cos(angle));
  }

  /** Uniform on 0 … n − 1 for an integer n in 1 … 2^31 − 1. No value is likelier than another by more than n / 2^32. */
  integer(index: number, n: number): number {
    return multiplyHigh(this.uint32(index), n);
  }

  /** out[j] = low + (high − low) · uniform(start + j). Rounding to the array's type can give `high` itself. */
  fillUniform(out: Float32Array | Float64Array, low: number, high: number, start: number): void {
    const range = high - low;
    for (let j = 0; j < out.length; j++) out[j] = low + range * this.uniform(start + j);
  }

  /** out[j] = integer(start + j, n). */
  fillIntegers(out: Int32Array | Uint32Array, n: number, start: number): void {
    const { block } = this;
    // A run draws hundreds of them for each step: block by block, without asking for each whether its block is there.
    for (let j = 0; j < out.length;) {
      const index = start + j;
      this.load(Math.floor(index / 4), WORDS);
      for (let word = index % 4; word < 4 && j < out.length; word++, j++)
        out[j] = multiplyHigh(block[word] as number, n);
    }
  }

  /** Neighbouring indices share a block, so the last one is kept. */
  private load(index: number, kind: number): void {
    if (index === this.blockIndex && kind === this.blockKind) return;
    this.blockIndex = index;
    this.blockKind = kind;
    philox4x32(
      this.block,
      index >>> 0,
      Math.floor(index / TWO_32),
      this.stream,
      kind,
      this.keyLow,
      this.keyHigh,
    );
  }

  private fraction(word: number): number {
    const high = (this.block[word] as number) >>> 5;
    const low = (this.block[word + 1] as number) >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }
}

/**
 * The stream `name` of a run with this seed.
 *
 * @throws RangeError when the seed is not an integer in 0 … 2^53 − 1
 */
export function randomStream(seed: number, name: StreamName): RandomStream {
  return new RandomStream(seed, name);
}
