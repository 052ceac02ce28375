import { defineConfig } from 'vite';
import { csp, policy } from './scripts/vite/csp.ts';
import { early } from './scripts/vite/early.ts';
import { offline } from './scripts/vite/offline.ts';
import { shared } from './vite.shared.ts';

export default defineConfig({
  ...shared,
  // Relative, so that dist/ works from any folder of any host.
  base: './',
  plugins: [...shared.plugins, early(), csp(), offline()],
  build: {
    target: 'es2023',
    sourcemap: true,
    // Noise about plugin times of each worker.
    rolldownOptions: {
      checks: { bundlerTimings: false },
      output: {
        // What a lab costs is seen by the names of its chunks.
        chunkFileNames: ({ facadeModuleId }) => {
          const [, page, lab] =
            /\/src\/(panels\/)?labs\/([\w-]+)\/index\.ts$/.exec(facadeModuleId ?? '') ?? [];
          return `assets/${lab ? `${page ? 'page' : 'lab'}-${lab}` : '[name]'}-[hash].js`;
        },
      },
    },
  },
  server: { port: 5173 },
  // A meta policy does not govern a worker's own script; only response headers do.
  preview: { port: 4173, headers: { 'Content-Security-Policy': policy } },
});
