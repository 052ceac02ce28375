/**
 * The safetensors format (https://github.com/huggingface/safetensors): the length of a header as u64, the header as
 * JSON, then raw numbers; everything little-endian. Reading runs no code, allocates no more than the file holds, and
 * says in one sentence what is wrong.
 */
import { isRecord } from '../documents/shapes.ts';
import { atOnce, type Sliced } from '../documents/slices.ts';
import { strictJson } from '../documents/strictJson.ts';

export type Dtype = 'F64' | 'F32';

export interface Tensor {
  dtype: Dtype;
  shape: readonly number[];
  /** Row-major. */
  data: Float64Array | Float32Array;
}

export interface TensorFile {
  metadata: ReadonlyMap<string, string>;
  tensors: ReadonlyMap<string, Tensor>;
}

/** What a header says, checked only as far as it can be without reading the tensors. */
export interface TensorHeader {
  metadata: ReadonlyMap<string, string>;
  entries: readonly Entry[];
  /** Where the data begin, in bytes. */
  start: number;
}

interface Entry {
  name: string;
  dtype: string;
  shape: readonly number[];
  /** Of the data. */
  begin: number;
  end: number;
}

const METADATA = '__metadata__';
const PREFIX_BYTES = 8;
/** Of a header: longer ones are refused by the format’s own readers too. The log of a run with a million events fits. */
const MAX_HEADER = 100_000_000;
/** The data begin at a multiple of it, so that others can map them into memory. */
const ALIGN = 8;
const BYTES: Readonly<Record<Dtype, number>> = { F64: 8, F32: 4 };
/** Longest name that is repeated in a sentence. */
const SHOWN = 60;

/** @throws Error when a tensor has another size than its shape says, or the header would be too long to be read again */
export function encode({ metadata, tensors }: TensorFile): Uint8Array {
  // Larger elements first: so all of them are aligned.
  const ordered = [...tensors].sort(([, a], [, b]) => BYTES[b.dtype] - BYTES[a.dtype]);
  let end = 0;
  const entries = ordered.map(([name, { dtype, shape, data }]) => {
    if (name === METADATA || name === '__proto__')
      throw new Error(`No tensor can be called ${quoted(name)}.`);
    if (countOf(shape) !== data.length)
      throw new Error(
        `The tensor ${quoted(name)} has ${data.length} values and the shape [${shape.join()}].`,
      );
    const begin = end;
    end += data.length * BYTES[dtype];
    return [name, { dtype, shape, data_offsets: [begin, end] }] as const;
  });
  const header = JSON.stringify(
    Object.fromEntries([
      ...(metadata.size > 0 ? [[METADATA, Object.fromEntries(metadata)] as const] : []),
      ...entries,
    ]),
  );
  const text = new TextEncoder().encode(header);
  const length = Math.ceil(text.length / ALIGN) * ALIGN;
  if (length > MAX_HEADER)
    throw new Error(`What stands beside the tensors has ${length} bytes, and at most ${MAX_HEADER} fit.`);
  const bytes = new Uint8Array(PREFIX_BYTES + length + end);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(length), true);
  bytes.fill(0x20, PREFIX_BYTES, PREFIX_BYTES + length);
  bytes.set(text, PREFIX_BYTES);
  let at = PREFIX_BYTES + length;
  for (const [, { dtype, data }] of ordered)
    for (let i = 0; i < data.length; i++, at += BYTES[dtype])
      if (dtype === 'F64') view.setFloat64(at, data[i] as number, true);
      else view.setFloat32(at, data[i] as number, true);
  return bytes;
}

/** @throws Error with a sentence */
export const decode = (bytes: Uint8Array): TensorFile => readTensors(bytes, atOnce(readHeader(bytes)));

/** @throws Error with a sentence */
export function* readHeader(bytes: Uint8Array): Sliced<TensorHeader> {
  if (bytes.length < PREFIX_BYTES)
    throw new Error(`This is no safetensors file: it has only ${bytes.length} bytes.`);
  const announced = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (announced > MAX_HEADER)
    throw new Error(`This is no safetensors file: its header would have ${announced} bytes.`);
  const start = PREFIX_BYTES + Number(announced);
  if (start > bytes.length)
    throw new Error(
      `The file is cut off: its header has ${announced} bytes, and ${bytes.length - PREFIX_BYTES} are there.`,
    );
  const header = yield* headerOf(bytes.subarray(PREFIX_BYTES, start));
  const metadata = new Map<string, string>();
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name !== METADATA) {
      entries.push(entryOf(name, value));
      continue;
    }
    if (!isRecord(value)) throw new Error(`The header’s ${METADATA} is not a list of names and texts.`);
    for (const [key, text] of Object.entries(value)) {
      if (typeof text !== 'string')
        throw new Error(`The header’s ${METADATA} has no text for ${quoted(key)}.`);
      metadata.set(key, text);
    }
  }
  return { metadata, entries, start };
}

/** @throws Error with a sentence, also where the tensors do not fill the file exactly */
export function readTensors(bytes: Uint8Array, { metadata, entries, start }: TensorHeader): TensorFile {
  const size = bytes.length - start;
  const ordered = [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let filled = 0;
  let last = '';
  for (const { name, dtype, shape, begin, end } of ordered) {
    if (!isDtype(dtype))
      throw new Error(`The tensor ${quoted(name)} is ${quoted(dtype)}; only F64 and F32 are read.`);
    if (countOf(shape) * BYTES[dtype] !== end - begin)
      throw new Error(
        `The tensor ${quoted(name)} has ${end - begin} bytes, and its shape [${shape.join()}] needs another number.`,
      );
    if (end > size)
      throw new Error(`The file is cut off: ${quoted(name)} ends at byte ${end} of ${size} that are there.`);
    if (begin < filled) throw new Error(`The tensors ${quoted(last)} and ${quoted(name)} overlap.`);
    if (begin > filled)
      throw new Error(`There are ${begin - filled} bytes before ${quoted(name)} that belong to no tensor.`);
    filled = end;
    last = name;
  }
  if (filled < size) throw new Error(`The last ${size - filled} bytes of the file belong to no tensor.`);

  const view = new DataView(bytes.buffer, bytes.byteOffset + start, size);
  const tensors = new Map<string, Tensor>();
  for (const { name, dtype, shape, begin } of ordered) {
    if (!isDtype(dtype)) continue;
    const count = countOf(shape);
    const data = dtype === 'F64' ? new Float64Array(count) : new Float32Array(count);
    for (let i = 0; i < count; i++)
      data[i] = dtype === 'F64' ? view.getFloat64(begin + 8 * i, true) : view.getFloat32(begin + 4 * i, true);
    tensors.set(name, { dtype, shape, data });
  }
  return { metadata, tensors };
}

function* headerOf(bytes: Uint8Array): Sliced<Readonly<Record<string, unknown>>> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Error('This is no safetensors file: its header is not text.');
  }
  const header = yield* strictJson(text, 'The header');
  if (!isRecord(header)) throw new Error('This is no safetensors file: its header describes no tensors.');
  return header;
}

function entryOf(name: string, value: unknown): Entry {
  const wrong = (): Error =>
    new Error(`The tensor ${quoted(name)} is not described by dtype, shape and data_offsets.`);
  if (!isRecord(value)) throw wrong();
  const { dtype, shape, data_offsets: offsets, ...rest } = value;
  if (typeof dtype !== 'string' || !isSizes(shape) || !isSizes(offsets) || offsets.length !== 2)
    throw wrong();
  if (Object.keys(rest).length > 0) throw wrong();
  const [begin, end] = offsets as [number, number];
  if (end < begin) throw new Error(`The tensor ${quoted(name)} ends before it begins.`);
  return { name, dtype, shape, begin, end };
}

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
const isDtype = (text: string): text is Dtype => Object.hasOwn(BYTES, text);
/** Beyond what a number counts exactly, it agrees with no size of a file. */
const countOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
const quoted = (name: string): string => `“${name.length > SHOWN ? `${name.slice(0, SHOWN)}…` : name}”`;
