/** Which test files `npm test -- <part> …` runs, and which runner each of them needs. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './env.mjs';

/** @typedef {'unit' | 'browser' | 'page'} Runner */

/**
 * The folders of tests/ that a runner looks into, and how its test files end. `unit` and `browser` are projects of
 * vitest; `page` is Playwright on the built page.
 * @type {Record<Runner, { folders: string[], ending: string }>}
 */
export const RUNNERS = {
  unit: { folders: ['unit', 'golden', 'bands'], ending: '.test.ts' },
  browser: { folders: ['browser'], ending: '.test.ts' },
  page: { folders: ['e2e'], ending: '.spec.ts' },
};

/** Patterns for the configuration of a runner. @param {Runner} runner */
export function patterns(runner) {
  const { folders, ending } = RUNNERS[runner];
  return folders.map((folder) => `tests/${folder}/**/*${ending}`);
}

/** @param {string} file @returns {Runner | undefined} */
function runnerOf(file) {
  return /** @type {Runner[]} */ (Object.keys(RUNNERS)).find(
    (runner) =>
      file.endsWith(RUNNERS[runner].ending) &&
      RUNNERS[runner].folders.some((folder) => file.startsWith(`tests/${folder}/`)),
  );
}

/** Every test file, from the root of the project, with slashes. */
export function testFiles() {
  return readdirSync(join(root, 'tests'), { recursive: true, encoding: 'utf8' })
    .map((file) => `tests/${file.replaceAll('\\', '/')}`)
    .filter((file) => runnerOf(file) !== undefined)
    .sort();
}

/** The ids of the labs: each has a folder of presets. */
export function labIds() {
  return readdirSync(join(root, 'configs'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

/**
 * The files that the parts ask for, by runner. A part is a folder or file of tests/, or the id of a lab.
 * @param {readonly string[]} parts none of them: everything
 * @param {readonly string[]} [files]
 * @param {readonly string[]} [labs]
 * @param {(file: string) => string} [read]
 * @returns {Record<Runner, string[]>}
 * @throws {Error} where a part is unknown, with everything that there is
 */
export function select(parts, files = testFiles(), labs = labIds(), read = readTest) {
  /** @type {Set<string>} */
  const chosen = new Set(parts.length === 0 ? files : []);
  for (const part of parts) {
    const path = part.replace(/^\.\//, '').replace(/\/+$/, '');
    const from = path === 'tests' || path.startsWith('tests/') ? path : `tests/${path}`;
    let found = files.filter((file) => file === from || file.startsWith(`${from}/`));
    if (found.length === 0 && labs.includes(part))
      found = files.filter((file) => namesLab(file, part) || concernsLab(read(file), part));
    if (found.length === 0) throw new Error(unknown(part, files, labs));
    for (const file of found) chosen.add(file);
  }
  /** @param {Runner} runner */
  const of = (runner) => files.filter((file) => chosen.has(file) && runnerOf(file) === runner);
  return { unit: of('unit'), browser: of('browser'), page: of('page') };
}

/** Whether a folder or the file is named after the lab. @param {string} file @param {string} lab */
function namesLab(file, lab) {
  return file.split('/').some((segment) => segment.includes(lab));
}

/**
 * Whether a test's text says the lab's id in quotes, in a document or a link, imports from the lab's folder, or goes
 * through all labs. The bare word is no sign: labs are called by words that mean other things too.
 * @param {string} text
 * @param {string} lab
 */
function concernsLab(text, lab) {
  return (
    new RegExp(`['"\`/]${lab}['"\`/]|\\blab(: |=)${lab}\\b`).test(text) ||
    /\blabs\b[^;]* from '[^']*\/labs\/index\.ts'|\bdeclaredLabs\b/.test(text)
  );
}

/** @param {string} file */
function readTest(file) {
  return readFileSync(join(root, file), 'utf8');
}

/**
 * @param {string} part
 * @param {readonly string[]} files
 * @param {readonly string[]} labs
 */
function unknown(part, files, labs) {
  const folders = new Set(
    files.flatMap((file) => {
      const segments = file.split('/').slice(1, -1);
      return segments.map((_, i) => segments.slice(0, i + 1).join('/'));
    }),
  );
  return [
    `There is no part "${part}" of the tests. A part is one of these folders of tests/, a test file in one, or a lab.`,
    `Folders: ${[...folders].sort().join(', ')}`,
    `Labs: ${labs.join(', ')}`,
  ].join('\n');
}
