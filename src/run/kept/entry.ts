import * as v from 'valibot';
import type { Metrics, Saved } from '../../engine/protocol.ts';
import { ID } from '../id.ts';
import { count, isRecord, text, texts } from '../documents/shapes.ts';

/** The form of entries that this page writes. One that is newer is left alone. */
export const ENTRY_VERSION = 1;

export const MAX_NAME = 120;
/** Words of one change, and how many changes are kept. */
const MAX_CHANGE = 200;
export const MAX_CHANGES = 60;
const MAX_NUMBERS = 80;
/** Bytes of a picture of 80 × 80 pixels, with much room. */
export const MAX_THUMBNAIL = 100_000;

const id = v.custom<string>((value) => typeof value === 'string' && ID.test(value));
/** Milliseconds since 1970. */
const time = v.pipe(v.number(), v.minValue(0), v.maxValue(8.64e15));

/** What a run came to: measured on the validation set, by the names of the metrics. */
const finalSchema = v.object({
  step: count(),
  status: v.picklist(['ok', 'diverged']),
  numbers: v.custom<Readonly<Record<string, number>>>(
    (given) =>
      isRecord(given) &&
      Object.keys(given).length <= MAX_NUMBERS &&
      Object.values(given).every(Number.isFinite),
  ),
});

/** What the list shows of a run, without the run itself. */
export const entrySchema = v.object({
  version: v.picklist([ENTRY_VERSION]),
  id,
  name: text(MAX_NAME, 1),
  starred: v.boolean(),
  created: time,
  /** When it was last trained. */
  changed: time,
  /** When it was deleted: until it is swept away, that can be undone. */
  deleted: v.optional(time),
  lab: text(80),
  preset: text(80),
  /** The run that this one was branched, restarted or reset from; empty where it began by itself. */
  parent: v.union([text(0), id]),
  /** What differs from the parent, or from the preset where there is none, in words. */
  differs: texts(MAX_CHANGES, MAX_CHANGE),
  differsFrom: v.picklist(['parent', 'preset']),
  final: finalSchema,
  /** Recorded rows. */
  rows: count(),
  /** What it takes in storage, about. */
  bytes: count(),
  /** A small PNG of what the model says. */
  thumbnail: v.optional(
    v.custom<Uint8Array<ArrayBuffer>>(
      (bytes) => bytes instanceof Uint8Array && bytes.length <= MAX_THUMBNAIL,
    ),
  ),
});
export type Entry = v.InferOutput<typeof entrySchema>;
export type Final = Entry['final'];

/** The numbers of a run where it was saved. @param metrics measured last, perhaps a few steps later */
export function finalOf(saved: Pick<Saved, 'step' | 'progress'>, metrics: Metrics | undefined): Final {
  const measured = Object.entries(metrics ?? {}).filter(
    (entry): entry is [string, number] =>
      Number.isFinite(entry[1]) && !['step', 'epoch'].includes(entry[0]) && entry[0].length <= 80,
  );
  return {
    step: saved.step,
    status: saved.progress.status,
    numbers: Object.fromEntries(measured.slice(0, MAX_NUMBERS)),
  };
}

/** A name that no other run has: "Before, seed 0", then "Before, seed 0 (2)". */
export function freshName(wanted: string, taken: Iterable<string>): string {
  const names = new Set(taken);
  const base = wanted.trim().slice(0, MAX_NAME - 8) || 'Run';
  for (let n = 1; ; n++) {
    const name = n === 1 ? base : `${base} (${String(n)})`;
    if (!names.has(name)) return name;
  }
}

/** What somebody typed as a name: one line; undefined where nothing is left of it. */
export function cleanName(typed: string): string | undefined {
  const name = plain(typed, MAX_NAME);
  return name === '' ? undefined : name;
}

/** A text from outside as one line: control characters would break it, direction marks turn the words beside it around. */
export const plain = (given: string, max: number): string =>
  given
    .slice(0, 4 * max)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, max)
    .trim();

export const changesToKeep = (changes: readonly string[]): string[] =>
  changes.slice(0, MAX_CHANGES).map((change) => plain(change, MAX_CHANGE));
