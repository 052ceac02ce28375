import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '../../../src/app/base.css';
import '../../../src/app/theme.css';
import { presetKnobs } from '../../../src/labs/lab.ts';
import { serviceMix } from '../../../src/labs/service-mix/index.ts';
import DoctorDialog from '../../../src/panels/dialogs/doctor/DoctorDialog.svelte';
import type { Run } from '../../../src/run/run.svelte.ts';
import type { KnobValues } from '../../../src/terms/knob.ts';

interface Opened {
  sets: KnobValues[];
  loads: { yaml?: string }[];
  closed: () => number;
}

/** The dialog on a run that never trains, with the doctor's real worker. Few places, so that it answers fast. */
async function open(changes: KnobValues = {}): Promise<Opened> {
  const knobs = {
    ...presetKnobs(serviceMix, 'before'),
    'data.validation': 32,
    'data.points': 256,
    ...changes,
  };
  const sets: KnobValues[] = [];
  const loads: { yaml?: string }[] = [];
  let closed = 0;
  const run = {
    lab: serviceMix,
    preset: 'before',
    seed: 0,
    knobs,
    phase: 'ready',
    config: { lab: serviceMix.id, preset: 'before', seed: 0, knobs },
    set: (given: KnobValues) => Promise.resolve(void sets.push(given)),
    load: (request: { yaml?: string }) => Promise.resolve(void loads.push(request)),
  } as unknown as Run;
  await render(DoctorDialog, { run, onclose: () => closed++ });
  return { sets, loads, closed: () => closed };
}
const text = page.getByRole('textbox', { name: /Configuration to examine/ });
const wait = { timeout: 20_000 };

test('opens on the run as it is, and says symptom, cause and cure', async () => {
  await open();
  await expect
    .element(page.getByRole('heading', { name: 'This leads to the same flat answer everywhere.' }), wait)
    .toBeVisible();
  await expect.element(page.getByText(/Entropy hinge cannot act here/)).toBeVisible();
  await expect.element(text).toHaveValue(expect.stringContaining('temperature: 4') as string);
  const terms = page.getByRole('region', { name: 'Terms' });
  await expect.element(terms.getByText('cannot act', { exact: true })).toBeVisible();
  await expect
    .element(page.getByRole('img', { name: /The head reaches 0.25; 0\s% of the targets/ }))
    .toBeVisible();
});

test('moves the knobs of the live run, and closes', async () => {
  const { sets, closed } = await open();
  const cure = page.getByRole('button', { name: /^Move these knobs of the live run: LogitNorm off/ }).first();
  await expect.element(cure, wait).toBeEnabled();
  await cure.click();
  expect(sets).toEqual([
    {
      'model.use_logit_norm': false,
      'model.temperature': 1,
      'loss.entropy_weight': 0,
      'loss.maxsup_weight': 0,
    },
  ]);
  expect(closed()).toBe(1);
});

test('what is typed is examined while it is typed, and can only be loaded, since it is another run', async () => {
  const { loads } = await open();
  await text.fill(
    'model:\n  use_logit_norm: true\n  logit_norm: 2\n  temperature: 2\ndata: { validation: 32 }\n',
  );
  await expect.element(page.getByText(/At reach R = 1 no class/), wait).toBeVisible();
  await expect.element(page.getByText('The text is not the live run', { exact: false })).toBeVisible();
  await expect.element(page.getByRole('button', { name: /^Move these knobs/ })).not.toBeInTheDocument();
  await page
    .getByRole('button', { name: /^Load this as a new run: LogitNorm off/ })
    .first()
    .click();
  expect(loads[0]?.yaml).toContain('use_logit_norm: false');
  expect(loads[0]?.yaml).toContain('validation: 32');
});

test('a problem is named with its line, and pressing it selects that line', async () => {
  await open();
  await text.fill('model:\n  temperature: 99\n');
  const problem = page.getByRole('button', { name: /^Line 2: model.temperature is 99/ });
  await expect.element(problem, wait).toBeVisible();
  await problem.click();
  const area = text.element() as HTMLTextAreaElement;
  expect(area.value.slice(area.selectionStart, area.selectionEnd)).toBe('  temperature: 99');
  await expect.element(page.getByRole('region', { name: 'Diagnosis' }), wait).toBeVisible();
  // What cannot be read at all leaves the last answer, marked as old.
  await text.fill('a: [1');
  await expect
    .element(page.getByText('What follows is about the text as it was before.'), wait)
    .toBeVisible();
  await expect.element(page.getByRole('button', { name: 'Load this text as a new run' })).toBeDisabled();
});

test('chips fill in presets and targets of one’s own, by keyboard too', async () => {
  await open();
  page.getByRole('button', { name: 'Sufficient', exact: true }).element().focus();
  await userEvent.keyboard('{Enter}');
  await expect
    .element(page.getByRole('heading', { name: 'A perfect model can learn these targets.' }), wait)
    .toBeVisible();
  await page.getByRole('button', { name: 'rows', exact: true }).click();
  await expect
    .element(page.getByText('2 targets as given, of K = 3 classes.', { exact: false }), wait)
    .toBeVisible();
  await page.getByRole('button', { name: 'entropies', exact: true }).click();
  await expect
    .element(page.getByText('3 targets of the given entropies.', { exact: false }), wait)
    .toBeVisible();
  expect((text.element() as HTMLTextAreaElement).value.match(/targets:/g)).toHaveLength(1);
});

test('a knob without effect makes no other run of it', async () => {
  // The form of a MaxSup without weight is not in the text.
  await open({ 'loss.maxsup_weight': 0 });
  await expect
    .element(
      page.getByRole('button', { name: /^Move these knobs of the live run: LogitNorm off/ }).first(),
      wait,
    )
    .toBeEnabled();
});
