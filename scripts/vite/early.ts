import { fileURLToPath } from 'node:url';
import type { HtmlTagDescriptor, Plugin } from 'vite';

const NAME = 'early';
const ENTRY = fileURLToPath(new URL('../../src/app/early.ts', import.meta.url));
/** What the trainer fetches by itself, one after another, until it trains for the first time. */
const TRAINER = /^assets\/(trainer|rolldown-runtime|runtime)-[^/]+\.js$/;

/**
 * Makes `src/app/early.ts` a script of its own in the built page, run as soon as it is there; and names the trainer's
 * scripts in the page, so that the browser fetches them before anything has run.
 */
export function early(): Plugin {
  return {
    name: 'collapse-lab:early',
    apply: 'build',
    config: () => ({ build: { rolldownOptions: { input: { index: 'index.html', [NAME]: ENTRY } } } }),
    transformIndexHtml: {
      order: 'post',
      handler: (_, { bundle = {} }): HtmlTagDescriptor[] => {
        const files = Object.values(bundle);
        const entry = files.find((file) => file.type === 'chunk' && file.isEntry && file.name === NAME);
        if (!entry) throw new Error(`The build has no script "${NAME}".`);
        const preload = files.filter(({ fileName }) => TRAINER.test(fileName));
        if (preload.length < 2) throw new Error('The scripts of the trainer are not in the build.');
        return [
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
