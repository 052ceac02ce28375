/**
 * `npm run fonts`: cuts the fonts of the page out of whole ones, and writes their licences beside them. They are
 * committed, for the page is built without the whole fonts.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDependencies, root } from './env.mjs';

ensureDependencies();
const { cut, FOLDER, licences, SUBSETS } = await import('./fonts/subsets.mjs');

mkdirSync(join(root, FOLDER), { recursive: true });
let total = 0;
for (const subset of SUBSETS) {
  const font = await cut(root, subset);
  writeFileSync(join(root, FOLDER, subset.name), font);
  total += font.length;
  console.log(`${FOLDER}/${subset.name}: ${(font.length / 1000).toFixed(1)} kB`);
}
writeFileSync(join(root, FOLDER, 'LICENSES.md'), licences(root));
console.log(`Together: ${(total / 1000).toFixed(1)} kB`);
