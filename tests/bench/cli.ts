/**
 * `npm run bench`: what is measured, as tables and as JSON, one line for each part. `npm run bench -- training`, `gpu`,
 * `dawn`, `start`, `page` or `curves` runs one part. A target that is missed is said, and no failure.
 *
 * `npm run bench -- dawn --bundle <folder>` measures nothing: it writes what runs on a machine with a GPU and Node alone.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { benchDawn, bundleDawn } from './dawn.ts';
import { benchGpu } from './gpu.ts';
import { describeMachine } from './machine.ts';
import { benchCurves, benchPage } from './page.ts';
import { tableOfTargets, type Target } from './report.ts';
import { benchStart } from './start.ts';
import { benchTraining } from './training.ts';

const parts: Readonly<Record<string, () => Promise<{ bench: string; targets: Target[] }>>> = {
  training: benchTraining,
  gpu: benchGpu,
  dawn: benchDawn,
  start: benchStart,
  page: benchPage,
  curves: benchCurves,
};

const { positionals: asked, values } = parseArgs({
  allowPositionals: true,
  options: { bundle: { type: 'string' } },
});
const unknown = asked.filter((name) => !(name in parts));
if (unknown.length > 0)
  throw new Error(`There is no bench "${unknown.join(', ')}". Known: ${Object.keys(parts).join(', ')}.`);
if (values.bundle === undefined) await measure();
else if (asked.join() !== 'dawn')
  throw new Error('Only one bench can be bundled: `npm run bench -- dawn --bundle <folder>`.');
else {
  const folder = resolve(values.bundle);
  await bundleDawn(folder);
  console.log(`On a Linux with a GPU (x64): node ${folder}/bench.mjs`);
}

async function measure(): Promise<void> {
  const json: object[] = [];
  const targets: Target[] = [];
  const chosen = Object.entries(parts).filter(([name]) => asked.length === 0 || asked.includes(name));
  // The bench on Dawn describes its machine itself, and needs no browser.
  if (chosen.some(([name]) => name !== 'dawn')) {
    const machine = await describeMachine();
    const { processor, cores, load, chromium, adapter } = machine;
    console.log(
      `${cores} cores of ${processor}, load ${load.toFixed(1)}; Chromium ${chromium}; WebGPU on ${adapter}`,
    );
    json.push({ machine });
  }
  for (const [name, run] of chosen) {
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
}
