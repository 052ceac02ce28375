/** What a text is, by what stands in it: names of files and types of clipboards say little. */
import { labs, loadedLab } from '../../labs/index.ts';
import type { LoadRequest } from './request.ts';

export type Format = 'link' | 'json' | 'yaml';

/** Bytes that no text of people has: a file of another kind. */
export const isBinary = (text: string): boolean =>
  text.includes('\0') || /\ufffd.*\ufffd/s.test(text.slice(0, 4000));

const LINK = /^(?:https?:\/\/[^\s#]*#|#?)(?:[^\s#]*&)?(?:v|lab|preset)=/i;

/** @param text of a document that somebody wants to load */
export function formatOf(text: string): Format {
  const trimmed = text.trim();
  // A link has no white space, so that a long document is no work.
  if (/^\S+$/.test(trimmed) && (LINK.test(trimmed) || /^https?:\/\//i.test(trimmed))) return 'link';
  // YAML may begin with a brace too; its keys then have no quotes.
  return /^(?:\{\s*["}]|\[)/.test(trimmed) ? 'json' : 'yaml';
}

/** What loads a text. @throws Error with a sentence where it is none */
export function requestFor(text: string): LoadRequest {
  if (isBinary(text)) throw new Error('This is not a text: a run is JSON, a configuration YAML or JSON.');
  const format = formatOf(text);
  return format === 'link' ? { url: text.trim() } : { [format]: text };
}

const FIELDS = ['lab', 'preset', 'seed', 'events', 'knobs', 'run', 'log'];

/**
 * Whether a text that came by itself, such as a paste outside of any field, was meant for this page: it has a field of a
 * run, or a knob of a lab that was opened.
 */
export function isOurs(text: string): boolean {
  if (text.trim() === '' || isBinary(text)) return false;
  const format = formatOf(text);
  if (format === 'link') return LINK.test(text.trim());
  if (format === 'json' && text.trim().startsWith('{')) return true;
  const known = new Set([
    ...FIELDS,
    ...labs.flatMap(({ id }) => loadedLab(id)?.knobs ?? []).flatMap(({ key }) => [key, ...key.split('.')]),
  ]);
  const keys = text.slice(0, 20_000).matchAll(/^[ \t]*(?:[-{,][ \t]*)?([\w.]+)[ \t]*:(?=\s|$)/gm);
  return [...keys].some(([, key = '']) => known.has(key));
}
