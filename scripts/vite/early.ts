import { fileURLToPath } from 'node:url';
import type { HtmlTagDescriptor, Plugin, Rolldown } from 'vite';
import { firstLab, labs } from '../../src/labs/index.ts';

const NAME = 'early';
const ENTRY = fileURLToPath(new URL('../../src/app/early.ts', import.meta.url));
/** What the trainer fetches by itself, one after another, until it trains for the first time. */
const TRAINER = /^assets\/(trainer|rolldown-runtime)-[^/]+\.js$/;

/** The trainer's own script, and the one that starts it. */
const WORKER = /^assets\/trainer-[^/]+\.js$/;
const STARTER = 'start-trainer';

/**
 * The scripts of each lab's declaration and page, with what they import, and what trains it: which of them are wanted
 * depends on the address, so that the page cannot name them in its text.
 */
function scriptsOfLabs(bundle: Rolldown.OutputBundle): Record<string, string[]> {
  const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
  const withImports = (name: string, known: Set<string>): void => {
    if (known.has(name)) return;
    known.add(name);
    for (const imported of chunks.find(({ fileName }) => fileName === name)?.imports ?? [])
      withImports(imported, known);
  };
  return Object.fromEntries(
    labs.map(({ id }) => {
      const names = new Set<string>();
      for (const module of [`/src/labs/${id}/index.ts`, `/src/panels/labs/${id}/index.ts`]) {
        const chunk = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(module));
        if (!chunk) throw new Error(`The build has no script of ${module}.`);
        withImports(chunk.fileName, names);
      }
      const runtime = Object.keys(bundle).find((name) => name.startsWith(`assets/runtime-${id}-`));
      if (!runtime) throw new Error(`The build has no script that trains ${id}.`);
      return [id, [runtime, ...names]];
    }),
  );
}

/** Has the browser fetch the scripts of the lab that the address names, else those of the first. */
const preloader = (scripts: Readonly<Record<string, string[]>>): string =>
  `(()=>{const s=${JSON.stringify(scripts)},o=document.currentScript.src,` +
  `l=new URLSearchParams(location.hash.slice(1)).get('lab');` +
  `for(const f of s[l]??s[${JSON.stringify(firstLab)}]){const e=document.createElement('link');` +
  `e.rel='modulepreload';e.crossOrigin='';e.href=new URL('../'+f,o);document.head.append(e)}})();`;

/**
 * A worker takes a browser longer to start than a script to arrive, and is started by the thread that then evaluates the
 * page's scripts: so it is asked for by a few lines that need nothing else. `Client` takes it up.
 */
const starter = (worker: string): string =>
  `try{const w=new Worker(new URL(${JSON.stringify(worker)},document.currentScript.src),{type:'module',name:'trainer'});` +
  `w.addEventListener('error',(e)=>{w.failed=e.message??''});globalThis.startedTrainer=w}catch{}`;

/**
 * Makes `src/app/early.ts` a script of its own in the built page, run as soon as it is there; names the trainer's scripts
 * in the page, so that the browser fetches them before anything has run; and has it fetch those of the lab that opens.
 */
export function early(): Plugin {
  return {
    name: 'collapse-lab:early',
    apply: 'build',
    generateBundle(_, bundle) {
      const worker = Object.keys(bundle).find((name) => WORKER.test(name));
      if (worker === undefined) this.error('The build has no script of the trainer.');
      this.emitFile({
        type: 'asset',
        name: `${STARTER}.js`,
        source: starter(worker.replace('assets/', './')) + preloader(scriptsOfLabs(bundle)),
      });
    },
    config: () => ({ build: { rolldownOptions: { input: { index: 'index.html', [NAME]: ENTRY } } } }),
    transformIndexHtml: {
      order: 'post',
      handler: (_, { bundle = {} }): HtmlTagDescriptor[] => {
        const files = Object.values(bundle);
        const entry = files.find((file) => file.type === 'chunk' && file.isEntry && file.name === NAME);
        if (!entry) throw new Error(`The build has no script "${NAME}".`);
        // The scripts of workers, which are built by themselves, come as mere files.
        const worker = files.find(({ fileName }) => WORKER.test(fileName));
        const code = worker?.type === 'asset' ? String(worker.source) : '';
        // Scripts that the trainer shares with what it loads later are scripts of their own.
        const imports = [...code.matchAll(/from\s*["']\.\/([^"']+\.js)["']/g)].map(
          ([, name]) => `assets/${name}`,
        );
        const wanted = files.filter(
          ({ type, fileName }) => type === 'asset' && (TRAINER.test(fileName) || imports.includes(fileName)),
        );
        const preload = wanted.sort(
          (a, b) => Number(WORKER.test(b.fileName)) - Number(WORKER.test(a.fileName)),
        );
        if (preload.length < 2) throw new Error('The scripts of the trainer are not in the build.');
        const first = files.find(({ fileName }) => fileName.startsWith(`assets/${STARTER}-`));
        if (!first) throw new Error(`The build has no script "${STARTER}".`);
        return [
          {
            tag: 'script',
            attrs: { async: true, src: `./${first.fileName}` },
            injectTo: 'head-prepend',
          },
          {
            tag: 'script',
            attrs: { type: 'module', crossorigin: true, async: true, src: `./${entry.fileName}` },
            injectTo: 'head-prepend',
          },
          ...preload.map(({ fileName }): HtmlTagDescriptor => ({
            tag: 'link',
            attrs: { rel: 'modulepreload', crossorigin: true, href: `./${fileName}` },
            injectTo: 'head',
          })),
        ];
      },
    },
  };
}
