/** Bytes that `String.fromCharCode` takes at once without running out of stack. */
const PIECE = 0x6000;

export function toBase64(bytes: Uint8Array): string {
  let text = '';
  // Pieces of a multiple of three bytes need no padding between them.
  for (let at = 0; at < bytes.length; at += PIECE)
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + PIECE)));
  return text;
}

/** @returns undefined where the text is none */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** Doubles bit by bit, the lowest byte first, as every machine that runs a browser has them. */
export const floatsToBase64 = (values: Float64Array): string =>
  toBase64(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));

/** @returns undefined where the text is none, or holds half a number */
export function floatsFromBase64(text: string): Float64Array<ArrayBuffer> | undefined {
  const bytes = fromBase64(text);
  return bytes?.length === undefined || bytes.length % 8 !== 0 ? undefined : new Float64Array(bytes.buffer);
}
