import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { openLab } from './lab.ts';

test('the doctor on Before and on First fix', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  const refused: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') refused.push(message.text());
  });
  await openLab(page);
  await page.evaluate(() => window.lab.load({ preset: 'before', executor: 'oracle' }));
  await page.getByRole('button', { name: 'Doctor…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Doctor' });
  const flat = dialog.getByRole('heading', { name: 'This leads to the same flat answer everywhere.' });
  await expect(flat).toBeVisible({ timeout: 30_000 });
  const diagnosis = dialog.getByRole('region', { name: 'Diagnosis' });
  await expect(diagnosis).toContainText(
    'settles at KL 0.901 nats and mean entropy 2.077; the targets have 1.068',
  );
  await expect(diagnosis).toContainText('At reach R = 0.25 no class gets more than 15.7');
  await expect(diagnosis).toContainText(/LogitNorm × Temperature alone give 97\s%/);
  await expect(diagnosis).toContainText('MaxSup costs 0.026. Entropy hinge cannot act here.');
  await expect(dialog.getByRole('region', { name: 'Attribution' })).toContainText('no change at all');
  const { violations } = await new AxeBuilder({ page }).include('dialog').analyze();
  expect(violations).toEqual([]);

  await dialog.getByRole('button', { name: 'First fix' }).click();
  await expect(diagnosis).toContainText('settles at KL 0.522 nats and mean entropy 1.994', {
    timeout: 30_000,
  });
  await expect(diagnosis).toContainText('At reach R = 1 no class gets more than 29.4');

  await dialog.getByRole('button', { name: 'Before' }).click();
  const cure = dialog
    .getByRole('button', { name: /^Move these knobs of the live run: LogitNorm off/ })
    .first();
  await expect(cure).toBeEnabled({ timeout: 30_000 });
  await cure.click();
  await expect(dialog).toBeHidden();
  const { knobs } = await page.evaluate(() => window.lab.config());
  expect(knobs).toMatchObject({
    'model.use_logit_norm': false,
    'loss.entropy_weight': 0,
    'loss.maxsup_weight': 0,
  });
  expect(refused).toEqual([]);
});

test('the doctor on the console', async ({ page }) => {
  await openLab(page);
  const said = await page.evaluate(async () => {
    const { settled, problems, summary, targets } = await window.lab.doctor(
      'model: { logit_norm: 1, temperature: 4 }\ntargets: { entropies: [0.5, 1.5, 9] }',
    );
    return {
      kl: settled.kl,
      problems: problems.map(({ text }) => text),
      state: summary.state,
      rows: targets.rows,
    };
  });
  expect(said).toMatchObject({ state: 'collapsed', rows: 2 });
  expect(said.kl).toBeGreaterThan(0.8);
  expect(said.problems.join(' ')).toContain('Line 2: target 3: an entropy is a number from 0 to ln 8');
  await expect(page.evaluate(() => window.lab.doctor(3 as unknown as string))).rejects.toThrow(
    'doctor() takes the text of a configuration',
  );
  await page.evaluate(() => window.lab.load({ preset: 'after', executor: 'oracle' }));
  expect(await page.evaluate(async () => (await window.lab.doctor()).reach.R)).toBe(1);
});
