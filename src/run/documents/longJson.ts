/**
 * JSON of any length, read in slices: the browser's own reader would hold the page up. Brackets are followed here, and
 * what stands between them is read by `JSON.parse`, piece by piece.
 */
import type { Sliced } from './slices.ts';

/** Characters that are read at once. */
const PIECE = 32_000;
/** Pieces that are read in one slice: some milliseconds. */
const PIECES = 4;
const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [LIST, LIST_END, GROUP, GROUP_END] = [0x5b, 0x5d, 0x7b, 0x7d];

/** A list or an object that is not closed yet. */
interface Open {
  list: boolean;
  start: number;
  /** Where the text begins that has not been read. */
  from: number;
  /** Where the element begins that is being looked at. */
  element: number;
  /** Whether that element has been read by itself, for it is long. */
  taken: boolean;
  /** What has been read, once it is known to be long. */
  value: unknown[] | Record<string, unknown> | undefined;
}

/**
 * What `JSON.parse` gives; undefined, which is nothing in JSON, where it would refuse.
 *
 * @param piece characters that are read at once
 */
export function* parseLong(text: string, piece = PIECE): Sliced<unknown> {
  if (text.length <= piece) return parsed(text);
  const open: Open[] = [];
  let next = piece * PIECES;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const inside = open.at(-1);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === LIST || code === GROUP) {
      if (!inside && !isBlank(text, 0, at)) return undefined;
      const [list, from] = [code === LIST, at + 1];
      open.push({ list, start: at, from, element: from, taken: false, value: undefined });
    } else if (code === COMMA) {
      if (!inside || !endElement(text, inside, at, piece)) return undefined;
    } else if (code === LIST_END || code === GROUP_END) {
      if (inside?.list !== (code === LIST_END)) return undefined;
      open.pop();
      const around = open.at(-1);
      if (inside.value || at + 1 - inside.start > piece) {
        if (!close(text, inside, at) || (around && !put(text, around, inside, at + 1))) return undefined;
      }
      if (!around) return !isBlank(text, at + 1, text.length) ? undefined : (inside.value ?? parsed(text));
    }
    if (at < next) continue;
    next = at + piece * PIECES;
    yield;
  }
  // A text, a number or a word; or something that was not closed.
  return open.length > 0 ? undefined : parsed(text);
}

/** At a comma. False where it may not stand there. */
function endElement(text: string, into: Open, at: number, piece: number): boolean {
  if (into.taken) {
    if (!isBlank(text, into.from, at)) return false;
    into.from = at + 1;
  } else if (at - into.from > piece) {
    if (!read(text, into, at)) return false;
    into.from = at + 1;
  }
  into.element = at + 1;
  into.taken = false;
  return true;
}

/** At the end of a long list or object. */
function close(text: string, closed: Open, at: number): boolean {
  const rest = !isBlank(text, closed.from, at);
  if (closed.taken) return !rest;
  if (rest) return read(text, closed, at);
  // A comma before the end is a fault; without one it is empty.
  closed.value ??= closed.list ? [] : {};
  return closed.element === closed.start + 1;
}

/** A long element has ended: it becomes part of what is around it. */
function put(text: string, into: Open, { start, value }: Open, end: number): boolean {
  const { from, element } = into;
  if (into.taken || (element > from && !read(text, into, element - 1))) return false;
  into.value ??= into.list ? [] : {};
  into.from = end;
  into.taken = true;
  const before = text.slice(element, start);
  if (Array.isArray(into.value)) {
    into.value.push(value);
    return isBlank(before, 0, before.length);
  }
  const named = parsed(`{${before}null}`);
  const [name, more] = typeof named === 'object' && named !== null ? Object.keys(named) : [];
  if (name === undefined || more !== undefined) return false;
  define(into.value, name, value);
  return true;
}

/** Reads whole elements. */
function read(text: string, into: Open, to: number): boolean {
  const between = text.slice(into.from, to);
  if (isBlank(between, 0, between.length)) return false;
  const elements = parsed(into.list ? `[${between}]` : `{${between}}`);
  if (typeof elements !== 'object' || elements === null) return false;
  into.value ??= into.list ? [] : {};
  if (Array.isArray(into.value)) for (const one of elements as unknown[]) into.value.push(one);
  else for (const [name, one] of Object.entries(elements)) define(into.value, name, one);
  return true;
}

/** `__proto__` is a name like any other, as it is to `JSON.parse`. */
function define(into: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') into[name] = value;
  else Object.defineProperty(into, name, { value, writable: true, enumerable: true, configurable: true });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Whether nothing but white space stands there. */
function isBlank(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (!' \t\n\r'.includes(text[at] as string)) return false;
  return true;
}

/** Where a text in quotes ends, or the end of all where it does not. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}

/**
 * The first name of JSON that stands twice in its object, or that is `__proto__`; undefined where there is none.
 *
 * @param text that is known to be JSON
 */
export function* doubledName(text: string): Sliced<string | undefined> {
  /** The names of each object that is open; undefined for a list. */
  const open: (Set<string> | undefined)[] = [];
  let [start, end] = [0, 0];
  let next = PIECE * PIECES;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      [start, end] = [at, endOfString(text, at)];
      at = end;
    } else if (code === GROUP) open.push(new Set());
    else if (code === LIST) open.push(undefined);
    else if (code === GROUP_END || code === LIST_END) open.pop();
    else if (code === COLON) {
      const written = text.slice(start + 1, end);
      const name = written.includes('\\') ? (JSON.parse(`"${written}"`) as string) : written;
      const names = open.at(-1);
      if (name === '__proto__' || names?.has(name)) return name;
      names?.add(name);
    }
    if (at < next) continue;
    next = at + PIECE * PIECES;
    yield;
  }
  return undefined;
}
