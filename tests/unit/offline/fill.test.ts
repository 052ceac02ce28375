import { expect, it } from 'vitest';
import { LIST, type Build } from '../../../workers/offline/build.ts';
import { countKept, fill, type Store } from '../../../workers/offline/fill.ts';

const scope = 'https://host.example/lab/';

class FakeStore implements Store {
  readonly kept = new Map<string, Response>();
  match = (url: string): Promise<Response | undefined> => Promise.resolve(this.kept.get(url)?.clone());
  put = (url: string, response: Response): Promise<void> => {
    this.kept.set(url, response);
    return Promise.resolve();
  };
  get paths(): string[] {
    return [...this.kept.keys()].map((url) => url.slice(scope.length)).sort();
  }
}

/** A host whose content of a file is its integrity: the right one, unless it is told otherwise. */
function host(content: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  let most = 0;
  let open = 0;
  const get = async (url: string, { integrity, cache }: RequestInit): Promise<Response> => {
    most = Math.max(most, ++open);
    await Promise.resolve();
    open--;
    const path = url.slice(scope.length);
    asked.push(`${path} ${String(cache)}`);
    const has = cache === 'default' ? (content[`${path} stale`] ?? content[path]) : content[path];
    if (has !== integrity) throw new TypeError('Failed to fetch');
    return new Response(has);
  };
  return { get, asked, most: () => most };
}

const build = (files: Build['files']): Build => ({ version: 'x', files });

it('fetches every file once, few at a time, and keeps the list', async () => {
  const files = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`assets/${String(i)}.js`, `${i}`]));
  const [store, { get, asked, most }] = [new FakeStore(), host(files)];
  await fill(build(files), scope, store, [], get);
  expect(asked).toHaveLength(20);
  expect(most()).toBe(3);
  expect(store.paths).toEqual([...Object.keys(files), LIST].sort());
  expect(await countKept(build(files), scope, store)).toBe(20);
});

it('copies what another version has in the same content, and fetches what differs and the page', async () => {
  const [old, next] = [new FakeStore(), new FakeStore()];
  const before = { '': 'page', 'a.js': '1', 'b.js': '2', 'gone.js': '3' };
  await fill(build(before), scope, old, [], host(before).get);
  const after = { '': 'page', 'a.js': '1', 'b.js': 'changed', 'new.js': '4' };
  const { get, asked } = host(after);
  await fill(build(after), scope, next, [old], get);
  expect(asked.sort()).toEqual([' default', 'b.js default', 'new.js default']);
  expect(await (await next.match(`${scope}b.js`))?.text()).toBe('changed');
  expect(await (await next.match(`${scope}a.js`))?.text()).toBe('1');
  expect(next.paths).toEqual(['', 'a.js', 'b.js', 'new.js', LIST].sort());
});

it('fetches what the other version’s cache has lost', async () => {
  const [old, next] = [new FakeStore(), new FakeStore()];
  const files = { 'a.js': '1' };
  await fill(build(files), scope, old, [], host(files).get);
  old.kept.delete(`${scope}a.js`);
  await fill(build(files), scope, next, [old], host(files).get);
  expect(next.paths).toEqual(['a.js', LIST]);
});

it('asks past what the browser kept for too long', async () => {
  const store = new FakeStore();
  const { get, asked } = host({ 'a.js': '1', 'a.js stale': '0' });
  await fill(build({ 'a.js': '1' }), scope, store, [], get);
  expect(asked).toEqual(['a.js default', 'a.js reload']);
});

it('fails with the name of the file, begins no more, and is no version: the list comes last', async () => {
  const files = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`${String(i)}.js`, `${i}`]));
  const [store, { get, asked }] = [new FakeStore(), host({ ...files, '1.js': 'another' })];
  await expect(fill(build(files), scope, store, [], get)).rejects.toThrow(
    '/lab/1.js could not be had as it was built.',
  );
  const begun = asked.length;
  expect(store.paths).not.toContain(LIST);
  await new Promise((resolve) => setTimeout(resolve));
  expect(asked.length).toBeLessThanOrEqual(begun + 2);
  expect(begun).toBeLessThan(10);
});

it('fetches only what is missing where some is there', async () => {
  const files = { 'a.js': '1', 'b.js': '2' };
  const store = new FakeStore();
  await fill(build(files), scope, store, [], host(files).get);
  store.kept.delete(`${scope}b.js`);
  expect(await countKept(build(files), scope, store)).toBe(1);
  const { get, asked } = host(files);
  await fill(build(files), scope, store, [], get);
  expect(asked).toEqual(['b.js default']);
});

it('keeps no answer that was redirected, which a browser would refuse to open', async () => {
  const store = new FakeStore();
  const redirected = new Response('page', { headers: { 'Content-Type': 'text/html' } });
  Object.defineProperty(redirected, 'redirected', { value: true });
  await fill(build({ '': 'page' }), scope, store, [], () => Promise.resolve(redirected));
  const kept = await store.match(scope);
  expect(kept?.redirected).toBe(false);
  expect(kept?.headers.get('Content-Type')).toBe('text/html');
  expect(await kept?.text()).toBe('page');
});
