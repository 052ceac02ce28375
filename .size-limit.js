import { readdirSync, readFileSync } from 'node:fs';

/** gzip, in kB of 1000 bytes. */
const limit = (kB) => ({ gzip: true, limit: `${kB} kB` });
const at = (name) => `dist/assets/${name}`;

const html = readFileSync(new URL('./dist/index.html', import.meta.url), 'utf8');
const all = readdirSync(new URL('./dist/assets/', import.meta.url)).filter((name) =>
  /\.(js|wasm)$/.test(name),
);
/** A file's name without its hash. */
const chunkOf = (name) => name.replace(/-[\w-]{8}\.(js|wasm)$/, '');

/** Scripts that the page names, and of those the ones of the trainer, which the app does not wait for; the first starts it. */
const named = [...html.matchAll(/(?:src|href)="\.\/assets\/([^"]+\.js)"/g)].map(([, name]) => name);
const trainer = [
  ...named.filter((name) => chunkOf(name) === 'start-trainer'),
  ...named.slice(named.findIndex((name) => chunkOf(name) === 'trainer')),
];
const page = [...new Set(named)].filter((name) => !trainer.includes(name));
const start = all.filter((name) => chunkOf(name) === 'kernels-simd' || chunkOf(name) === 'kernels');

/** What the starter has the browser fetch of the lab that opens: its declaration and its page. */
const starter = readFileSync(
  new URL(`./dist/assets/${all.find((name) => chunkOf(name) === 'start-trainer')}`, import.meta.url),
  'utf8',
);
const byLab = JSON.parse(/const s=(\{.*?\}),o=/.exec(starter)[1]);
const opening = Object.values(byLab)[0].map((file) => file.replace('assets/', ''));
const curves = all.filter((name) => chunkOf(name) === 'Curves');

/**
 * What is loaded later, by the name of its chunk; chunks of one name share a budget. One that is not named here may not
 * be larger than a crumb: who adds one decides what it may weigh.
 */
const CRUMB = 1;
const BUDGETS = {
  ClaimsDialog: 2.5,
  Curves: 21,
  DoctorDialog: 9,
  ExportDialog: 3,
  HelpDialog: 3,
  HistoryDialog: 7.5,
  LabList: 1.5,
  LoadDialog: 4.5,
  QrCode: 5,
  Settings: 3,
  ShareDialog: 3,
  TimeBar: 3,
  Unique_impl: 12.5,
  arrivals: 1.5,
  backend: 51,
  browser: 32,
  checkpoint: 5.5,
  claims: 4,
  config: 4,
  dialogs: 1.5,
  dist: 149,
  doctor: 24,
  events: 1.5,
  examine: 13,
  webgpuExecutor: 16,
  tfjsExecutor: 4,
  oracleExecutor: 3,
  glossary: 2.5,
  history: 11.5,
  json: 2,
  keep: 2.5,
  'kernels-scalar': 3.5,
  'kernels-simd': 4,
  load_checkpoint: 2,
  longJson: 1.5,
  phone: 2.5,
  race: 1.5,
  reading: 1.5,
  request: 10,
  late: 2,
  save: 3.5,
  'service-mix': 10,
  targets: 3,
  tfjs: 1.5,
  tfjsHead: 1.5,
  words: 2,
  yaml: 3,
};

/** @type {Map<string, string[]>} */
const lazy = new Map();
for (const name of all) {
  if (page.includes(name) || trainer.includes(name) || opening.includes(name)) continue;
  lazy.set(chunkOf(name), [...(lazy.get(chunkOf(name)) ?? []), name]);
}
for (const name of Object.keys(BUDGETS))
  if (!lazy.has(name))
    throw new Error(`.size-limit.js has a budget for ${name}, which is not built any more.`);

export default [
  { name: 'page, first load', path: page.map(at), ...limit(50) },
  {
    name: 'until the first complete picture: page, trainer, the lab that opens',
    path: [...new Set([...page, ...trainer, ...start, ...opening, ...curves])].map(at),
    ...limit(166),
  },
  { name: 'fonts', path: 'dist/fonts/*.woff2', brotli: false, limit: '60 kB' },
  ...[...lazy].map(([name, files]) => ({
    name: name in BUDGETS ? `later: ${name}` : `later: ${name} (no budget of its own)`,
    path: files.map(at),
    ...limit(BUDGETS[name] ?? CRUMB),
  })),
];
