/**
 * What the tests rest on that is not in the repository. `node scripts/machine.mjs` prints it; `npm test` prints it
 * again at its end, with what the run installed itself, so that a log shows whether a green run needed something that
 * was installed by hand.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dependenciesAreCurrent, findChromium, root } from './env.mjs';

/** One fact a line, `name: value`. */
export function describeMachine() {
  return Object.entries({
    Node: process.versions.node,
    dependencies: dependencies(),
    Chromium: chromium(),
    fonts: fonts(),
    'Debian packages': packages(),
    home: home(),
  })
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
}

/**
 * Each line of `after`, with whether it was so before the run.
 * @param {string} before
 * @param {string} after
 */
export function compareMachine(before, after) {
  const known = new Map(before.split('\n').map((line) => [nameOf(line), line]));
  return after
    .split('\n')
    .map((line) => {
      const earlier = known.get(nameOf(line));
      if (earlier === line) return `${line} (there before the run)`;
      return `${line} (by this run${earlier === undefined ? '' : `; before: ${earlier.slice(nameOf(line).length + 2)}`})`;
    })
    .join('\n');
}

/** @param {string} line */
function nameOf(line) {
  return line.slice(0, line.indexOf(':'));
}

function dependencies() {
  if (!existsSync(join(root, 'node_modules'))) return 'none';
  return dependenciesAreCurrent() ? 'as package-lock.json says' : 'others than package-lock.json says';
}

function chromium() {
  const path = findChromium();
  if (!path) return 'none';
  return `${path}, ${output(path, ['--version']) ?? 'which does not say its version'}`;
}

/** Families as fontconfig counts them: what a page may find installed. */
function fonts() {
  const list = output('fc-list', ['--format', '%{family[0]}\n']);
  if (list === undefined) return 'unknown, for there is no fc-list';
  const families = [...new Set(list.split('\n').filter(Boolean))].sort();
  const some = families.slice(0, 8).join(', ');
  return `${families.length} families${some && ` (${some}${families.length > 8 ? ', …' : ''})`}`;
}

/** What of Debian's packages the browser and its fonts come from; with * what was asked for by name. */
function packages() {
  const format = '${db:Status-Status} ${Package} ${Version}\n';
  const list = output('dpkg-query', ['-W', '-f', format, 'chromium', 'fontconfig', 'fonts-*'], true);
  if (list === undefined) return 'unknown, for this is no Debian';
  const asked = new Set(output('apt-mark', ['showmanual'])?.split('\n'));
  const installed = list
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([status]) => status === 'installed')
    .map(([, name = '', version]) => `${name}${asked.has(name) ? '*' : ''} ${version}`);
  return installed.length === 0 ? 'none' : installed.join(', ');
}

function home() {
  const folder = homedir();
  const inside = existsSync(folder) ? readdirSync(folder).length : 0;
  return `${folder}, ${inside === 0 ? 'empty' : 'not empty'}`;
}

/**
 * What a program prints, or undefined where there is none.
 * @param {string} program
 * @param {string[]} args
 * @param {boolean} [whatever] also where the program ends with an error: dpkg-query does for a name that it lacks
 */
function output(program, args, whatever = false) {
  const { status, stdout, error } = spawnSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 60_000,
  });
  return error || (status !== 0 && !whatever) ? undefined : stdout.trim();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(describeMachine());
