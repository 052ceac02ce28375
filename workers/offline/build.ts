/** The files that one version of the built page is made of. Written by scripts/vite/offline.ts. */
export interface Build {
  /** Changes whenever any file, or this worker itself, does. */
  version: string;
  /** What `fetch` checks each file by (`sha256-…`), by its path under the scope; '' is the page itself. */
  files: Readonly<Record<string, string>>;
}

/** Under which path each cache keeps the list of its own files, so that the next version knows what it may copy. */
export const LIST = 'sw.js?files';

/**
 * Ours among the caches of an origin: other programs may live there, this one too in other folders. The scope is
 * escaped, so that no folder's prefix begins with another's.
 */
const prefixOf = (scope: string): string => `collapse-lab:${encodeURIComponent(new URL(scope).pathname)}:`;

export const cacheName = (scope: string, version: string): string => prefixOf(scope) + version;

/** The caches of other versions of this page: older ones, and one that waits to take over. */
export const otherCaches = (names: readonly string[], scope: string, version: string): string[] =>
  names.filter((name) => name.startsWith(prefixOf(scope)) && name !== cacheName(scope, version));
