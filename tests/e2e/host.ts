import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { policy } from '../../scripts/vite/csp.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

export interface Host {
  /** The page's address: a folder below the root. */
  url: string;
  /** Paths that were asked for since the last look, under the folder. */
  asked: () => string[];
  /** Puts something else in the place of a file; null is a file that is not there. */
  put: (path: string, content: string | null) => void;
  /** Serves the next version: another page, and the list of files that goes with it. */
  release: (name: string) => Promise<void>;
  /** The next version has a file under another name only. */
  rename: (path: string, to: string) => Promise<void>;
  /** Answers nobody any more. */
  down: () => void;
  close: () => Promise<void>;
}

const sha256 = (content: string): string => `sha256-${createHash('sha256').update(content).digest('base64')}`;

/**
 * A static host that serves the built page in a folder, under the response headers that docs/hosting.md recommends.
 *
 * @param built where the files are, with a slash at the end
 */
export async function serve(folder: string, built = new URL('../../dist/', import.meta.url)): Promise<Host> {
  const file = (path: string): URL => new URL(path, built);
  const changed = new Map<string, string | null>();
  let asked: string[] = [];
  let up = true;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://host');
    const path = pathname.startsWith(folder) ? pathname.slice(folder.length) || 'index.html' : undefined;
    if (!up || path === undefined || path.includes('..')) {
      if (up) response.writeHead(404).end('Not found');
      else request.socket.destroy();
      return;
    }
    asked.push(path);
    const instead = changed.get(path);
    const content = instead === undefined ? readFile(file(path)) : Promise.resolve(instead);
    content
      .then((body) => {
        if (body === null) throw new Error('not there');
        response.writeHead(200, {
          'Content-Type': TYPES[extname(path)] ?? 'text/plain',
          'Content-Security-Policy': `${policy}; frame-ancestors 'self'`,
          'Cache-Control': path.startsWith('assets/') ? 'max-age=31536000, immutable' : 'no-cache',
        });
        response.end(body);
      })
      .catch(() => response.writeHead(404).end('Not found'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}${folder}`,
    asked: () => {
      const before = asked;
      asked = [];
      return before;
    },
    put: (path, content) => changed.set(path, content),
    release: async (name) => {
      const [page, worker] = await Promise.all(
        ['index.html', 'sw.js'].map((path) => readFile(file(path), 'utf8')),
      );
      const next = page?.replace('<title>', `<meta name="release" content="${name}" /><title>`) ?? '';
      changed.set('index.html', next);
      changed.set(
        'sw.js',
        worker
          ?.replace(/"version": "[^"]+"/, `"version": "${name}"`)
          .replace(sha256(page ?? ''), sha256(next)) ?? '',
      );
    },
    rename: async (path, to) => {
      changed.set(to, await readFile(file(path), 'utf8'));
      changed.set(path, null);
      changed.set('sw.js', changed.get('sw.js')?.replace(path, to) ?? '');
    },
    down: () => {
      up = false;
      server.closeAllConnections();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
