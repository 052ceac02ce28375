/** Versions of the link, and the way from each to the next: pure functions on its fields, still escaped. */

export const VERSION = 2;
/** What a link is written as: the lowest version that can say it, so that older pages read what they can. */
export const WRITTEN = { readable: 1, packed: 2 } as const;

type Fields = ReadonlyMap<string, string>;

/** The way from version n to n + 1, by n. A version, once shipped, stays readable. */
const STEPS: Readonly<Record<number, (fields: Fields) => Fields>> = {
  // A log can be packed, as `logz`; everything that there was means what it meant.
  1: (fields) => fields,
};

/**
 * Brings fields up to the version of this page.
 *
 * @param note told what could not be done
 */
export function migrate(fields: Fields, note: (text: string) => void): Fields {
  const text = fields.get('v');
  if (text === undefined) return fields;
  const version = Number(text);
  if (!Number.isInteger(version) || version < 1) {
    note(`The version of the link is no number from 1; it is read as version ${String(VERSION)}.`);
    return fields;
  }
  if (version > VERSION) {
    note(
      `The link is of version ${String(version)}, and this page knows ${String(VERSION)}: what it does not know was left out. Reload the page for its newest version.`,
    );
    return fields;
  }
  let known = fields;
  for (let at = version; at < VERSION; at++) known = STEPS[at]?.(known) ?? known;
  return known;
}
