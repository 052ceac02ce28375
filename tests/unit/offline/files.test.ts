import { expect, it } from 'vitest';
import { filesOf, integrityOf, isKept, versionOf } from '../../../scripts/vite/offline.ts';

const text = (of: string): Uint8Array => new TextEncoder().encode(of);

it('keeps what the page is made of, and nothing that only developers and hosts read', () => {
  const kept = ['index.html', 'theme.js', 'assets/a-1.js', 'assets/a-1.wasm', 'data/places/places.json'];
  const left = ['assets/a-1.js.map', 'sw.js', '.nojekyll', '_headers', 'data/.DS_Store', '.well-known/x'];
  expect([...kept, ...left].filter(isKept)).toEqual(kept);
});

it('lists each file under what its content must be, and the page under its folder', () => {
  const files = filesOf(['index.html', 'b.js', 'a.js', 'a.js.map'], text);
  expect(files).toEqual({
    'a.js': integrityOf(text('a.js')),
    'b.js': integrityOf(text('b.js')),
    '': integrityOf(text('index.html')),
  });
  // As `openssl dgst -sha256 -binary | base64` says of the four letters "a.js".
  expect(files['a.js']).toBe('sha256-3FmFsqN3xOpzXJmXnaJ3vjvSS+iM9BHBG1K1w/lXBTY=');
});

it('makes the same version of the same build, and another of every other', () => {
  const version = versionOf({ '': 'sha256-1' }, 'code');
  expect(versionOf({ '': 'sha256-1' }, 'code')).toBe(version);
  expect(versionOf({ '': 'sha256-2' }, 'code')).not.toBe(version);
  expect(versionOf({ '': 'sha256-1', 'a.js': 'sha256-1' }, 'code')).not.toBe(version);
  expect(versionOf({ '': 'sha256-1' }, 'other code')).not.toBe(version);
});
