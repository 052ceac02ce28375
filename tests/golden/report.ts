import { COLUMNS, type Column } from './types.ts';
import type { OpReport, Report } from './run.ts';

/** A report as text: a table op × column, a line per failing or disputed case and per op of which not
 * all is compared, and the count on the oracle. */
export function formatReport(report: Report): string {
  const rows = [
    ['op', 'cases', ...COLUMNS],
    ...report.ops.map((op) => [op.op, String(op.cases), ...COLUMNS.map((column) => cell(op, column))]),
  ];
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((text, i) => text.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  for (const { id, op, column, mismatches } of report.failures) {
    const what = mismatches.map((m) => `${m.what}: expected ${m.expected}, got ${m.got}`).join('; ');
    lines.push(`FAILED ${id} (${op}, ${column}): ${what}`);
  }
  for (const { id, op, column, note } of report.notes) lines.push(`NOTE ${id} (${op}, ${column}): ${note}`);
  for (const { op, unknown, cases } of report.ops) {
    if (unknown) lines.push(`FAILED ${op}: unknown op (${cases} cases)`);
  }
  for (const { op, pending } of report.ops) {
    if (pending.length > 0) lines.push(`IN PART ${op}: not compared yet: ${pending.join(', ')}`);
  }
  const passed = report.ops.reduce((sum, op) => sum + op.passed.oracle, 0);
  const failed = report.ops.reduce((sum, op) => sum + (op.unknown ? op.cases : op.failed.oracle), 0);
  lines.push(`${passed} passed, ${failed} failed`);
  return lines.join('\n');
}

/** Whether anything failed on any column, or an op is unknown. */
export function hasFailed(report: Report): boolean {
  return report.failures.length > 0 || report.ops.some((op) => op.unknown);
}

function cell(op: OpReport, column: Column): string {
  if (op.unknown) return 'unknown op';
  const passed = op.passed[column];
  const failed = op.failed[column];
  if (failed > 0) return `${passed} passed, ${failed} failed`;
  if (passed === 0) return 'not run';
  return `${passed} passed${op.pending.length > 0 ? ' in part' : ''}`;
}
