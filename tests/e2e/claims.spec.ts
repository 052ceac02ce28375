import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { openLab } from './lab.ts';

test('a claim of the field note is opened from the knobs, and its run is loaded with what to look at', async ({
  page,
}) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await openLab(page);
  await page.getByRole('button', { name: 'What the field note claims' }).click();
  const dialog = page.getByRole('dialog', { name: 'What the field note claims' });
  await expect(dialog.getByRole('listitem')).toHaveCount(16);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).include('dialog').analyze();
    expect(violations).toEqual([]);
  }
  await dialog.getByRole('radio', { name: /^does not hold/ }).check();
  await dialog.getByRole('button', { name: 'See the restarts' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText('K14: KL stays near 0.9')).toBeVisible();
  const { preset, knobs } = await page.evaluate(() => window.lab.config());
  expect(preset).toBe('before');
  expect(knobs).toMatchObject({ 'training.scheduler': 'cosine_warm_restarts', 'model.temperature': 4 });
});
