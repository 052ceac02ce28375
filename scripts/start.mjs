/**
 * `npm start`: installs and builds what is missing or stale, then serves the built page and prints its address.
 * `npm run dev`: the same with Vite's dev server. Further arguments are Vite's: `npm start -- --port 4501`.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureDependencies, root, runTool, stop, tool } from './env.mjs';

const inputs = [
  'configs',
  'index.html',
  'package-lock.json',
  'public',
  'scripts/vite',
  'src',
  'svelte.config.js',
  'tsconfig.json',
  'vite.config.ts',
  'vite.shared.ts',
  'workers',
];

/**
 * The newest change in a file or folder, folders themselves included: a deleted file counts.
 * @param {string} path
 * @returns {number}
 */
function newest(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  const inside = stat.isDirectory() ? readdirSync(path).map((name) => newest(join(path, name))) : [];
  return Math.max(stat.mtimeMs, ...inside);
}

const args = process.argv.slice(2);
const dev = args[0] === '--dev';
if (dev) args.shift();

ensureDependencies();
const built = statSync(join(root, 'dist/index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
if (!dev && inputs.some((input) => newest(join(root, input)) > built) && !runTool('vite', ['build']))
  stop('The build failed: nothing is served.');

// Vite's command runs in this process, so that whoever ends this process ends the server.
process.chdir(root);
process.argv.splice(1, Infinity, tool('vite'), ...(dev ? [] : ['preview']), ...args);
await import(pathToFileURL(tool('vite')).href);
