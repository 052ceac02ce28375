import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { doubledName, parseLong } from '../../../../src/run/documents/longJson.ts';
import { atOnce } from '../../../../src/run/documents/slices.ts';

/** What the browser's own reader makes of it; undefined where it refuses. */
function plainly(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
const inPieces = (text: string, piece: number): unknown => atOnce(parseLong(text, piece));

describe('JSON that is read in pieces', () => {
  const spaced = fc
    .tuple(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(undefined, 1, '\t', '\n \r'))
    .map(([value, space]) => ` ${JSON.stringify(value, null, space)}\n`);

  it('is what it is read as a whole, however small the pieces are', () => {
    fc.assert(
      fc.property(spaced, fc.integer({ min: 1, max: 30 }), (text, piece) => {
        expect(inPieces(text, piece)).toEqual(plainly(text));
        expect(JSON.stringify(inPieces(text, piece))).toBe(JSON.stringify(plainly(text)));
      }),
      { numRuns: 1000 },
    );
  });

  it('is refused exactly where it is refused as a whole', () => {
    const mark = fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', '1', 'null', ' ', '"a":', 'x', '');
    const texts = fc.oneof(
      fc.array(mark, { maxLength: 14 }).map((parts) => parts.join('')),
      fc
        .tuple(spaced, fc.nat(200), fc.nat(3), mark)
        .map(([text, at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut)),
    );
    let refused = 0;
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 12 }), (text, piece) => {
        const read = plainly(text);
        if (read === undefined) refused++;
        expect(inPieces(text, piece)).toEqual(read);
      }),
      { numRuns: 8_000, seed: 11 },
    );
    expect(refused).toBeGreaterThan(500);
  });

  it.each([
    '{"__proto__":{"a":"longer than a piece"},"b":[1,2,3,4,5,6]}',
    '{"a":[1,2,3,4,5,6,7],"a":"the last one counts","c":"and another one"}',
    '["a\\"]","\\\\","[{,","\\\\\\""]',
    '{"a" : [1,2,3,4,5,6] , "b" : {"c":[1,2,3,4,5,6]} }',
    `${'['.repeat(1000)}${']'.repeat(1000)}`,
    `[${' '.repeat(100)}]`,
  ])('of an odd form too: %#', (text) => {
    const read = inPieces(text, 8);
    expect(JSON.stringify(read)).toBe(JSON.stringify(plainly(text)));
    expect(Object.getPrototypeOf(read)).toBe(Object.getPrototypeOf(plainly(text)));
  });

  it('is read in slices of some pieces', () => {
    const text = JSON.stringify(Array.from({ length: 10_000 }, (_, i) => ({ i })));
    let slices = 0;
    for (const work = parseLong(text, 100); !work.next().done;) slices++;
    expect(slices).toBeGreaterThan(text.length / 100 / 4 - 2);
  });
});

describe('a name that stands twice', () => {
  it.each([
    ['{"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]}', undefined],
    ['{"a":1,"b":{"c":2,"c":3}}', 'c'],
    ['{"\\u0061":1,"a":2}', 'a'],
    ['[{"x":1},{"x":1,"y":":","x":2}]', 'x'],
    ['{"a":{"__proto__":1}}', '__proto__'],
    ['{"a":"b","b":"a:"}', undefined],
  ])('%s', (text, name) => {
    expect(atOnce(doubledName(text))).toBe(name);
  });
});
