/** Longest line that is read: no browser makes a longer text of it than 2²⁹ characters. */
export const MAX_LINE = 2 ** 29 - 24;

/**
 * The lines of a file, read piece by piece. Of one that is too long only `undefined` is left.
 *
 * @param max characters
 */
export async function* linesOf(blob: Blob, max = MAX_LINE): AsyncGenerator<string | undefined> {
  const decoder = new TextDecoder();
  const reader = blob.stream().getReader();
  let parts: string[] = [];
  let length = 0;
  const line = (): string | undefined => (length > max ? undefined : parts.join(''));
  const add = (part: string): void => {
    length += part.length;
    // What is too long is counted and not kept.
    if (length <= max) parts.push(part);
    else parts = [];
  };
  for (let ended = false; !ended;) {
    const { done, value } = await reader.read();
    ended = done;
    const [first = '', ...rest] = decoder.decode(value, { stream: !done }).split('\n');
    add(first);
    for (const next of rest) {
      yield line();
      parts = [];
      length = 0;
      add(next);
    }
  }
  if (length > 0) yield line();
}
