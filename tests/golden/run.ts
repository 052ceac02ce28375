import { compareResult } from './compare.ts';
import { Fields } from './fields.ts';
import {
  COLUMNS,
  PRECISION,
  type Column,
  type GoldenCase,
  type GoldenFile,
  type Mismatch,
  type Ops,
} from './types.ts';

/** Runs golden cases. No file system here: the same code runs in the browser's tests. */

export type Outcome =
  | { status: 'not run' }
  /** `note`: the result differs from the file, and is proved right. */
  | { status: 'passed'; note?: string }
  | { status: 'failed'; mismatches: readonly Mismatch[] };

/** One case on one column. An error that a computation throws is its failure, not the run's. */
export async function runCase(
  ops: Ops,
  file: GoldenFile,
  golden: GoldenCase,
  column: Column,
): Promise<Outcome> {
  const op = ops[golden.op];
  const compute = op?.[column];
  if (!compute) return { status: 'not run' };
  const bits = PRECISION[column];
  const standard = {
    rtol: file.tolerance[`float${bits}_rtol`],
    atol: file.tolerance[`float${bits}_atol`],
  };
  try {
    const inputs = new Fields(golden.inputs, 'Input');
    const hyper = new Fields(golden.hyper, 'Hyper');
    const result = await compute(inputs, hyper, (term) => lengthOf(golden, term));
    const mismatches = compareResult(
      golden.expected,
      result,
      (name) => op.tolerance?.[name] ?? standard,
      op.pending,
    );
    if (mismatches.length === 0) return { status: 'passed' };
    const note = op.dispute?.(inputs, hyper, result, mismatches);
    return note === undefined ? { status: 'failed', mismatches } : { status: 'passed', note };
  } catch (error) {
    return { status: 'failed', mismatches: [{ what: 'error', expected: 'a result', got: String(error) }] };
  }
}

/** Counts of one op, by column, and its failures. */
export interface OpReport {
  op: string;
  cases: number;
  passed: Record<Column, number>;
  failed: Record<Column, number>;
  /** An op that is neither implemented nor listed as not implemented. */
  unknown: boolean;
  /** Parts of its cases that are not compared yet. */
  pending: readonly string[];
}

interface At {
  id: string;
  op: string;
  column: Column;
}

export interface Report {
  ops: OpReport[];
  failures: (At & { mismatches: readonly Mismatch[] })[];
  /** Cases that passed although they differ from the file. */
  notes: (At & { note: string })[];
}

/** Every case of every file on the given columns, op by op in the order of their first case. */
export async function runFiles(
  ops: Ops,
  notImplemented: readonly string[],
  files: readonly GoldenFile[],
  columns: readonly Column[] = COLUMNS,
): Promise<Report> {
  const reports = new Map<string, OpReport>();
  const failures: Report['failures'] = [];
  const notes: Report['notes'] = [];
  for (const file of files) {
    for (const golden of file.cases) {
      const report = reports.get(golden.op) ?? {
        op: golden.op,
        cases: 0,
        passed: none(),
        failed: none(),
        unknown: !(golden.op in ops) && !notImplemented.includes(golden.op),
        pending: ops[golden.op]?.pending ?? [],
      };
      reports.set(golden.op, report);
      report.cases += 1;
      for (const column of columns) {
        const at = { id: golden.id, op: golden.op, column };
        const outcome = await runCase(ops, file, golden, column);
        if (outcome.status === 'passed') {
          report.passed[column] += 1;
          if (outcome.note !== undefined) notes.push({ ...at, note: outcome.note });
        } else if (outcome.status === 'failed') {
          report.failed[column] += 1;
          failures.push({ ...at, mismatches: outcome.mismatches });
        }
      }
    }
  }
  return { ops: [...reports.values()], failures, notes };
}

const none = (): Record<Column, number> =>
  Object.fromEntries(COLUMNS.map((column) => [column, 0])) as Record<Column, number>;

function lengthOf(golden: GoldenCase, term: string): number {
  const value = golden.expected.terms[term];
  if (!Array.isArray(value)) throw new Error(`${golden.id} does not expect an array "${term}".`);
  return value.length;
}
