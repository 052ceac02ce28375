/**
 * `npm run bench`: what is measured, as tables and as JSON, one line for each part. `npm run bench -- training`,
 * `start`, `page` or `curves` runs one part. A target that is missed is said, and no failure.
 */
import { describeMachine } from './machine.ts';
import { benchCurves, benchPage } from './page.ts';
import { tableOfTargets, type Target } from './report.ts';
import { benchStart } from './start.ts';
import { benchTraining } from './training.ts';

const parts: Readonly<Record<string, () => Promise<{ bench: string; targets: Target[] }>>> = {
  training: benchTraining,
  start: benchStart,
  page: benchPage,
  curves: benchCurves,
};
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in parts));
if (unknown.length > 0)
  throw new Error(`There is no bench "${unknown.join(', ')}". Known: ${Object.keys(parts).join(', ')}.`);

const machine = await describeMachine();
const { processor, cores, load, chromium, adapter } = machine;
console.log(
  `${cores} cores of ${processor}, load ${load.toFixed(1)}; Chromium ${chromium}; WebGPU on ${adapter}`,
);
const json: object[] = [{ machine }];
const targets: Target[] = [];
for (const [name, run] of Object.entries(parts)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.log(`\n— ${name}`);
  const result = await run();
  json.push(result);
  targets.push(...result.targets);
}
if (targets.length > 0) {
  console.log('\n— what is wanted');
  tableOfTargets(targets);
}
console.log('\n— JSON');
for (const line of json) console.log(JSON.stringify(line));
