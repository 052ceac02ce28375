import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import type { UserConfig } from 'vite';
import { wasm } from './scripts/vite/wasm.ts';
import { yaml } from './scripts/vite/yaml.ts';

/** Settings that the build, the dev server, the tests and scripts/run.mjs have in common. */
export const shared = {
  plugins: [svelte(), yaml(), wasm()],
  resolve: {
    alias: [
      {
        find: /^@tensorflow\/tfjs$/,
        replacement: fileURLToPath(new URL('./workers/tf/slim.ts', import.meta.url)),
      },
    ],
  },
  // Listed because Vite would otherwise find lazily imported packages while the first worker runs, and reload.
  optimizeDeps: {
    include: [
      'comlink',
      'd3',
      'idb',
      'fflate',
      'uqr',
      'valibot',
      'yaml',
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-core/dist/register_all_gradients',
      '@tensorflow/tfjs-backend-webgpu',
      '@tensorflow/tfjs-backend-cpu',
    ],
  },
  // Lazy chunks inside a worker need ES modules.
  worker: {
    format: 'es',
    plugins: () => [yaml(), wasm()],
    rolldownOptions: {
      output: {
        // Named by lab, so that the page can have the browser fetch that of the lab that opens.
        chunkFileNames: ({ facadeModuleId }) => {
          const [, lab] = /\/src\/labs\/([\w-]+)\/runtime\.ts$/.exec(facadeModuleId ?? '') ?? [];
          return `assets/${lab ? `runtime-${lab}` : '[name]'}-[hash].js`;
        },
      },
    },
  },
} satisfies UserConfig;

/** In Node, tfjs's deep imports are ES modules inside CommonJS packages: they must go through Vite. */
export const inlineInNode = [/@tensorflow\//];
