import { doubledName, parseLong } from './longJson.ts';
import type { Sliced } from './slices.ts';

/**
 * JSON from outside, in which every name stands once: other programs would take the first of two, JavaScript takes the
 * last. The name `__proto__` is refused, so that no copy of the result can get another prototype.
 *
 * @param what is read, as the subject of a sentence
 * @throws Error with a sentence
 */
export function* strictJson(text: string, what: string): Sliced<unknown> {
  const value = yield* parseLong(text);
  if (value === undefined) throw new Error(`${what} is not JSON.`);
  const name = yield* doubledName(text);
  if (name === undefined) return value;
  const shown = `“${name.slice(0, 60)}”`;
  throw new Error(
    name === '__proto__'
      ? `${what} has the name ${shown}, which nothing here has.`
      : `${what} has the name ${shown} twice.`,
  );
}
