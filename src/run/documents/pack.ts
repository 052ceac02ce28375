/**
 * A long log of a link, deflated: base64url, a point, and a checksum.
 *
 * Deflate itself has none, so that one wrong letter would give another log without a word; and with it a link that a
 * program has cut off is recognized as one.
 */
import { deflateSync, Inflate } from 'fflate';

/** Longest text that is packed, and that is unpacked: a small link must not open into more than anyone can read. */
export const MAX_TEXT = 1_000_000;
/** Bytes that are inflated at once: they give at most a thousand times as many before the limit is looked at. */
const SLICE = 256;

/** Why a packed text cannot be read, as a part of a sentence: "is …". */
export type PackFault = 'cut off or changed on its way' | 'packed from more than can be read';

/** @param text ASCII, at most {@link MAX_TEXT} characters */
export function pack(text: string): string {
  return sealed(toBase64(deflateSync(new TextEncoder().encode(text), { level: 9 })));
}

/** The text, or why there is none. Never throws, and never makes more than {@link MAX_TEXT} characters of it. */
export function unpack(packed: string): { text: string } | { fault: PackFault } {
  const end = packed.lastIndexOf('.');
  const body = packed.slice(0, Math.max(0, end));
  const broken = { fault: 'cut off or changed on its way' } as const;
  if (end < 0 || sealed(body) !== packed) return broken;
  const bytes = fromBase64(body);
  if (!bytes) return broken;
  const latin1 = new TextDecoder('latin1');
  const parts: string[] = [];
  const got = { length: 0, whole: false };
  const inflate = new Inflate((part, last) => {
    got.length += part.length;
    got.whole = last;
    // Of what is too much nothing is kept.
    if (got.length <= MAX_TEXT) parts.push(latin1.decode(part));
  });
  try {
    for (let at = 0; at < bytes.length && got.length <= MAX_TEXT; at += SLICE)
      inflate.push(bytes.subarray(at, at + SLICE), at + SLICE >= bytes.length);
  } catch {
    return broken;
  }
  if (got.length > MAX_TEXT) return { fault: 'packed from more than can be read' };
  return got.whole ? { text: parts.join('') } : broken;
}

/** With its checksum (FNV-1a): for what happens to links on their way, not against those who forge them. */
export function sealed(body: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < body.length; i++) hash = Math.imul(hash ^ body.charCodeAt(i), 0x01000193);
  return `${body}.${(hash >>> 0).toString(36)}`;
}

export function toBase64(bytes: Uint8Array): string {
  const letters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(letters).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

function fromBase64(text: string): Uint8Array | undefined {
  // atob passes over white space, which no link of ours has.
  if (!/^[\w-]*$/.test(text)) return undefined;
  try {
    return Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) =>
      letter.charCodeAt(0),
    );
  } catch {
    return undefined;
  }
}
