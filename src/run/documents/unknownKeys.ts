/** What an unknown key may have been meant to be. */
import type { Lab } from '../../labs/lab.ts';

/** Keys of one document that are searched for: a search costs more than all else that is done with an unknown key. */
export const MAX_SEARCHES = 40;
/** Characters of a key that are compared. */
const MAX_COMPARED = 80;

/** Sentences about the unknown keys of one document. */
export class UnknownKeys {
  readonly #lab: Lab;
  /** Sentences by key: of keys that come again the search is not repeated. */
  readonly #said = new Map<string, string>();

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  /** How many keys were searched for. */
  get searches(): number {
    return this.#said.size;
  }

  /** That a key is unknown, and what it may mean: said of the first {@link MAX_SEARCHES} distinct keys. */
  sentence(key: string): string {
    const known = this.#said.get(key);
    if (known !== undefined) return known;
    const unknown = `${key.slice(0, 80)} is not a knob of ${this.#lab.title}.`;
    if (this.searches >= MAX_SEARCHES) return unknown;
    const near = nearest(this.#lab, key);
    const said = near === undefined ? unknown : `${unknown} Did you mean ${near}?`;
    this.#said.set(key, said);
    return said;
  }
}

function nearest(lab: Lab, key: string): string | undefined {
  const last = lastPart(key).slice(0, MAX_COMPARED);
  let most = Math.max(2, Math.floor(last.length / 3));
  let near: string | undefined;
  for (const { key: known } of lab.knobs) {
    const away = Math.min(distance(known, key, most), distance(lastPart(known), last, most));
    if (away > most) continue;
    near = known;
    // Only one that is nearer still takes its place.
    most = away - 1;
    if (most < 0) break;
  }
  return near;
}

const lastPart = (key: string): string => key.slice(key.lastIndexOf('.') + 1);

/** Levenshtein distance of two short texts, or any larger number than `most` where it is larger. */
export function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most || a.length > MAX_COMPARED) return most + 1;
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const value = Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, change);
      next.push(value);
      if (value < least) least = value;
    }
    if (least > most) return most + 1;
    row = next;
  }
  return row[b.length] as number;
}
