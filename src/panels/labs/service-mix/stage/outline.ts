import type { Outline } from '../../../../charts/land.ts';

/** Height of the bundled map in widths, so that its place is kept while it loads. */
export const COUNTRY_ASPECT = 0.6287;

interface OutlineFile {
  version: 1;
  /** Whole numbers times this are units of the width. */
  step: number;
  height: number;
  lines: number[][];
}

let loaded: Promise<Outline> | undefined;

/** The state borders of the bundled map. Fetched once; a failure is tried again. */
export function readOutline(): Promise<Outline> {
  loaded ??= fetch(new URL('data/places/outline.json', document.baseURI))
    .then(async (answer) => {
      if (!answer.ok) throw new Error(`The map could not be read (${answer.status}).`);
      const { version, step, height, lines } = (await answer.json()) as OutlineFile;
      if ((version as number) !== 1) throw new Error('The map is of another version.');
      return { aspect: height * step, lines: lines.map((line) => line.map((x) => x * step)) };
    })
    .catch((error: unknown) => {
      loaded = undefined;
      throw error;
    });
  return loaded;
}
