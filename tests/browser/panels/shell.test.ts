import { flushSync } from 'svelte';
import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '../../../src/app/base.css';
import { words } from '../../../src/panels/labs/service-mix/words.ts';
import Executors from '../../../src/panels/shell/controls/Executors.svelte';
import type { Run } from '../../../src/run/run.svelte.ts';
import LazyHost from './LazyHost.svelte';
import WordHost from './WordHost.svelte';
import HintHost from './HintHost.svelte';
import { hintOf } from './hintOf.svelte.ts';

test('a word says what it means, and Escape closes it with the focus where it was', async () => {
  await render(WordHost, { word: 'reach' });
  const button = page.getByRole('button', { name: 'far' });
  await button.click();
  await expect.element(page.getByText(words.reach.text)).toBeVisible();
  await expect.element(page.getByText('R = s ÷ T')).toBeVisible();
  await userEvent.keyboard('{Escape}');
  await expect.element(page.getByText(words.reach.text)).not.toBeVisible();
  expect(document.activeElement).toBe(button.element());
  // By keyboard alone.
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByText(words.reach.text)).toBeVisible();
});

test('what a word says stays inside of the window', async () => {
  await render(WordHost, { word: 'kl', right: true });
  await page.getByRole('button', { name: 'far' }).click();
  const text = page.getByText(words.kl.text);
  await expect.element(text).toBeVisible();
  const box = text.element().getBoundingClientRect();
  expect(box.left).toBeGreaterThanOrEqual(0);
  expect(box.right).toBeLessThanOrEqual(innerWidth);
  expect(box.bottom).toBeLessThanOrEqual(innerHeight);
});

test('what could not be loaded is said, and loaded again when asked', async () => {
  let works = false;
  let tries = 0;
  const load = (): Promise<string> => {
    tries++;
    return works ? Promise.resolve('here it is') : Promise.reject(new Error('offline'));
  };
  await render(LazyHost, { load });
  await expect.element(page.getByRole('alert')).toHaveTextContent('The maps could not be loaded.');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect.element(page.getByRole('alert')).toHaveTextContent('It failed again');
  works = true;
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect.element(page.getByText('here it is')).toBeVisible();
  await expect.element(page.getByRole('alert')).not.toBeInTheDocument();
  expect(tries).toBe(3);
});

test('the hint comes when the story waits, and a moved reach ends it for good', () => {
  localStorage.removeItem('collapse-lab.reach-hint');
  const { hint, run, narrator, end } = hintOf();
  flushSync();
  expect(hint.shown).toBe(false);
  narrator.waits = true;
  flushSync();
  expect(hint.shown).toBe(true);
  run.knobs = { ...run.knobs, 'model.temperature': 2 };
  flushSync();
  expect(hint.shown).toBe(false);
  end();
  const next = hintOf();
  next.narrator.waits = true;
  flushSync();
  expect(next.hint.shown).toBe(false);
  next.end();
});

test('another run takes the hint away, and the next story brings it again', () => {
  localStorage.removeItem('collapse-lab.reach-hint');
  const { hint, run, narrator, end } = hintOf();
  narrator.waits = true;
  flushSync();
  expect(hint.shown).toBe(true);
  narrator.waits = false;
  run.loads++;
  flushSync();
  expect(hint.shown).toBe(false);
  narrator.waits = true;
  flushSync();
  expect(hint.shown).toBe(true);
  end();
});

test('the hint stands above what it points at and never on it', async () => {
  await render(HintHost, {});
  const hint = page.getByRole('complementary', { name: 'Hint' });
  await expect.element(hint).toBeVisible();
  const target = page.getByRole('region', { name: 'Reach' }).element().getBoundingClientRect();
  const box = hint.element().getBoundingClientRect();
  expect(box.bottom).toBeLessThanOrEqual(target.top);
  expect(box.left).toBeGreaterThanOrEqual(target.left);
  expect(box.right).toBeLessThanOrEqual(target.right);
});

test('of executors chosen while one is being prepared, the last counts', async () => {
  const used: string[] = [];
  let prepared: () => void = () => undefined;
  const engine = { executor: 'oracle', backend: 'typescript', adapter: '', software: false };
  const run = {
    phase: 'ready',
    playing: false,
    engine,
    use: (id: string): Promise<void> => {
      used.push(id);
      return new Promise((resolve) => (prepared = resolve));
    },
  } as unknown as Run;
  await render(Executors, { run });
  await page.getByRole('radio', { name: /tfjs, WebGPU/ }).click();
  await expect.element(page.getByText('is being prepared')).toBeVisible();
  await page.getByRole('radio', { name: /tfjs, processor/ }).click();
  await page.getByRole('radio', { name: /Oracle/ }).click();
  expect(used).toEqual(['tfjs:webgpu']);
  prepared();
  await expect.poll(() => used).toEqual(['tfjs:webgpu', 'oracle']);
  await expect.element(page.getByRole('radio', { name: /Oracle/ })).toBeChecked();
  prepared();
  await expect.element(page.getByText('is being prepared')).not.toBeInTheDocument();
});
