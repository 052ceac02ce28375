import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decode,
  encode,
  readHeader,
  type Tensor,
  type TensorFile,
} from '../../../../src/run/kept/safetensors.ts';
import { atOnce } from '../../../../src/run/documents/slices.ts';

const file = (tensors: Record<string, Tensor>, metadata: Record<string, string> = {}): TensorFile => ({
  metadata: new Map(Object.entries(metadata)),
  tensors: new Map(Object.entries(tensors)),
});

/** A file with any header and any data. */
function raw(header: string | Uint8Array, data = 0, announced?: bigint): Uint8Array {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + text.length + data);
  new DataView(bytes.buffer).setBigUint64(0, announced ?? BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}
const entry = (begin: number, end: number, shape = [(end - begin) / 8], dtype = 'F64'): string =>
  JSON.stringify({ dtype, shape, data_offsets: [begin, end] });

describe('what is written', () => {
  it('is the format byte by byte', () => {
    const bytes = encode(file({ a: { dtype: 'F32', shape: [2], data: Float32Array.of(1, -2) } }, { b: 'ü' }));
    const header = '{"__metadata__":{"b":"ü"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
    const text = new TextEncoder().encode(header);
    const length = Math.ceil(text.length / 8) * 8;
    expect([...bytes.subarray(0, 8)]).toEqual([length, 0, 0, 0, 0, 0, 0, 0]);
    expect([...bytes.subarray(8, 8 + text.length)]).toEqual([...text]);
    expect([...bytes.subarray(8 + text.length, 8 + length)].every((byte) => byte === 0x20)).toBe(true);
    // 1 and −2 in single precision, least byte first.
    expect([...bytes.subarray(8 + length)]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
  });

  it('has every tensor at a multiple of its element size', () => {
    const bytes = encode(
      file({
        small: { dtype: 'F32', shape: [3], data: new Float32Array(3) },
        large: { dtype: 'F64', shape: [1], data: new Float64Array(1) },
      }),
    );
    const { entries, start } = atOnce(readHeader(bytes));
    expect(start % 8).toBe(0);
    expect(entries.find(({ name }) => name === 'large')?.begin).toBe(0);
  });

  it('is never what could not be read again', () => {
    const one = { dtype: 'F64', shape: [1], data: new Float64Array(1) } as const;
    expect(() => encode(file({ __metadata__: one }))).toThrow('No tensor can be called “__metadata__”.');
    expect(() => encode(file({ a: { ...one, shape: [2] } }))).toThrow('“a” has 1 values and the shape [2]');
    expect(() => encode(file({}, { long: 'x'.repeat(100_000_000) }))).toThrow(/at most 100000000 fit/);
  });
});

const tensors: fc.Arbitrary<Tensor> = fc
  .tuple(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }), fc.boolean())
  .chain(([shape, double]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return double
      ? fc
          .array(fc.double(), { minLength: size, maxLength: size })
          .map((values): Tensor => ({ dtype: 'F64', shape, data: Float64Array.from(values) }))
      : fc
          .array(fc.float(), { minLength: size, maxLength: size })
          .map((values): Tensor => ({ dtype: 'F32', shape, data: Float32Array.from(values) }));
  });
const names = fc
  .string({ unit: 'grapheme' })
  .filter((name) => name !== '__proto__' && name !== '__metadata__');

it('reads what it writes, whatever the names, shapes and numbers', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(names, tensors), { selector: ([name]) => name, maxLength: 6 }),
      fc.uniqueArray(fc.tuple(names, fc.string({ unit: 'binary' })), {
        selector: ([name]) => name,
        maxLength: 4,
      }),
      fc.integer({ min: 0, max: 7 }),
      (given, metadata, offset) => {
        const bytes = encode({ tensors: new Map(given), metadata: new Map(metadata) });
        // Inside of a larger buffer, at any address.
        const inside = new Uint8Array(bytes.length + 16);
        inside.set(bytes, offset);
        const read = decode(inside.subarray(offset, offset + bytes.length));
        expect([...read.metadata].sort()).toEqual([...metadata].sort());
        expect(new Map(read.tensors)).toEqual(new Map(given));
      },
    ),
    { numRuns: 300 },
  );
});

describe('what is wrong is said in one sentence', () => {
  const good = encode(file({ a: { dtype: 'F64', shape: [2], data: Float64Array.of(1, 2) } }));

  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /no safetensors file: it has only 0 bytes/],
    [
      'a picture',
      Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0]),
      /header would have \d+ bytes/,
    ],
    ['a header of 2^63 bytes', raw('{}', 0, 2n ** 63n), /header would have 9223372036854775808 bytes/],
    ['a header that is cut off', raw('{}', 0, 100n), /cut off: its header has 100 bytes, and 2 are there/],
    ['data that are cut off', good.subarray(0, -1), /cut off: “a” ends at byte 16 of 15/],
    ['bytes to spare', Uint8Array.from([...good, 0]), /last 1 bytes of the file belong to no tensor/],
    ['a header that is not UTF-8', raw(Uint8Array.of(0x7b, 0xff, 0x7d)), /header is not text/],
    ['a header that is not JSON', raw('{"a":'), /header is not JSON/],
    ['a header that is a list', raw('[]'), /describes no tensors/],
    ['a header of null', raw('null'), /describes no tensors/],
    ['a tensor twice', raw(`{"a":${entry(0, 8)},"a":${entry(8, 16)}}`, 16), /name “a” twice/],
    [
      'a tensor twice, once escaped',
      raw(`{"a":${entry(0, 8)},"\\u0061":${entry(8, 16)}}`, 16),
      /name “a” twice/,
    ],
    [
      'a field twice',
      raw('{"a":{"dtype":"F64","dtype":"F32","shape":[],"data_offsets":[0,8]}}', 8),
      /“dtype” twice/,
    ],
    ['a prototype', raw(`{"__proto__":${entry(0, 8)}}`, 8), /name “__proto__”, which nothing here has/],
    ['a prototype in the metadata', raw('{"__metadata__":{"__proto__":"x"}}'), /name “__proto__”/],
    ['metadata that are no texts', raw('{"__metadata__":{"a":1}}'), /no text for “a”/],
    ['metadata that are a list', raw('{"__metadata__":[]}'), /not a list of names and texts/],
    ['overlapping tensors', raw(`{"a":${entry(0, 16)},"b":${entry(8, 24)}}`, 24), /“a” and “b” overlap/],
    ['two tensors at one place', raw(`{"a":${entry(0, 8)},"b":${entry(0, 8)}}`, 8), /“a” and “b” overlap/],
    ['a hole', raw(`{"a":${entry(0, 8)},"b":${entry(16, 24)}}`, 24), /8 bytes before “b”/],
    ['a tensor beyond the end', raw(`{"a":${entry(0, 80)}}`, 8), /“a” ends at byte 80 of 8/],
    ['a tensor that ends before it begins', raw(`{"a":${entry(8, 0, [1])}}`, 8), /“a” ends before it begins/],
    ['a negative offset', raw(`{"a":${entry(-8, 0, [1])}}`, 8), /“a” is not described by/],
    ['half an offset', raw(`{"a":${entry(0, 8.5, [1])}}`, 8), /“a” is not described by/],
    ['a tensor that is a number', raw('{"a":1}'), /“a” is not described by/],
    [
      'a tensor with more to say',
      raw('{"a":{"dtype":"F64","shape":[],"data_offsets":[0,8],"x":1}}', 8),
      /“a” is not described/,
    ],
    ['a shape of another size', raw(`{"a":${entry(0, 16, [3])}}`, 16), /has 16 bytes, and its shape \[3\]/],
    [
      'a shape without end',
      raw(`{"a":${entry(0, 8, [1e15, 1e15, 1e15])}}`, 8),
      /its shape .* needs another number/,
    ],
    [
      'a dtype of another world',
      raw(`{"a":${entry(0, 8, [4], 'BF16')}}`, 8),
      /“a” is “BF16”; only F64 and F32/,
    ],
    [
      'a dtype that every object has',
      raw(`{"a":${entry(0, 8, [1], 'constructor')}}`, 8),
      /“constructor”; only F64/,
    ],
    ['a list without end', raw('['.repeat(200_000)), /not JSON/],
  ])('%s', (_, bytes, sentence) => {
    expect(() => decode(bytes)).toThrow(sentence);
  });
});
