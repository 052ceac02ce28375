import fc from 'fast-check';
import { deflateSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { MAX_TEXT, pack, sealed, toBase64, unpack } from '../../../../src/run/documents/pack.ts';

const BROKEN = { fault: 'cut off or changed on its way' };
const TOO_MUCH = { fault: 'packed from more than can be read' };
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
/** As pack() writes it, of bytes that may be anything. */
const forged = (bytes: Uint8Array): string => sealed(toBase64(bytes));

describe('what was packed is what is unpacked', () => {
  it('whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme-ascii' }), fc.string({ maxLength: 5000 })), (text) => {
        const ascii = encodeURIComponent(text);
        expect(unpack(pack(ascii))).toEqual({ text: ascii });
      }),
      { numRuns: 2000, seed: 1 },
    );
  });

  it('up to the longest text, and packed it stands in a link as it is', () => {
    const text = '400~model.temperature:1;'.repeat(MAX_TEXT / 24).padEnd(MAX_TEXT, ';');
    expect(unpack(pack(text))).toEqual({ text });
    expect(encodeURIComponent(pack(text))).toBe(pack(text));
  });

  it('is far shorter', () => {
    const log = Array.from({ length: 500 }, (_, i) => `${String(i * 7)}~loss.maxsup_weight:0.0${String(i)}`);
    const text = log.join(';');
    expect(pack(text).length).toBeLessThan(text.length / 3);
  });
});

describe('what cannot be read is named, and nothing throws', () => {
  const packed = pack('400~model.temperature:1;'.repeat(40));

  it('a link that was cut off anywhere', () => {
    for (let end = 0; end < packed.length; end++) expect(unpack(packed.slice(0, end))).toEqual(BROKEN);
  });

  it('any one letter changed', () => {
    for (let at = 0; at < packed.length; at++) {
      const other = packed[at] === 'A' ? 'B' : 'A';
      expect(unpack(packed.slice(0, at) + other + packed.slice(at + 1))).toEqual(BROKEN);
    }
  });

  it('foreign data under a right checksum', () => {
    for (const text of ['', 'A', 'hello', '====', 'a b', 'é', '%20', '\n'])
      expect(unpack(sealed(text))).toEqual(BROKEN);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const read = unpack(forged(bytes));
        if ('text' in read) expect(read.text.length).toBeLessThanOrEqual(MAX_TEXT);
      }),
      { numRuns: 2000, seed: 2 },
    );
  });

  it('a stream that ends too early', () => {
    const whole = deflateSync(bytesOf('400~model.temperature:1;'.repeat(40)));
    for (let end = 0; end < whole.length; end++)
      expect(unpack(forged(whole.subarray(0, end)))).toEqual(BROKEN);
  });

  it('a small text that would open into a large one', () => {
    expect(unpack(forged(deflateSync(new Uint8Array(MAX_TEXT))))).toEqual({ text: '\0'.repeat(MAX_TEXT) });
    expect(unpack(forged(deflateSync(new Uint8Array(MAX_TEXT + 1))))).toEqual(TOO_MUCH);
    // 40 kB that mean 40 MB.
    expect(unpack(forged(deflateSync(new Uint8Array(40_000_000))))).toEqual(TOO_MUCH);
  });
});
