const TOKENS = /"(?:[^"\\]|\\.)*"|[{}:,[\]]/g;

/**
 * JSON from outside, in which every name stands once: other programs would take the first of two, JavaScript takes the
 * last. The name `__proto__` is refused, so that no copy of the result can get another prototype.
 *
 * @param what is read, as the subject of a sentence
 * @throws Error with a sentence
 */
export function strictJson(text: string, what: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`${what} is not JSON.`);
  }
  checkNames(text, what);
  return value;
}

/** Walks over text that is known to be JSON. */
function checkNames(text: string, what: string): void {
  /** The names of each object that is open; undefined for a list. */
  const open: (Set<string> | undefined)[] = [];
  let string = '';
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      const name = JSON.parse(string) as string;
      const shown = `“${name.slice(0, 60)}”`;
      if (name === '__proto__') throw new Error(`${what} has the name ${shown}, which nothing here has.`);
      if (open.at(-1)?.has(name)) throw new Error(`${what} has the name ${shown} twice.`);
      open.at(-1)?.add(name);
    } else if (token !== ',') string = token;
  }
}
