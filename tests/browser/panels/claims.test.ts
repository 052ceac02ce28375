import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '../../../src/app/base.css';
import '../../../src/app/theme.css';
import { serviceMix } from '../../../src/labs/service-mix/index.ts';
import ClaimsDialog from '../../../src/panels/dialogs/ClaimsDialog.svelte';
import type { Run } from '../../../src/run/run.svelte.ts';

/** The dialog on a run that notes what it is asked for. */
async function open(fails = false): Promise<{ asked: unknown[]; run: Run; closed: () => number }> {
  const asked: unknown[] = [];
  let closed = 0;
  const run = {
    lab: serviceMix,
    phase: 'ready',
    notice: undefined,
    load: (request: unknown) =>
      fails ? Promise.reject(new Error('No trainer.')) : Promise.resolve(void asked.push(request)),
    set: (knobs: unknown) => Promise.resolve(void asked.push(knobs)),
    play: () => asked.push('play'),
  } as unknown as Run;
  await render(ClaimsDialog, { run, onclose: () => closed++ });
  return { asked, run, closed: () => closed };
}
const claims = page.getByRole('listitem');

test('a filter shows the claims of one verdict, with its word', async () => {
  await open();
  await expect.poll(() => claims.elements().length).toBe(16);
  await page.getByRole('radio', { name: 'does not hold 6' }).click();
  await expect.poll(() => claims.elements().length).toBe(6);
  for (const claim of claims.elements()) {
    expect(claim.querySelector('.verdict')?.textContent.trim()).toBe('does not hold');
    expect(claim.querySelector('.verdict svg.fails')).not.toBeNull();
  }
  await page.getByRole('radio', { name: 'all 16' }).click();
  await expect.poll(() => claims.elements().length).toBe(16);
});

test('a claim loads its run, says what to look at, and closes', async () => {
  const { asked, run, closed } = await open();
  await page.getByRole('button', { name: 'See the hinge alone' }).click();
  await expect.poll(closed).toBe(1);
  expect(asked).toEqual([
    { preset: 'sufficient' },
    { 'loss.entropy_weight': 5, 'loss.min_entropy': 1.5 },
    'play',
  ]);
  expect(run.notice?.text).toMatch(/^K4: The hinge alone holds entropy/);
});

test('a run that cannot be made is said, and the dialog stays open', async () => {
  const { closed } = await open(true);
  await page.getByRole('button', { name: 'See First fix' }).click();
  await expect.element(page.getByRole('alert')).toHaveTextContent('No trainer.');
  expect(closed()).toBe(0);
});

test.each([390, 195])('stands on a screen of %i px without scrolling sideways', async (width) => {
  // The half is a phone's page at 200 %.
  await page.viewport(width, 844);
  await open();
  await expect.poll(() => claims.elements().length).toBe(16);
  const dialog = document.querySelector('dialog');
  expect(dialog?.scrollWidth).toBeLessThanOrEqual(dialog?.clientWidth ?? 0);
});
