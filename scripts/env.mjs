/** What every command needs first: the right Node, the dependencies and, for browser tests, a Chromium. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Command-line tools, started with this Node and without npx, which does not pass signals on to what it starts. */
const tools = {
  eslint: 'eslint/bin/eslint.js',
  playwright: '@playwright/test/cli.js',
  prettier: 'prettier/bin/prettier.cjs',
  'size-limit': 'size-limit/bin.js',
  'svelte-check': 'svelte-check/bin/svelte-check',
  vite: 'vite/bin/vite.js',
  vitest: 'vitest/vitest.mjs',
};

/** @param {keyof typeof tools} name */
export function tool(name) {
  return join(root, 'node_modules', tools[name]);
}

/**
 * Runs one of the project's tools to its end, and says whether it succeeded.
 * @param {keyof typeof tools} name
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
export function runTool(name, args, env) {
  const { status } = spawnSync(process.execPath, [tool(name), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  return status === 0;
}

/**
 * Ends the command with a sentence that says what to do.
 * @param {string} message
 * @returns {never}
 */
export function stop(message) {
  console.error(`\n${message}`);
  process.exit(1);
}

/** Checks Node, and installs the dependencies where they are missing or others than the lock file says. */
export function ensureDependencies() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (!((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22))
    stop(`Collapse Lab needs Node 20.19 or newer, or 22.12 or newer. This is Node ${process.versions.node}.`);
  if (dependenciesAreCurrent()) return;
  console.log('Installing dependencies …');
  if (!npm(['ci', '--no-audit', '--no-fund', '--fetch-retries=1']))
    stop(
      'Could not install the dependencies. Without a connection to the npm registry this works only from a ' +
        'filled npm cache. For a registry of your own set npm_config_registry, for a proxy npm_config_proxy.',
    );
}

/**
 * Compares npm's record of what it installed in a folder of the project with its lock file: dates change with every
 * branch, contents do not.
 * @param {string} [folder]
 */
export function dependenciesAreCurrent(folder = '.') {
  try {
    const wanted = packages(join(folder, 'package-lock.json'));
    const installed = packages(join(folder, 'node_modules/.package-lock.json'));
    return Object.entries(wanted).every(
      ([path, { version, optional }]) =>
        path === '' || (installed[path] ? installed[path].version === version : optional === true),
    );
  } catch {
    return false;
  }
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean }>}
 */
function packages(file) {
  return JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
}

/** @param {string[]} args */
function npm(args) {
  const cli = process.env['npm_execpath'];
  // Under `npm start`, npm says where it is; otherwise the shell finds it (npm.cmd on Windows).
  const { status } = cli?.endsWith('.js')
    ? spawnSync(process.execPath, [cli, ...args], { cwd: root, stdio: 'inherit' })
    : spawnSync(`npm ${args.join(' ')}`, { cwd: root, stdio: 'inherit', shell: true });
  return status === 0;
}

/** The Chromium that tests start: CHROME_PATH, an installed one, or the one that Playwright downloaded. */
export function findChromium() {
  return process.env['CHROME_PATH'] || installedChromium() || playwrightChromium();
}

function installedChromium() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const candidates = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  if (process.platform === 'darwin')
    for (const name of ['Chromium', 'Google Chrome'])
      candidates.push(`/Applications/${name}.app/Contents/MacOS/${name}`);
  return candidates.find(isExecutable);
}

function playwrightChromium() {
  try {
    /** @type {string} */
    const path = createRequire(import.meta.url)('playwright').chromium.executablePath();
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Installs a Chromium where none is found: by Debian's packages as root, else by Playwright's download. */
export function ensureChromium() {
  const chosen = process.env['CHROME_PATH'];
  if (chosen && !isExecutable(chosen))
    stop(
      `CHROME_PATH is ${chosen}, but there is no program there. Set it to a Chromium or Chrome, or leave it out ` +
        'to have one found or installed.',
    );
  if (findChromium()) return;
  console.log('Installing Chromium for the browser tests …');
  if (process.platform === 'linux' && process.getuid?.() === 0) {
    aptGet('update');
    aptGet('install', '--yes', '--no-install-recommends', 'chromium');
    if (findChromium()) return;
  }
  // The whole browser: its smaller "headless shell" is another program.
  runTool('playwright', ['install', 'chromium', '--no-shell']);
  if (findChromium()) return;
  stop(
    'No Chromium for the browser tests, and it could not be downloaded. Install Chromium or Chrome, or set ' +
      'CHROME_PATH to one. `npm test -- unit` needs no browser.',
  );
}

/** @param {string[]} args */
function aptGet(...args) {
  spawnSync('apt-get', ['-qq', ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}

/**
 * Ends a command of several steps: names the steps that failed, if any.
 * @param {string[]} failed
 */
export function finish(failed) {
  if (failed.length > 0) stop(`Failed: ${failed.join(', ')}.`);
}
