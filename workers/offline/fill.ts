import { LIST, type Build } from './build.ts';

/** What is used of a `Cache`. */
export interface Store {
  match: (url: string) => Promise<Response | undefined>;
  put: (url: string, response: Response) => Promise<void>;
}

/** Files that are fetched at once: few, because the page trains and loads beside it. */
const AT_ONCE = 3;

/**
 * Puts every file of a build into its cache: those that another version has in the same content are copied, the
 * others are fetched. What is there already stays.
 *
 * @throws Error that names the first file that could not be had as it was built
 */
export async function fill(
  build: Build,
  scope: string,
  cache: Store,
  others: readonly Store[],
  get: (url: string, how: RequestInit) => Promise<Response>,
): Promise<void> {
  const known = await Promise.all(
    others.map(async (store) => ({ store, files: await listOf(store, scope) })),
  );
  const waiting = Object.entries(build.files);
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [path, integrity] = next;
      const url = scope + path;
      if (await cache.match(url)) continue;
      // The page itself always comes fresh: its headers may have changed too.
      const same = path === '' ? undefined : known.find(({ files }) => files[path] === integrity)?.store;
      await cache.put(url, (await same?.match(url)) ?? (await fetchFile(url, integrity, get)));
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } finally {
    // After a failure, nobody begins another.
    waiting.length = 0;
  }
  await cache.put(scope + LIST, new Response(JSON.stringify(build.files)));
}

/** How many of a build's files a cache has. Browsers may throw some away. */
export async function countKept(build: Build, scope: string, cache: Store): Promise<number> {
  const found = await Promise.all(Object.keys(build.files).map((path) => cache.match(scope + path)));
  return found.filter(Boolean).length;
}

async function listOf(store: Store, scope: string): Promise<Partial<Build['files']>> {
  const list = await store.match(scope + LIST);
  return list ? ((await list.json()) as Build['files']) : {};
}

/**
 * A file in the very content that was built, or nothing: a host in the middle of an update, or one that answers
 * everything with its start page, would leave a version that is half another.
 */
async function fetchFile(
  url: string,
  integrity: string,
  get: (url: string, how: RequestInit) => Promise<Response>,
): Promise<Response> {
  // The page has just loaded most of them; what the browser kept for longer than it should is asked for again.
  for (const cache of ['default', 'reload'] as const) {
    const answer = await get(url, { integrity, cache, priority: 'low' }).catch(() => undefined);
    if (answer?.status === 200) return unredirected(answer);
  }
  throw new Error(`${new URL(url).pathname} could not be had as it was built.`);
}

/** A browser refuses to open a page from an answer that was redirected. */
function unredirected(answer: Response): Response {
  if (!answer.redirected) return answer;
  const { status, statusText, headers } = answer;
  return new Response(answer.body, { status, statusText, headers });
}
