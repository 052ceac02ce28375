import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';

test('the built page loads under its policy, without an error', async ({ page }) => {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  const response = await page.goto('./');
  expect(response?.headers()['content-security-policy']).toContain("default-src 'self'");
  await expect(page.locator('meta[http-equiv="Content-Security-Policy"]')).toHaveCount(1);
  await expect(page).toHaveTitle('Collapse Lab');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  expect(problems).toEqual([]);
});

test('what the page loads first contains nothing of tfjs', () => {
  const html = readFileSync('dist/index.html', 'utf8');
  const scripts = [...html.matchAll(/(?:src|href)="\.\/([^"]+\.js)"/g)].map(([, path]) => path ?? '');
  expect(scripts.length).toBeGreaterThan(0);
  for (const script of scripts)
    expect(readFileSync(`dist/${script}`, 'utf8')).not.toMatch(/WebGPUBackend|registerKernel|KernelBackend/);
});
