import type { Values } from '../rows.ts';

export interface Column {
  name: string;
  values: Values;
}

/** All recorded rows with every digit; what is not a number is said as such. */
export function csvOf(steps: readonly number[], columns: readonly Column[]): string {
  const cell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const header = ['step', ...columns.map(({ name }) => cell(name))].join(',');
  const rows = steps.map((step, i) => [step, ...columns.map(({ values }) => values[i] ?? NaN)].join(','));
  return [header, ...rows, ''].join('\n');
}
