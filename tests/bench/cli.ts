/**
 * `npm run bench`: what is measured, as tables and as JSON. `npm run bench -- training`,
 * `start`, `page` or `curves` runs one part.
 */
import { benchCurves, benchPage } from './page.ts';
import { benchStart } from './start.ts';
import { benchTraining } from './training.ts';

const parts: Readonly<Record<string, () => Promise<object>>> = {
  training: benchTraining,
  start: benchStart,
  page: benchPage,
  curves: benchCurves,
};
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in parts));
if (unknown.length > 0)
  throw new Error(`There is no bench "${unknown.join(', ')}". Known: ${Object.keys(parts).join(', ')}.`);

for (const [name, run] of Object.entries(parts)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.log(`\n— ${name}`);
  console.log(JSON.stringify(await run(), null, 2));
}
