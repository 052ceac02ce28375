import type { Problem, ReadDoctorTargets } from '../../lab.ts';
import { categoriesOf } from '../network.ts';

/** What a loss is to be examined on. */
export type TargetSpec =
  /** The validation places that the configuration's own data knobs and seed give. */
  | { kind: 'lab' }
  /** Distributions as given, each adding up to 1. */
  | { kind: 'rows'; rows: readonly (readonly number[])[] }
  /** Entropies in nats: each stands for one distribution of a family, see geometric.ts. */
  | { kind: 'entropies'; entropies: readonly number[] };

export const MAX_ROWS = 400;
export const MAX_CLASSES = 64;
/** Rows that miss 1 by less than this were rounded; they are scaled without a word. */
const ROUNDED = 0.02;

/**
 * Reads the `targets:` part of a text: a list of rows, or a map with `rows` or `entropies`. What is wrong is named and
 * left out; the rest is used.
 *
 * @param classes K of the configuration, for entropies @param line where the part begins
 */
export function readTargets(
  value: unknown,
  classes: number,
  line: number,
): { spec: TargetSpec; problems: Problem[] } {
  const problems: Problem[] = [];
  const note = (text: string): void => {
    problems.push({ key: 'targets', text: `Line ${String(line)}: ${text}` });
  };
  const refuse = (text: string): { spec: TargetSpec; problems: Problem[] } => {
    note(`${text} The lab’s own targets are used.`);
    return { spec: { kind: 'lab' }, problems };
  };
  const map: Readonly<Record<string, unknown>> = Array.isArray(value)
    ? { rows: value }
    : typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : {};
  for (const key of Object.keys(map))
    if (key !== 'rows' && key !== 'entropies')
      note(`targets has no part "${key.slice(0, 60)}"; it knows rows and entropies.`);
  const given = map['rows'] ?? map['entropies'];
  if (!Array.isArray(given) || given.length === 0)
    return refuse('targets is a list of rows, [[0.7, 0.2, 0.1], …], or entropies: [0.5, 1.5].');
  if (map['rows'] !== undefined && map['entropies'] !== undefined)
    note('targets has both rows and entropies; the rows count.');
  if (given.length > MAX_ROWS)
    note(`The first ${String(MAX_ROWS)} of ${String(given.length)} targets count.`);
  const some = given.slice(0, MAX_ROWS) as unknown[];
  if (map['rows'] === undefined) {
    const most = Math.log(classes);
    const entropies = some.filter((h, i): h is number => {
      if (typeof h === 'number' && h >= 0 && h <= most + 5e-4) return true;
      note(
        `target ${String(i + 1)}: an entropy is a number from 0 to ln ${String(classes)} = ${most.toFixed(3)} nats.`,
      );
      return false;
    });
    return entropies.length > 0
      ? { spec: { kind: 'entropies', entropies }, problems }
      : refuse('No entropy is left.');
  }
  const rows: number[][] = [];
  some.forEach((row, i) => {
    const wrong = whyNoRow(row, rows[0]?.length);
    if (wrong) {
      note(`target ${String(i + 1)} ${wrong}`);
      return;
    }
    const numbers = row as number[];
    const sum = numbers.reduce((total, p) => total + p, 0);
    if (Math.abs(sum - 1) > ROUNDED)
      note(`target ${String(i + 1)} adds up to ${String(Number(sum.toPrecision(3)))}; it was scaled to 1.`);
    rows.push(numbers.map((p) => p / sum));
  });
  return rows.length > 0 ? { spec: { kind: 'rows', rows }, problems } : refuse('No target is left.');
}

function whyNoRow(row: unknown, classes: number | undefined): string | undefined {
  if (!Array.isArray(row) || !row.every((p) => typeof p === 'number' && p >= 0 && p < Infinity))
    return 'is no list of numbers from 0; it was left out.';
  if (row.length < 2 || row.length > MAX_CLASSES)
    return `has ${String(row.length)} classes; 2 to ${String(MAX_CLASSES)} are right. It was left out.`;
  if (classes !== undefined && row.length !== classes)
    return `has ${String(row.length)} classes, the first one ${String(classes)}; it was left out.`;
  return (row as number[]).some((p) => p > 0) ? undefined : 'adds up to 0; it was left out.';
}

/** @see Lab.doctorTargets */
export const readDoctorTargets: ReadDoctorTargets = (value, knobs, line) => {
  const { spec, problems } = readTargets(value, categoriesOf(knobs), line);
  return { targets: spec.kind === 'lab' ? undefined : spec, problems };
};
