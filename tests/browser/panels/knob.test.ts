import { flushSync } from 'svelte';
import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { Metrics } from '../../../src/engine/protocol.ts';
import { ownersOf } from '../../../src/panels/knobs/groups.ts';
import KnobPanel from '../../../src/panels/knobs/KnobPanel.svelte';
import KnobRow from '../../../src/panels/knobs/KnobRow.svelte';
import type { Run } from '../../../src/run/run.svelte.ts';
import type { ChoiceKnob, NumberKnob, SwitchKnob, TextKnob } from '../../../src/terms/knob.ts';
import { checkKnobs } from '../../../src/run/documents/config.ts';
import { toYaml } from '../../../src/run/documents/yaml.ts';
import { knob as knobOf, max, mean, mul } from '../../../src/terms/language/expression.ts';
import { terms as serviceMixTerms } from '../../../src/labs/service-mix/terms.ts';
import type { Penalty } from '../../../src/terms/term.ts';
import { FakeRun } from './fakeRun.svelte.ts';

/** The panel takes a whole run; it must not need more of it than this one has. */
const asRun = (run: FakeRun): Run => run as unknown as Run;

const weight: NumberKnob = {
  kind: 'number',
  key: 'loss.entropy_weight',
  label: 'Entropy weight',
  caption: 'How hard it pushes.',
  source: 'A paper',
  live: true,
  min: 0,
  max: 10,
  default: 0,
  scale: 'zeroLog',
  logFrom: 0.05,
};
const temperature: NumberKnob = {
  ...weight,
  key: 'model.temperature',
  label: 'Temperature',
  min: 0.05,
  default: 1,
  scale: 'log',
};
const batch: NumberKnob = {
  ...weight,
  key: 'training.batch_size',
  label: 'Batch size',
  live: false,
  integer: true,
  min: 1,
  max: 8192,
  default: 256,
  scale: 'log',
};
const norm: SwitchKnob = {
  kind: 'switch',
  key: 'model.use_logit_norm',
  label: 'LogitNorm',
  caption: '',
  live: true,
  default: false,
};
const form: ChoiceKnob = {
  kind: 'choice',
  key: 'loss.maxsup_form',
  label: 'Form',
  caption: '',
  live: true,
  options: [
    { value: 'centered', label: 'centered' },
    { value: 'raw', label: 'raw' },
  ],
  default: 'centered',
};
const widths: TextKnob = {
  kind: 'text',
  key: 'model.hidden',
  label: 'Hidden widths',
  caption: '',
  live: false,
  default: '64,64',
  check: (text) => (/^\d+(,\d+)*$/.test(text) ? undefined : 'Widths are whole numbers.'),
};

test('typed values are committed; wrong ones stay, with the reason beside them', async () => {
  const run = new FakeRun([weight]);
  await render(KnobRow, { run, knob: weight });
  const entry = page.getByRole('textbox', { name: 'Entropy weight' });
  await entry.fill('5');
  await userEvent.keyboard('{Enter}');
  await expect.poll(() => run.knobs[weight.key]).toBe(5);

  await entry.fill('50');
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByRole('alert')).toHaveTextContent('from 0 to 10');
  await expect.element(entry).toHaveValue('50');
  expect(run.knobs[weight.key]).toBe(5);

  await entry.fill('much');
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByRole('alert')).toHaveTextContent('“much” is not a number');
  await userEvent.keyboard('{Escape}');
  await expect.element(entry).toHaveValue('5');
  await expect.element(page.getByRole('alert')).not.toBeInTheDocument();
});

test('a log slider moves by keys, and says its value in words', async () => {
  const run = new FakeRun([temperature], { [temperature.key]: 4 });
  await render(KnobRow, { run, knob: temperature });
  const slider = page.getByRole('slider', { name: 'Temperature' });
  const input = slider.element() as HTMLInputElement;
  expect(input.valueAsNumber).toBeCloseTo(Math.log(4 / 0.05) / Math.log(10 / 0.05), 3);
  await expect.element(slider).toHaveAttribute('aria-valuetext', '4');
  input.focus();
  await userEvent.keyboard('{ArrowRight}');
  await expect.poll(() => run.knobs[temperature.key]).toBe(4.1);
  await userEvent.keyboard('{Shift>}{ArrowRight}{/Shift}');
  await expect.poll(() => run.knobs[temperature.key]).toBe(5.1);
  await userEvent.keyboard('{Home}');
  await expect.poll(() => run.knobs[temperature.key]).toBe(1);
  expect(run.moves).toEqual([4.1, 5.1, 1]);
  // Each key is a gesture of its own once it is let go.
  expect([run.releases, run.sets]).toEqual([3, []]);
});

test('a drag and a key that is held are one gesture each, until they are let go', async () => {
  const run = new FakeRun([temperature], { [temperature.key]: 4 });
  await render(KnobRow, { run, knob: temperature });
  const input = page.getByRole('slider', { name: 'Temperature' }).element() as HTMLInputElement;
  for (const value of ['0.2', '0.3', '0.4']) {
    input.value = value;
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }
  expect([run.moves.length, run.releases]).toEqual([3, 0]);
  input.dispatchEvent(new Event('change', { bubbles: true }));
  expect([run.moves.length, run.releases]).toEqual([3, 1]);
  for (let i = 0; i < 4; i++)
    input.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'ArrowRight', repeat: i > 0, bubbles: true, cancelable: true }),
    );
  expect([run.moves.length, run.releases]).toEqual([7, 1]);
  input.dispatchEvent(new KeyboardEvent('keyup', { key: 'ArrowRight', bubbles: true }));
  input.dispatchEvent(new FocusEvent('blur'));
  expect([run.moves.length, run.releases, run.sets]).toEqual([7, 2, []]);
});

test('double click brings the default back', async () => {
  const run = new FakeRun([temperature], { [temperature.key]: 4 });
  await render(KnobRow, { run, knob: temperature });
  await page.getByRole('slider').dblClick();
  await expect.poll(() => run.knobs[temperature.key]).toBe(1);
});

test('a structural slider shows where it is and restarts once, when it is let go', async () => {
  const run = new FakeRun([batch]);
  await render(KnobRow, { run, knob: batch });
  await expect.element(page.getByText('restarts', { exact: true })).toBeVisible();
  const input = page.getByRole('slider').element() as HTMLInputElement;
  input.value = '0.5';
  input.dispatchEvent(new Event('input', { bubbles: true }));
  flushSync();
  await expect.element(page.getByRole('textbox')).toHaveValue('91');
  expect(run.knobs[batch.key]).toBe(256);
  expect(run.moves).toEqual([]);
  input.dispatchEvent(new Event('change', { bubbles: true }));
  await expect.poll(() => run.knobs[batch.key]).toBe(91);
  expect(run.sets).toHaveLength(1);
});

test('of a run that has trained, a structural knob says what goes before it restarts', async () => {
  const run = new FakeRun([batch]);
  run.metrics = { step: 1200 } as unknown as Metrics;
  await render(KnobRow, { run, knob: batch });
  const entry = page.getByRole('textbox', { name: 'Batch size' });
  await entry.fill('64');
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByText(/restarts the run from step 0; 1\s200 trained steps go/)).toBeVisible();
  await expect.element(page.getByRole('button', { name: 'Restart' })).toHaveFocus();
  expect(run.sets).toEqual([]);

  await page.getByRole('button', { name: 'Keep' }).click();
  await expect.element(entry).toHaveValue('256');
  await expect.element(entry).toHaveFocus();
  expect(run.sets).toEqual([]);

  // What is wrong is said at once, not after an agreement.
  await entry.fill('0');
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByRole('alert')).toHaveTextContent('from 1 to 8192');

  await entry.fill('64');
  await userEvent.keyboard('{Enter}');
  await page.getByRole('button', { name: 'Restart' }).click();
  await expect.poll(() => run.knobs[batch.key]).toBe(64);
});

test('switch, choice and text are native controls', async () => {
  const run = new FakeRun([norm, form, widths]);
  await render(KnobRow, { run, knob: norm });
  await render(KnobRow, { run, knob: form });
  await render(KnobRow, { run, knob: widths });
  await page.getByRole('checkbox', { name: 'LogitNorm' }).click();
  await expect.poll(() => run.knobs[norm.key]).toBe(true);
  await page.getByRole('combobox', { name: 'Form' }).selectOptions('raw');
  await expect.poll(() => run.knobs[form.key]).toBe('raw');
  const text = page.getByRole('textbox', { name: 'Hidden widths' });
  await text.fill('32,');
  await expect.element(page.getByRole('alert')).toHaveTextContent('Widths are whole numbers.');
  await text.fill('32,32');
  await userEvent.keyboard('{Enter}');
  await expect.poll(() => run.knobs[widths.key]).toBe('32,32');
});

test('a knob says what it does, and why it does nothing', async () => {
  const off: NumberKnob = {
    ...weight,
    inactive: (values) => (values[norm.key] === true ? undefined : 'LogitNorm is off.'),
  };
  const run = new FakeRun([off, norm]);
  await render(KnobRow, { run, knob: off });
  await expect.element(page.getByText('LogitNorm is off.')).toBeVisible();
  await expect.element(page.getByText('How hard it pushes.')).not.toBeInTheDocument();
  await page.getByRole('button', { name: 'About Entropy weight' }).click();
  await expect.element(page.getByText('How hard it pushes.')).toBeVisible();
  await expect.element(page.getByText('A paper')).toBeVisible();
  run.knobs = { ...run.knobs, [norm.key]: true };
  await expect.element(page.getByText('LogitNorm is off.')).not.toBeInTheDocument();
});

test('a term with weight but no pull is idle, in words', async () => {
  const owner = ownersOf(serviceMixTerms).get(weight.key);
  if (!owner) throw new Error('The term is gone.');
  const values = {
    [weight.key]: 5,
    'loss.min_entropy': 1.5,
    'model.use_logit_norm': true,
    'model.logit_norm': 1,
    'model.temperature': 4,
  };
  const run = new FakeRun([...owner.term.knobs], values);
  await render(KnobRow, { run, knob: weight, owner });
  await expect.element(page.getByText('idle', { exact: true })).toBeVisible();
  await expect.element(page.getByText(/no prediction has an entropy below/)).toBeVisible();
  run.metrics = { 'pull.entropy': 0.3 } as unknown as Metrics;
  run.knobs = { ...run.knobs, 'model.use_logit_norm': false };
  await expect.element(page.getByRole('img', { name: 'pull 0.30' })).toBeVisible();
});

test('a knob that a term declares is in the panel and in YAML, without a change to either', async () => {
  const depth: NumberKnob = {
    ...weight,
    key: 'loss.well_depth',
    label: 'Depth of the well',
    symbol: 'd',
    caption: 'How deep the well is.',
    source: 'A test',
  };
  const own: Penalty = {
    kind: 'penalty',
    id: 'well',
    label: 'Well',
    color: { light: '#17181a', dark: '#ededea' },
    caption: 'Pulls into the well.',
    source: 'A test',
    knobs: [depth],
    expression: ({ scaled }) => mul(knobOf(depth.key), mean(max(scaled, 'class'), 'row')),
    closedForm: ({ rows }) => new Float64Array(rows),
  };
  const run = new FakeRun([weight, depth], { [depth.key]: 2.5 }, [own]);
  await render(KnobPanel, { run: asRun(run), onclaims: () => undefined });
  await expect.element(page.getByRole('slider', { name: 'Depth of the well' })).toBeVisible();
  await page.getByRole('button', { name: 'About Depth of the well' }).click();
  await expect.element(page.getByText('How deep the well is.')).toBeVisible();
  await expect.element(page.getByText('Key: loss.well_depth')).toBeVisible();
  // In the term's colour, and with the formula that trains.
  const row = document.querySelector<HTMLElement>('[data-knob="loss.well_depth"]');
  expect(row?.style.getPropertyValue('--term')).toBe('var(--color-well)');
  expect(row?.querySelector('math')?.textContent).toBe('d·maxv');

  const yaml = toYaml(run.lab, { lab: 'fake', preset: '', seed: 0, knobs: run.knobs });
  expect(yaml).toMatch(/loss:\s+well_depth: 2\.5/);
  const { knobs, problems } = checkKnobs(run.lab, { 'loss.well_depth': 3 }, run.knobs);
  expect({ knobs, problems }).toEqual({ knobs: { 'loss.well_depth': 3 }, problems: [] });
});

test('what was typed wrongly goes when the knob is moved by something else', async () => {
  const run = new FakeRun([weight]);
  await render(KnobRow, { run, knob: weight });
  const entry = page.getByRole('textbox', { name: 'Entropy weight' });
  await entry.fill('50');
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByRole('alert')).toBeVisible();
  run.knobs = { [weight.key]: 2 };
  await expect.element(entry).toHaveValue('2');
  await expect.element(page.getByRole('alert')).not.toBeInTheDocument();
});
