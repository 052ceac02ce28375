import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';
import type { Build } from '../../workers/offline/build.ts';

const ENTRY = fileURLToPath(new URL('../../workers/offline.ts', import.meta.url));
const NAME = 'sw.js';

/**
 * Whether a built file is part of the page: not source maps, not the worker that keeps the others, and not what only
 * hosts read (`.nojekyll`, `_headers`).
 */
export const isKept = (path: string): boolean =>
  !/\.map$/.test(path) && path !== NAME && !path.split('/').some((name) => /^[._]/.test(name));

/** As `fetch` and `integrity` attributes take it. */
export const integrityOf = (content: Uint8Array): string =>
  `sha256-${createHash('sha256').update(content).digest('base64')}`;

/** The list of a build's files; the page itself, which hosts serve under their folder's name, has the path ''. */
export function filesOf(paths: readonly string[], read: (path: string) => Uint8Array): Build['files'] {
  return Object.fromEntries(
    paths
      .filter(isKept)
      .sort()
      .map((path) => [path === 'index.html' ? '' : path, integrityOf(read(path))]),
  );
}

/** A version for a list of files and the worker's code: the same for the same build, on any machine. */
export const versionOf = (files: Build['files'], code: string): string =>
  createHash('sha256')
    .update(JSON.stringify([files, code]))
    .digest('hex')
    .slice(0, 12);

/** Writes `sw.js`, the worker that keeps the built page for use without a connection, and the list of what it keeps. */
export function offline(): Plugin {
  return {
    name: 'collapse-lab:offline',
    apply: 'build',
    writeBundle: {
      // Everything must be there: public files, the page, the chunks of other workers.
      order: 'post',
      sequential: true,
      handler: async ({ dir = 'dist' }) => {
        const paths = readdirSync(dir, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) =>
            join(entry.parentPath, entry.name).slice(join(dir, sep).length).split(sep).join('/'),
          );
        const files = filesOf(paths, (path) => readFileSync(join(dir, path)));
        const code = await bundle();
        const list: Build = { version: versionOf(files, code), files };
        writeFileSync(join(dir, NAME), `const OFFLINE_BUILD = ${JSON.stringify(list, null, 1)};\n${code}`);
      },
    },
  };
}

/** The worker as one classic script: not every browser starts service workers that are modules. */
async function bundle(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    build: {
      target: 'es2023',
      write: false,
      lib: { entry: ENTRY, formats: ['iife'], name: 'offline' },
    },
  });
  const [output] = [built].flat();
  if (!output || !('output' in output)) throw new Error('The offline worker was not built.');
  return output.output[0].code;
}
