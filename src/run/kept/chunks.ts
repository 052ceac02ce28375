/** Curves are stored in pieces, so that a run that is written once a second writes only what is new. */

/** Rows in one piece: with thirty columns about 15 kB. */
export const CHUNK_ROWS = 64;

export interface Chunk {
  chunk: number;
  /** `[rows, columns]`, at most {@link CHUNK_ROWS} rows. */
  values: Float64Array;
}

export const chunkOf = (row: number): number => Math.floor(row / CHUNK_ROWS);

/** The pieces that hold rows from `from` on. @param values `[rows, columns]` of the whole run */
export function chunksFrom(values: Float64Array, columns: number, from: number): Chunk[] {
  if (columns === 0) return [];
  const chunks: Chunk[] = [];
  const size = CHUNK_ROWS * columns;
  for (let chunk = chunkOf(from); chunk * size < values.length; chunk++)
    // A copy: a view would be stored with everything that lies around it.
    chunks.push({ chunk, values: values.slice(chunk * size, (chunk + 1) * size) });
  return chunks;
}

/** Pieces put together again; undefined where one is missing, too short or too long. @param rows expected */
export function joined(chunks: readonly Chunk[], columns: number, rows: number): Float64Array | undefined {
  // Before anything is made of the size that was promised.
  if (chunks.length !== Math.ceil(rows / CHUNK_ROWS)) return undefined;
  const values = new Float64Array(rows * columns);
  const size = CHUNK_ROWS * columns;
  for (const [i, piece] of chunks.entries()) {
    const expected = Math.min(size, values.length - i * size);
    if (piece.chunk !== i || piece.values.length !== expected) return undefined;
    values.set(piece.values, i * size);
  }
  return values;
}

/** The first row that differs bit by bit, or the number of rows that both have. */
export function firstChanged(before: Float64Array, after: Float64Array, columns: number): number {
  if (columns === 0) return 0;
  const length = Math.min(before.length, after.length);
  // As bits: NaN is no change, and −0 is one.
  const [a, b] = [bitsOf(before), bitsOf(after)];
  let i = 0;
  while (i < 2 * length && a[i] === b[i]) i++;
  return Math.floor(i / 2 / columns);
}

const bitsOf = (values: Float64Array): Uint32Array =>
  new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);

/** The same numbers in a buffer of their own size: a view is stored and sent with its whole buffer. */
export const tight = (values: Float64Array): Float64Array =>
  values.byteLength === values.buffer.byteLength ? values : values.slice();
