import type { RunLog } from '../../engine/protocol.ts';
import type { Lab, Problem } from '../../labs/lab.ts';
import { presetKnobs } from '../../labs/lab.ts';
import type { Config } from './config.ts';

/** Recorded metrics as CSV: a header and one line for each recorded step. */
export function toCsv(series: Readonly<Record<string, readonly number[]>>): string {
  const names = Object.keys(series);
  const rows = series[names[0] ?? '']?.length ?? 0;
  const lines = Array.from({ length: rows }, (_, i) =>
    names.map((name) => String(series[name]?.[i] ?? '')).join(','),
  );
  return [names.join(','), ...lines, ''].join('\n');
}

/** A run as JSON: its log, which replays it, and what was recorded, a line for each name. */
export function toJson(
  version: string,
  log: RunLog,
  series: Readonly<Record<string, readonly number[]>>,
): string {
  const columns = Object.entries(series).map(
    ([name, values]) => `\n    ${JSON.stringify(name)}: ${JSON.stringify(values)}`,
  );
  const whole = JSON.stringify({ 'collapse-lab': version, run: log, series: {} }, null, 2);
  // A line for each number would make a run of a day longer than a text can be.
  return `${whole.slice(0, whole.lastIndexOf('{}'))}{${columns.join(',')}${columns.length > 0 ? '\n  ' : ''}}\n}\n`;
}

/** What of a configuration differs from its preset, as nested groups. */
export function differences(lab: Lab, { knobs, preset }: Config): Record<string, Record<string, unknown>> {
  const base = presetKnobs(lab, preset);
  const groups: Record<string, Record<string, unknown>> = {};
  for (const { key } of lab.knobs) {
    if (knobs[key] === undefined || knobs[key] === base[key]) continue;
    const [group = '', name = ''] = key.split('.');
    (groups[group] ??= {})[name] = knobs[key];
  }
  return groups;
}

/** Where in a document something stands. */
export interface Place {
  /** As a sentence begins: `Line 3` of YAML, `run.knobs.loss.foo` of JSON; empty where the problem's own name says it. */
  text: string;
  /** Counted from 1; JSON has none. */
  line?: number;
}

/** A problem with where it stands, in words and as data. One that has a place keeps it. */
export function placed(problem: Problem, place: Place | undefined): Problem {
  if (!place || problem.line !== undefined) return problem;
  return {
    ...problem,
    text: place.text === '' || place.text === problem.key ? problem.text : `${place.text}: ${problem.text}`,
    ...(place.line !== undefined && { line: place.line }),
  };
}

/** What a document says, before it is held against a lab. */
export interface Loadable {
  lab?: string;
  preset?: string;
  seed?: number;
  /** By dotted key, not yet checked. */
  knobs: Record<string, unknown>;
  /** Not yet checked. */
  events?: unknown;
  /** Not yet checked. */
  executor?: string;
  /** Targets for the doctor, which no run has, not yet checked; and the line where they begin. */
  targets?: { value: unknown; line: number };
  /** Nothing of the document could be read; `problems` says why. */
  unreadable?: boolean;
  problems: Problem[];
  /** Where the fields and knobs stand, by name; of formats that have places. */
  places: Map<string, Place>;
  /** The same of each event, by its position. */
  placeOfEvent?: (i: number) => Place | undefined;
}

/** An empty document. Its knobs have no prototype, so that no key of a hostile document means more than itself. */
export const emptyLoadable = (): Loadable => ({
  knobs: Object.create(null) as Record<string, unknown>,
  problems: [],
  places: new Map(),
});
