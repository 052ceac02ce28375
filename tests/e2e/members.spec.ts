import { expect, test } from '@playwright/test';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { serve } from './host.ts';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

test('a built page may have member workers inside a worker, under its policy', async ({ page }) => {
  const folder = await mkdtemp(join(tmpdir(), 'members-'));
  try {
    const vite = path('../../node_modules/vite/bin/vite.js');
    const options = ['--outDir', folder, '--emptyOutDir', '--logLevel', 'error'];
    await promisify(execFile)(process.execPath, [vite, 'build', path('members'), ...options]);
    const host = await serve('/some/folder/', pathToFileURL(`${folder}/`));
    await page.goto(host.url);
    await expect(page.locator('body')).toHaveText(/firstDifference|failed/);
    const told = JSON.parse((await page.locator('body').textContent()) ?? '') as Record<string, number>;
    expect(told).toEqual({
      firstDifference: -1,
      hosts: Math.min(5, await page.evaluate(() => navigator.hardwareConcurrency)),
    });
    await host.close();
  } finally {
    await rm(folder, { recursive: true });
  }
});
