/** What is wrong with a text that is not JSON, and where: browsers say it each in their own words, some without a place. */
import type { Sliced } from './slices.ts';

/** Tokens that are read in one slice: some milliseconds. */
const SLICE = 20_000;

export interface JsonFault {
  /** From 1. */
  line: number;
  /** Without a point at its end. */
  text: string;
}

const TOKEN =
  /[ \t\n\r]*(?:([{}[\],:])|("(?:[^"\\\p{Cc}]|[\x7f-\x9f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-]))/uy;

type Wanted = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or }' | ', or ]' | 'end';
const WORDS: Readonly<Record<Wanted, string>> = {
  value: 'a value is missing',
  'value or ]': 'a value or ] is missing',
  key: 'a name in double quotes is missing',
  'key or }': 'a name in double quotes or } is missing',
  ':': 'a colon is missing after the name',
  ', or }': 'a comma or } is missing',
  ', or ]': 'a comma or ] is missing',
  end: 'something follows the end',
};

/** The first fault; undefined where there is none. */
export function* jsonFault(text: string): Sliced<JsonFault | undefined> {
  const open: ('{' | '[')[] = [];
  let wanted: Wanted = 'value';
  const closed = (): Wanted => {
    const inside = open.at(-1);
    return inside === undefined ? 'end' : inside === '{' ? ', or }' : ', or ]';
  };
  const fault = (at: number): JsonFault => {
    const from = at + (/^\s*/.exec(text.slice(at, at + 10_000))?.[0].length ?? 0);
    const found = text.slice(from, from + 20).split('\n')[0] ?? '';
    const line = text.slice(0, from).split('\n').length;
    return {
      line,
      text: `${WORDS[wanted]}${found === '' ? ', and the text ends' : ` before ${found}`}`,
    };
  };
  for (let [at, read] = [0, 1]; ; read++) {
    if (read % SLICE === 0) yield;
    // Another text may have been looked at meanwhile.
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text);
    if (!token) return !/[^ \t\n\r]/.test(text.slice(at)) && wanted === 'end' ? undefined : fault(at);
    const [, mark, string] = token;
    const next = after(mark ?? (string === undefined ? 'value' : 'string'));
    if (next === undefined) return fault(at);
    wanted = next;
    at = TOKEN.lastIndex;
  }

  /** What may follow a token; undefined where the token itself may not stand. */
  function after(token: string): Wanted | undefined {
    const takesValue = wanted === 'value' || wanted === 'value or ]';
    switch (token) {
      case '{':
      case '[':
        if (!takesValue) return undefined;
        open.push(token);
        return token === '{' ? 'key or }' : 'value or ]';
      case '}':
      case ']': {
        const allowed = token === '}' ? ['key or }', ', or }'] : ['value or ]', ', or ]'];
        if (!allowed.includes(wanted)) return undefined;
        open.pop();
        return closed();
      }
      case ',':
        return wanted === ', or }' ? 'key' : wanted === ', or ]' ? 'value' : undefined;
      case ':':
        return wanted === ':' ? 'value' : undefined;
      case 'string':
        if (wanted === 'key' || wanted === 'key or }') return ':';
        return takesValue ? closed() : undefined;
      default:
        return takesValue ? closed() : undefined;
    }
  }
}
