import type { Build } from './build.ts';

/** What of a request decides who answers it; a `Request` is one. */
export interface Asked {
  method: string;
  mode: string;
  url: string;
  headers: Pick<Headers, 'has'>;
}

/** From which cache a request is answered: this version's, or any where a page of another version is still open. */
export interface Answer {
  from: 'own' | 'others';
  /** Under which the cache keeps it. */
  url: string;
}

/**
 * Who answers: undefined leaves the request to the browser, as if there were no worker. That is everything but plain
 * reading of the files that were built; also other pages in folders below, which may be other programs.
 *
 * @param scope the page's folder, with its slash at the end
 */
export function answerFor(asked: Asked, scope: string, files: Build['files']): Answer | undefined {
  if (asked.method !== 'GET' || asked.headers.has('range')) return undefined;
  const url = new URL(asked.url);
  url.hash = '';
  // Links may carry a query that means nothing to the page; a file with a query may mean something to the host.
  if (asked.mode === 'navigate') url.search = '';
  if (!url.href.startsWith(scope)) return undefined;
  const path = url.href.slice(scope.length);
  if (path === '' || path === 'index.html') {
    // Who fetches the page as a file wants what the host has.
    return asked.mode === 'navigate' ? { from: 'own', url: scope } : undefined;
  }
  if (Object.hasOwn(files, path)) return { from: 'own', url: url.href };
  // Names in assets/ hold a hash of the content: one that this version lacks belongs to another version.
  return path.startsWith('assets/') ? { from: 'others', url: url.href } : undefined;
}
