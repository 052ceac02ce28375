import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { multiplyHigh, philox4x32 } from '../../../src/science/philox.ts';
import { randomStream, STREAMS, type StreamName } from '../../../src/science/random.ts';
import { mean, pearson, standardDeviation } from '../../../src/science/statistics.ts';

const hex = (words: Iterable<number>): string =>
  Array.from(words, (word) => word.toString(16).padStart(8, '0')).join(' ');
const names = Object.keys(STREAMS) as StreamName[];
const draw = (count: number, f: (i: number) => number): number[] =>
  Array.from({ length: count }, (_, i) => f(i));

describe('philox4x32', () => {
  // Known answers published with Random123 (kat_vectors, philox4x32 10).
  it.each([
    [[0, 0, 0, 0, 0, 0], '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      '408f276d 41c83b0e a20bc7c6 6d5451fd',
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0],
      'd16cfe09 94fdcceb 5001e420 24126ea1',
    ],
  ] as [[number, number, number, number, number, number], string][])('%j', (input, answer) => {
    const out = new Uint32Array(4);
    philox4x32(out, ...input);
    expect(hex(out)).toBe(answer);
  });

  it('multiplies words exactly', () => {
    const word = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(multiplyHigh(a, b)).toBe(Number((BigInt(a) * BigInt(b)) >> 32n));
      }),
    );
  });
});

describe('random streams', () => {
  it('keep their mapping for ever', () => {
    // The first block of seed 0's data stream is Philox of all zeros, by the mapping's definition.
    const data = randomStream(0, 'data');
    expect(hex(draw(4, (i) => data.uint32(i)))).toBe('6627e8d5 e169c58d bc57ac4c 9b00dbd8');
    const batch = randomStream(7, 'batch');
    const out = new Uint32Array(4);
    philox4x32(out, 25, 0, STREAMS.batch, 0, 7, 0);
    expect(draw(4, (i) => batch.uint32(100 + i))).toEqual([...out]);
    philox4x32(out, 50, 0, STREAMS.batch, 1, 7, 0);
    expect(batch.uniform(101)).toBe(
      (((out[2] as number) >>> 5) * 2 ** 26 + ((out[3] as number) >>> 6)) / 2 ** 53,
    );
    philox4x32(out, 50, 0, STREAMS.batch, 2, 7, 0);
    const fraction = (word: number): number =>
      (((out[word] as number) >>> 5) * 2 ** 26 + ((out[word + 1] as number) >>> 6)) / 2 ** 53;
    const radius = Math.sqrt(-2 * Math.log(1 - fraction(0)));
    expect(batch.normal(100)).toBe(radius * Math.cos(2 * Math.PI * fraction(2)));
    expect(batch.normal(101)).toBe(radius * Math.sin(2 * Math.PI * fraction(2)));
    // Pinned, so that no change goes unnoticed.
    expect(draw(3, (i) => randomStream(1, 'init').uniform(i))).toEqual(PINNED_UNIFORMS);
    expect(draw(8, (i) => randomStream(1, 'batch').integer(i, 4000))).toEqual(PINNED_INTEGERS);
  });

  it('use all 53 bits of the seed and of the index', () => {
    const out = new Uint32Array(4);
    philox4x32(out, 3, 5, STREAMS.init, 0, 9, 11);
    const stream = randomStream(11 * 2 ** 32 + 9, 'init');
    expect(stream.uint32(4 * (5 * 2 ** 32 + 3) + 2)).toBe(out[2]);
  });

  it('give the same number for the same index, whatever was drawn before', () => {
    fc.assert(
      fc.property(
        fc.maxSafeNat(),
        fc.constantFrom(...names),
        fc.array(fc.tuple(fc.constantFrom('uint32', 'uniform', 'normal'), fc.maxSafeNat()), { maxLength: 9 }),
        (seed, name, draws) => {
          const one = randomStream(seed, name);
          for (const [kind, index] of draws)
            expect(one[kind](index)).toBe(randomStream(seed, name)[kind](index));
        },
      ),
    );
  });

  it('fill arrays with the numbers of consecutive indices', () => {
    const stream = randomStream(3, 'data');
    const uniforms = new Float64Array(7);
    stream.fillUniform(uniforms, -2, 3, 5);
    expect([...uniforms]).toEqual(draw(7, (i) => -2 + 5 * stream.uniform(5 + i)));
    const integers = new Int32Array(7);
    stream.fillIntegers(integers, 1000, 5);
    expect([...integers]).toEqual(draw(7, (i) => stream.integer(5 + i, 1000)));
  });

  it('share nothing between names, seeds and kinds of draw', () => {
    const n = 4000;
    const streams = [0, 1, 2].flatMap((seed) => names.map((name) => randomStream(seed, name)));
    const columns = streams.flatMap((stream) => [
      draw(n, (i) => stream.uniform(i)),
      draw(n, (i) => stream.uint32(i) / 2 ** 32),
    ]);
    for (const [a, x] of columns.entries()) {
      for (const y of columns.slice(a + 1)) expect(Math.abs(pearson(x, y))).toBeLessThan(5 / Math.sqrt(n));
    }
  });

  it('are uniform and normal', () => {
    const n = 20_000;
    const stream = randomStream(4, 'data');
    const uniforms = draw(n, (i) => stream.uniform(i));
    expect(Math.min(...uniforms)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniforms)).toBeLessThan(1);
    expect(mean(uniforms)).toBeCloseTo(0.5, 2);
    expect(standardDeviation(uniforms)).toBeCloseTo(Math.sqrt(1 / 12), 2);
    const normals = draw(n, (i) => stream.normal(i));
    expect(Math.abs(mean(normals))).toBeLessThan(0.03);
    expect(standardDeviation(normals)).toBeCloseTo(1, 1);
    expect(normals.filter((x) => Math.abs(x) > 1.959964).length / n).toBeCloseTo(0.05, 2);
    const pairs = draw(n / 2, (i) => normals[2 * i] as number);
    const partners = draw(n / 2, (i) => normals[2 * i + 1] as number);
    expect(Math.abs(pearson(pairs, partners))).toBeLessThan(0.05);
  });

  it('draw integers evenly, the last one too', () => {
    const stream = randomStream(5, 'batch');
    const counts = new Float64Array(10);
    for (let i = 0; i < 10_000; i++) counts[stream.integer(i, 10)] = (counts[stream.integer(i, 10)] ?? 0) + 1;
    const chiSquare = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquare).toBeLessThan(27.9); // 9 degrees of freedom, p = .001
    expect(draw(50, (i) => stream.integer(i, 1))).toEqual(new Array(50).fill(0));
    const large = draw(1000, (i) => stream.integer(i, 2 ** 31 - 1));
    expect(large.every((x) => Number.isInteger(x) && x >= 0 && x < 2 ** 31 - 1)).toBe(true);
    expect(mean(large) / 2 ** 30).toBeCloseTo(1, 1);
  });

  it.each([-1, 0.5, NaN, 2 ** 53, Infinity])('refuse the seed %s', (seed) => {
    expect(() => randomStream(seed, 'data')).toThrow(RangeError);
  });
});

/** From another implementation (Python's integers). */
const PINNED_UNIFORMS = [0.3719536244603061, 0.44102192125872863, 0.3092467288604499];
const PINNED_INTEGERS = [3612, 2202, 984, 156, 2870, 3422, 1067, 219];
