import { defineConfig } from '@playwright/test';
import { createServer } from 'node:net';
import { launchOptions } from './tests/chromium.ts';

/** A port that nobody uses, so that the tests never meet a server of somebody else's. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
  });
}

// Every test process reads this file again: the first one chooses.
const port = (process.env['E2E_PORT'] ??= String(await freePort()));
const url = `http://127.0.0.1:${port}/`;

export default defineConfig({
  testDir: 'tests/e2e',
  // No test needs another one: files that take long are shared too.
  fullyParallel: true,
  // A page waits half of its time: two of them share two cores well. WebGPU in software takes every core that it gets.
  workers: 2,
  // Limits are there for what hangs; a busy shared machine is several times slower than a quiet one.
  timeout: 180_000,
  expect: { timeout: 20_000 },
  snapshotPathTemplate: '{testDir}/pictures/{arg}{ext}',
  forbidOnly: Boolean(process.env['CI']),
  reporter: 'list',
  use: {
    baseURL: url,
    launchOptions,
    trace: 'retain-on-failure',
    // What it kept would answer instead of the routes that tests lay; offline.spec.ts lets it work.
    serviceWorkers: 'block',
  },
  webServer: {
    // It builds first where the build is stale.
    command: `node scripts/start.mjs --host 127.0.0.1 --port ${port} --strictPort`,
    url,
    reuseExistingServer: false,
    timeout: 300_000,
  },
});
