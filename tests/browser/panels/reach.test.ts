import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { knobs } from '../../../src/labs/service-mix/knobs.ts';
import ReachBox from '../../../src/panels/labs/service-mix/reach/ReachBox.svelte';
import { reachOf } from '../../../src/terms/reachOf.ts';
import { FakeRun } from './fakeRun.svelte.ts';

const collapsed = (): FakeRun => {
  const run = new FakeRun(knobs, {
    'model.use_logit_norm': true,
    'model.logit_norm': 1,
    'model.temperature': 4,
  });
  run.scene = { needed: Float32Array.from({ length: 100 }, (_, i) => 5 + i / 10) };
  return run;
};
const handle = (): ReturnType<typeof page.getByRole> => page.getByRole('slider', { name: /^Reach/ });

test('the handle stands at R, and dragging it moves s and T together', async () => {
  const run = collapsed();
  await render(ReachBox, { run });
  const slider = handle().element() as HTMLInputElement;
  await expect
    .element(handle())
    .toHaveAttribute('aria-valuetext', expect.stringMatching(/reach 0\.25, nothing above 15\.7/));
  const begun = slider.valueAsNumber;
  slider.value = '0.72';
  slider.dispatchEvent(new Event('input', { bubbles: true }));
  await expect.poll(() => reachOf(run.knobs)).toBeGreaterThan(8);
  expect(run.releases).toBe(0);
  slider.value = String(begun);
  slider.dispatchEvent(new Event('input', { bubbles: true }));
  slider.dispatchEvent(new Event('change', { bubbles: true }));
  // A drag back ends where it began.
  await expect.poll(() => run.releases).toBe(1);
  expect(run.sets).toEqual([]);
  expect(run.knobs).toMatchObject({ 'model.logit_norm': 1, 'model.temperature': 4 });
});

test('keys walk along the axis; its end is no limit', async () => {
  const run = collapsed();
  await render(ReachBox, { run });
  (handle().element() as HTMLElement).focus();
  await userEvent.keyboard('{ArrowRight}');
  await expect.poll(() => reachOf(run.knobs)).toBeCloseTo(0.26, 2);
  await userEvent.keyboard('{End}');
  await expect.poll(() => run.knobs['model.use_logit_norm']).toBe(false);
  await expect.element(page.getByText('LogitNorm is off: nothing limits the head')).toBeVisible();
  await userEvent.keyboard('{ArrowLeft}');
  await expect.poll(() => reachOf(run.knobs)).toBe(40);
});

test('a reach can be typed; what cannot be set is refused with its range', async () => {
  const run = collapsed();
  await render(ReachBox, { run });
  const entry = page.getByRole('textbox', { name: 'Reach R' });
  await entry.fill('10');
  await userEvent.keyboard('{Enter}');
  await expect.poll(() => reachOf(run.knobs)).toBe(10);
  await entry.fill('-1');
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByRole('alert')).toHaveTextContent('from 0.0250 to 800, or ∞');
  expect(reachOf(run.knobs)).toBe(10);
  await entry.fill('∞');
  await userEvent.keyboard('{Enter}');
  await expect.poll(() => reachOf(run.knobs)).toBe(Infinity);
});
