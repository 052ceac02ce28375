import type { ToOffline } from '../src/engine/protocol.ts';
import { answerFor, type Answer } from './offline/answer.ts';
import { cacheName, otherCaches, type Build } from './offline/build.ts';
import { countKept, fill } from './offline/fill.ts';

/**
 * Keeps the page for use without a connection. Each version has a cache of its own, filled as a whole or not at all,
 * and answers from nothing else; so a page never gets files of two versions. A new version waits until a page takes
 * it, or until no page of the old one is open.
 */
declare const self: ServiceWorkerGlobalScope;
/** Prepended to the built file. */
declare const OFFLINE_BUILD: Build;

const build = OFFLINE_BUILD;
const { scope } = self.registration;
const own = cacheName(scope, build.version);

self.addEventListener('install', (event) => {
  event.waitUntil(install());
});
self.addEventListener('activate', (event) => {
  event.waitUntil(tidy().then(() => self.clients.claim()));
});
self.addEventListener('fetch', (event) => {
  const found = answerFor(event.request, scope, build.files);
  if (found) event.respondWith(answer(found, event.request));
});
self.addEventListener('message', (event) => {
  const message = event.data as ToOffline;
  if (message === 'accept') event.waitUntil(self.skipWaiting());
  else if (message === 'opened') event.waitUntil(Promise.all([tidy(), mend()]));
  else event.waitUntil(count().then((kept) => event.ports[0]?.postMessage(kept)));
});

async function install(): Promise<void> {
  try {
    await fillOwn();
  } catch (error) {
    await caches.delete(own);
    // The browser tells nobody why.
    for (const page of await pages()) page.postMessage({ failed: (error as Error).message });
    throw error;
  }
}

async function fillOwn(): Promise<void> {
  const others = await Promise.all((await otherNames()).map((name) => caches.open(name)));
  await fill(build, scope, await caches.open(own), others, (url, how) => fetch(url, how));
}

/** Fetches again what the browser has thrown away. It may be gone for good: then a newer version is on its way. */
const mend = (): Promise<void> => fillOwn().catch(() => undefined);

const otherNames = async (): Promise<string[]> => otherCaches(await caches.keys(), scope, build.version);

/**
 * Deletes what other versions left. With several pages open, one may still show an older version; and what is not in
 * force yet is no leftover. Then at a later time.
 */
async function tidy(): Promise<void> {
  const leftovers = await otherNames();
  if ((await pages()).length > 1) return;
  // After the names were read: a version that begins only now is not among them.
  if (self.registration.installing || self.registration.waiting) return;
  for (const name of leftovers) await caches.delete(name);
}

async function pages(): Promise<readonly WindowClient[]> {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  return windows.filter(({ url }) => url.startsWith(scope));
}

async function answer({ from, url }: Answer, request: Request): Promise<Response> {
  for (const cacheName of from === 'own' ? [own] : await otherNames()) {
    const kept = await caches.match(url, { cacheName, ignoreVary: true });
    if (kept) return kept;
  }
  return fetch(request);
}

async function count(): Promise<{ kept: number; of: number }> {
  const of = Object.keys(build.files).length;
  return { kept: (await caches.has(own)) ? await countKept(build, scope, await caches.open(own)) : 0, of };
}
