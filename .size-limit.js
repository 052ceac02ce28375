import { readFileSync } from 'node:fs';

/** What the page loads before anything else: its script and the chunks that it imports. */
const html = readFileSync(new URL('./dist/index.html', import.meta.url), 'utf8');
const first = [...html.matchAll(/(?:src|href)="\.\/([^"]+\.js)"/g)].map(([, path]) => `dist/${path}`);

/** gzip, in kB of 1000 bytes. */
export default [
  { name: 'page, first load', path: first, gzip: true, limit: '60 kB' },
  { name: 'trainer, entry', path: 'dist/assets/trainer-*.js', gzip: true, limit: '40 kB' },
  { name: 'all scripts', path: 'dist/**/*.js', gzip: true, limit: '520 kB' },
];
