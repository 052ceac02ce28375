/**
 * `node bench.mjs [results.json]`, beside `dawn.node`: the webgpu executor on this machine's GPU, without a browser.
 * What a browser has as globals, this file makes; nothing that expects them is loaded before.
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tableOfTargets } from '../report.ts';

interface Dawn {
  create: (flags: readonly string[]) => GPU;
  /** GPUBufferUsage and the like. */
  globals: object;
}

const require = createRequire(import.meta.url);
const { create, globals } = require('./dawn.node') as Dawn;
const gpu = create([]);
if (!(await gpu.requestAdapter()))
  throw new Error(
    'Dawn finds no GPU here. On Linux it needs a Vulkan driver, and libvulkan.so.1 where libraries are looked for.',
  );
const scope = globalThis as { navigator?: object };
// Newer Nodes have a navigator, older ones none.
scope.navigator ??= { userAgent: `Node.js/${process.versions.node}` };
Object.defineProperty(scope.navigator, 'gpu', { value: gpu });
// tfjs's Node platform requires Node's modules by name, also from its ES modules.
Object.assign(globalThis, globals, { require });

const { measure } = await import('./measure.ts');
const result = await measure();
const [, , file] = process.argv;
if (file) writeFileSync(file, JSON.stringify(result));
else {
  console.log();
  tableOfTargets(result.targets);
  console.log(`\n${JSON.stringify(result)}`);
}
// Dawn goes on asking whether anything has happened on the device.
process.exit();
