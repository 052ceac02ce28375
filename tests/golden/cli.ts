import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseGoldenFile } from './file.ts';
import { notImplemented } from './notImplemented.ts';
import { ops } from './ops.ts';
import { formatReport, hasFailed } from './report.ts';
import { runFiles } from './run.ts';

/** `npm run golden -- <dir>`: every case of every *.json in the folder, on every column that can run in Node. */

const folder = process.argv[2] ?? 'tests/golden/data';

try {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => parseGoldenFile(name, readFileSync(join(folder, name), 'utf8')))
    .filter((file) => file !== undefined);
  if (files.length === 0) throw new Error(`There are no golden files in ${folder}.`);
  const report = await runFiles(ops, notImplemented, files);
  console.log(formatReport(report));
  if (hasFailed(report)) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
