import { describe, expect, it } from 'vitest';
import { answerFor, type Answer } from '../../../workers/offline/answer.ts';
import { cacheName, otherCaches } from '../../../workers/offline/build.ts';

const scope = 'https://host.example/lab/';
const files = { '': '1', 'theme.js': '2', 'assets/index-abc.js': '3', 'data/places.json': '4' };

function answer(
  url: string,
  { method = 'GET', mode = 'cors', range = false }: { method?: string; mode?: string; range?: boolean } = {},
): Answer | undefined {
  const headers = new Headers(range ? { Range: 'bytes=0-9' } : {});
  return answerFor({ method, mode, url, headers }, scope, files);
}

describe('who answers a request', () => {
  it.each(['', 'index.html', '?from=mail', 'index.html?a=1'])('the page for its own folder: %s', (path) => {
    expect(answer(scope + path, { mode: 'navigate' })).toEqual({ from: 'own', url: scope });
  });

  it.each(['theme.js', 'assets/index-abc.js', 'data/places.json'])('a built file: %s', (path) => {
    expect(answer(scope + path)).toEqual({ from: 'own', url: scope + path });
    expect(answer(scope + path, { mode: 'navigate' })).toEqual({ from: 'own', url: scope + path });
  });

  it('a part of another version, for a page of that version', () => {
    const url = `${scope}assets/index-old.js`;
    expect(answer(url)).toEqual({ from: 'others', url });
  });

  it.each<[string, string, Parameters<typeof answer>[1]?]>([
    ['another page below', 'below/', { mode: 'navigate' }],
    ['a file that was not built', 'notes.txt'],
    ['a source map beside the files', 'theme.js.map'],
    ['a file with a query', 'theme.js?v=2'],
    ['what every object has', 'constructor'],
    ['the page as a file', 'index.html'],
    ['a part of a file', 'theme.js', { range: true }],
    ['something that is sent', 'theme.js', { method: 'POST' }],
    ['a look at the headers', 'theme.js', { method: 'HEAD' }],
  ])('nobody but the host: %s', (_, path, how) => {
    expect(answer(scope + path, how)).toBeUndefined();
  });

  it.each([
    'https://host.example/',
    'https://host.example/laboratory/',
    'https://host.example/theme.js',
    'https://other.example/lab/theme.js',
    'http://host.example/lab/theme.js',
  ])('nobody but the host, outside of the folder: %s', (url) => {
    expect(answer(url, { mode: 'navigate' })).toBeUndefined();
  });
});

describe('the caches of an origin', () => {
  it('are ours only by folder, and others only by version', () => {
    const [one, two] = [cacheName(scope, '1'), cacheName(scope, '2')];
    const elsewhere = [
      cacheName('https://host.example/', '1'),
      cacheName('https://host.example/lab/inner/', '1'),
      // A folder whose name looks like the end of a prefix.
      cacheName('https://host.example/lab/:/', '1'),
      'another-program',
      'collapse-lab:',
    ];
    expect(otherCaches([one, two, ...elsewhere], scope, '2')).toEqual([one]);
    expect(otherCaches(elsewhere, scope, '2')).toEqual([]);
  });
});
