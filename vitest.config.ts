import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { patterns } from './scripts/parts.mjs';
import { launchOptions } from './tests/chromium.ts';
import { inlineInNode, shared } from './vite.shared.ts';

/** Long enough for a busy shared machine: a limit is there for what hangs, and no test is about time. */
const PATIENCE = {
  testTimeout: 180_000,
  hookTimeout: 180_000,
  expect: { poll: { timeout: 60_000 } },
  setupFiles: ['./tests/support/seeded.ts'],
};

export default defineConfig({
  ...shared,
  test: {
    projects: [
      {
        extends: true,
        test: {
          ...PATIENCE,
          name: 'unit',
          environment: 'node',
          // Modules are loaded once for all files of a worker: half of the time went into loading them anew. What a
          // test changes outside of itself it puts back.
          isolate: false,
          include: patterns('unit'),
          server: { deps: { inline: inlineInNode } },
        },
      },
      {
        extends: true,
        test: {
          ...PATIENCE,
          name: 'browser',
          include: patterns('browser'),
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
