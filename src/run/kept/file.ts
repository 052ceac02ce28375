/**
 * Runs as one file: a line that says what it is, then a line of JSON for each run, arrays in base64. What is cut off or
 * broken costs the runs that it hits and no others.
 */
import * as v from 'valibot';
import type { KeptRun } from '../../engine/protocol.ts';
import { floatsFromBase64, floatsToBase64, fromBase64, toBase64 } from './base64.ts';
import { changesToKeep, cleanName, ENTRY_VERSION, entrySchema, MAX_THUMBNAIL, type Entry } from './entry.ts';
import { anything, isRecord, record } from '../documents/shapes.ts';
import { parseLong } from '../documents/longJson.ts';
import { inSlices, type Sliced } from '../documents/slices.ts';
import { checkWhole, said } from './whole.ts';

export const FILE_VERSION = 1;
const MARK = 'collapse-lab-runs';
/** How deep the JSON of a run goes, with some room. */
const MAX_DEPTH = 12;
const PNG = [0x89, 0x50, 0x4e, 0x47];
/** Parts of a line that are looked through in one slice. */
const SLICE = 10_000;
/** Keys that mean more than themselves to JavaScript; no run has them. */
const FORBIDDEN = ['__proto__', 'constructor', 'prototype'];

export interface Whole {
  entry: Entry;
  run: KeptRun;
}

/** The first line. @param runs how many follow */
export const encodeHeader = (runs: number): string => JSON.stringify({ [MARK]: FILE_VERSION, runs });

/** How many runs a file says that it holds, NaN where it does not say, or why it is none. */
export function decodeHeader(line: string): { runs: number } | { wrong: string } {
  const read = parsed(line);
  const shape = v.safeParse(
    v.object({ [MARK]: v.pipe(v.number(), v.integer(), v.minValue(1)), runs: v.optional(v.number()) }),
    read,
  );
  if (!shape.success) return { wrong: 'This is no file of runs: its first line says something else.' };
  if (shape.output[MARK] > FILE_VERSION)
    return {
      wrong: `The file was written by a newer version of this page (form ${String(shape.output[MARK])}, this page knows ${String(FILE_VERSION)}). Reload the page, then import it.`,
    };
  return { runs: shape.output.runs ?? NaN };
}

/** A run as a line. */
export function encodeRun({ entry, run: { log, saved, series } }: Whole): string {
  const { thumbnail, deleted: _, ...rest } = entry;
  return JSON.stringify({
    entry: { ...rest, ...(thumbnail && { thumbnail: toBase64(thumbnail) }) },
    log,
    saved: {
      ...saved,
      parameters: floatsToBase64(saved.parameters),
      moments: floatsToBase64(saved.moments),
    },
    series: { columns: series.columns, values: floatsToBase64(series.values) },
  });
}

const packed = v.object({
  entry: record,
  log: anything,
  saved: v.custom<Record<string, unknown> & { parameters: string; moments: string }>(
    (saved) =>
      isRecord(saved) && typeof saved['parameters'] === 'string' && typeof saved['moments'] === 'string',
  ),
  series: v.object({ columns: anything, values: v.string() }),
});

/** The run of a line, or what is wrong with it, as a sentence. Never throws. @param now no run is newer */
export function decodeRun(line: string, now = Date.now()): Promise<Whole | { wrong: string }> {
  return inSlices(runIn(line, now));
}

function* runIn(line: string, now: number): Sliced<Whole | { wrong: string }> {
  const read = yield* parseLong(line);
  if (read === undefined) return { wrong: 'It is cut off or broken: it cannot be read as JSON.' };
  const key = yield* forbidden(read);
  if (key !== undefined) return { wrong: `It has a part “${key}”, which no run has.` };
  const shape = v.safeParse(packed, read);
  if (!shape.success) return { wrong: said(shape.issues[0]) };
  const { entry, log, saved, series } = shape.output;
  const arrays = [saved.parameters, saved.moments, series.values].map(floatsFromBase64);
  const [parameters, moments, values] = arrays;
  if (!parameters || !moments || !values) return { wrong: 'Some of its numbers are cut off or broken.' };
  const whole = yield* checkWhole({
    log,
    saved: { ...saved, parameters, moments },
    series: { columns: series.columns, values },
  });
  if ('wrong' in whole) return whole;
  const listed = entryOf(entry, whole.run, now);
  return 'wrong' in listed ? listed : { entry: listed, run: whole.run };
}

/** What a list shows of the run; what the run itself says better is taken from it. */
function entryOf(
  given: Readonly<Record<string, unknown>>,
  run: KeptRun,
  now: number,
): Entry | { wrong: string } {
  const { thumbnail, ...rest } = given;
  const parsed = v.safeParse(entrySchema, { ...rest, version: rest['version'] ?? ENTRY_VERSION });
  if (!parsed.success) return { wrong: said(parsed.issues[0]) };
  const { deleted: _, ...entry } = parsed.output;
  const bytes = typeof thumbnail === 'string' ? fromBase64(thumbnail) : undefined;
  const isPicture = bytes && bytes.length <= MAX_THUMBNAIL && PNG.every((byte, i) => bytes[i] === byte);
  return {
    ...entry,
    name: cleanName(entry.name) ?? 'Run',
    lab: run.log.lab,
    preset: run.log.preset,
    differs: changesToKeep(entry.differs),
    created: Math.min(entry.created, now),
    changed: Math.min(entry.changed, now),
    final: { ...entry.final, step: run.saved.step, status: run.saved.progress.status },
    rows: run.saved.progress.rows,
    ...(isPicture && { thumbnail: bytes }),
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

/** A key anywhere in it that could mean more than itself, or the place where it is deeper than any run. */
function* forbidden(value: unknown): Sliced<string | undefined> {
  const unseen: { part: unknown; depth: number }[] = [{ part: value, depth: 0 }];
  let seen = 0;
  for (let next = unseen.pop(); next; next = unseen.pop()) {
    const { part, depth } = next;
    if (typeof part !== 'object' || part === null) continue;
    if (depth > MAX_DEPTH) return '… nested without end';
    const found = Object.keys(part).find((key) => FORBIDDEN.includes(key));
    if (found !== undefined) return found;
    for (const inner of Object.values(part)) unseen.push({ part: inner, depth: depth + 1 });
    if (++seen % SLICE === 0) yield;
  }
  return undefined;
}
