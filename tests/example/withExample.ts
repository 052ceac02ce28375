import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const at = (path: string): string => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)));

/** All that a lab needs outside of its two folders and its presets: one line in each list that has one of every lab. */
export const LINES = [
  {
    file: '/src/labs/index.ts',
    before: '] as const satisfies',
    line: `{ id: 'example', title: 'Example words', text: 'A network learns which topics go with a word, and is pulled to the first one.', load: async () => (await import(${at('./src/labs/example/index.ts')})).example },`,
  },
  {
    file: '/src/labs/runtimes.ts',
    before: "'service-mix': async",
    line: `example: async () => (await import(${at('./src/labs/example/runtime.ts')})).exampleRuntime,`,
  },
  { file: '/src/labs/doctor.ts', before: "'service-mix': async", line: 'example: undefined,' },
  {
    file: '/src/panels/labs/pages.svelte.ts',
    before: "'service-mix': async",
    line: `example: async () => (await import(${at('./src/panels/labs/example/index.ts')})).page,`,
  },
  {
    file: '/src/panels/labs/icons.ts',
    before: "'service-mix': ServiceMix",
    line: 'example: ExampleIcon, ',
    head: `import ExampleIcon from ${at('./src/panels/labs/example/LabIcon.svelte')};\n`,
  },
] as const;

/** Puts the example lab into the lists of a build. */
export const withExample = (): Plugin => ({
  name: 'collapse-lab:example',
  enforce: 'pre',
  transform(code, id) {
    const place = LINES.find(({ file }) => id.split('?')[0]?.endsWith(file));
    if (!place) return undefined;
    if (!code.includes(place.before)) throw new Error(`${place.file} has no “${place.before}”.`);
    const head = 'head' in place ? place.head : '';
    return { code: head + code.replace(place.before, `${place.line} ${place.before}`), map: null };
  },
});
