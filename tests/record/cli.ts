/**
 * `npm run record -- file.json`: writes the numbers of six kinds of runs. Where the file is there already, compares
 * with it instead, bit by bit: what a change of the engine may not change.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { record } from './record.ts';

const [file = 'recorded.json'] = process.argv.slice(2);
const now = await record();
if (existsSync(file)) {
  const before = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  let failed = 0;
  for (const name of Object.keys({ ...before, ...now })) {
    const differs = differences(before[name], JSON.parse(JSON.stringify(now[name] ?? null)));
    if (differs.length > 0) failed++;
    console.log(
      `${differs.length === 0 ? 'equal' : 'DIFFERS'}  ${name}${differs.length === 0 ? '' : `: ${differs.slice(0, 8).join(', ')}`}`,
    );
  }
  const total = Object.keys(now).length;
  console.log(`\n${String(total - failed)} passed, ${String(failed)} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
} else {
  writeFileSync(file, JSON.stringify(now));
  console.log(`Recorded ${String(Object.keys(now).length)} runs in ${file}.`);
}

/** Paths at which two plain values differ. */
function differences(a: unknown, b: unknown, path = ''): string[] {
  if (typeof a === 'object' && a !== null && typeof b === 'object' && b !== null)
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
      differences((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], `${path}/${key}`),
    );
  return a === b ? [] : [path];
}
