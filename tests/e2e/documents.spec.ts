import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { fromMenu, openLab, SMALL } from './lab.ts';

const NOTE = `# Trial of Tuesday
lab: service-mix
preset: before # as in the field note
seed: 5
model:
  temperature: 99 # too hot
  temprature: 2
loss: { entropy_weight: 0.5 }
`;

/** As a browser does it: on what has the focus. */
const paste = (page: Page, text: string): Promise<boolean> =>
  page.evaluate((pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
    return !(document.activeElement ?? document.body).dispatchEvent(event);
  }, text);

/** @returns whether the page takes it */
const drag = (page: Page, kind: 'dragover' | 'drop', file: [name: string, type: string, text: string]) =>
  page.evaluate(
    ([what, [name, type, text]]) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([text], name, { type }));
      const event = new DragEvent(what, { dataTransfer, bubbles: true, cancelable: true });
      return !(document.querySelector('dialog') ?? document.body).dispatchEvent(event);
    },
    [kind, file] as const,
  );

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Load a run or a configuration' });
const text = (page: Page) => page.getByRole('textbox', { name: 'Run, configuration or link' });
const open = async (page: Page): Promise<void> => {
  await openLab(page);
  await page.evaluate(async (small) => {
    await window.lab.load({ preset: 'after', seed: 2, executor: 'oracle' });
    await window.lab.set(small);
  }, SMALL);
};
/** Listeners come with a chunk of their own. */
const untilTaken = (task: () => Promise<boolean>): Promise<void> => expect.poll(task).toBe(true);

test('what is pasted is shown with what is wrong and what will differ, and loaded by hand alone', async ({
  page,
}) => {
  await open(page);
  await untilTaken(() => paste(page, NOTE));
  await expect(text(page)).toHaveValue(NOTE);
  await expect(dialog(page).getByText('Ready to load: Before, seed 5.')).toBeVisible();
  await expect(dialog(page).getByText('2 things need repair')).toBeVisible();
  await expect(
    dialog(page).getByText(/model\.temprature is not a knob.*Did you mean model\.temperature/),
  ).toBeVisible();
  await expect(dialog(page).getByRole('listitem').filter({ hasText: 'Temperature T' })).toHaveText(
    /becomes\s*10/,
  );
  expect((await new AxeBuilder({ page }).include('dialog').analyze()).violations).toEqual([]);
  // The line of a problem is where the hand goes.
  await dialog(page).getByRole('button', { name: 'Line 6' }).click();
  expect(
    await text(page).evaluate((field: HTMLTextAreaElement) =>
      field.value.slice(field.selectionStart, field.selectionEnd),
    ),
  ).toBe('  temperature: 99 # too hot');
  expect(await page.evaluate(() => window.lab.config().preset)).toBe('after');

  await dialog(page).getByRole('button', { name: 'Load', exact: true }).click();
  await expect(dialog(page)).toBeHidden();
  const { preset, seed, knobs } = await page.evaluate(() => window.lab.config());
  expect({ preset, seed, T: knobs['model.temperature'] }).toEqual({ preset: 'before', seed: 5, T: 10 });

  // It goes out as it came in, with what has changed.
  await page.evaluate(() => window.lab.set({ 'model.temperature': 2 }));
  expect(await page.evaluate(() => window.lab.export('yaml'))).toBe(NOTE.replace('99', '2'));
  await page.evaluate(() => window.lab.load({ preset: 'before' }));
  expect(await page.evaluate(() => window.lab.export('yaml'))).not.toContain('#');
});

test('a text is checked while one types, and cannot be loaded while it cannot be read', async ({ page }) => {
  await open(page);
  await fromMenu(page, 'File', 'Load…');
  const load = dialog(page).getByRole('button', { name: 'Load', exact: true });
  await expect(load).toBeDisabled();
  await text(page).fill('model: [');
  await expect(dialog(page).getByText('This cannot be loaded.')).toBeVisible();
  await expect(load).toBeDisabled();
  await text(page).fill('{"preset": "before", "seed": 4,}');
  await expect(dialog(page).getByText('a name in double quotes is missing before }')).toBeVisible();
  await text(page).fill('#v=1&preset=sufficient&seed=8');
  await expect(dialog(page).getByText('Ready to load: Sufficient, seed 8.')).toBeVisible();
  await load.click();
  await expect(dialog(page)).toBeHidden();
  expect(await page.evaluate(() => window.lab.config().seed)).toBe(8);
});

test('a run that was saved as a file and dropped on the page is replayed bit by bit', async ({ page }) => {
  await open(page);
  const [saved, series] = await page.evaluate(async () => {
    await window.lab.step(4);
    await window.lab.set({ 'model.temperature': 1.3 });
    await window.lab.step(6);
    return [await window.lab.export('json'), window.lab.series()] as const;
  });
  await page.evaluate(() => window.lab.load({ preset: 'before' }));
  await untilTaken(() => drag(page, 'dragover', ['run.json', 'application/json', saved]));
  await expect(page.getByText('Drop it to look at it')).toBeVisible();
  expect(await drag(page, 'drop', ['run.json', 'application/json', saved])).toBe(true);
  await expect(page.getByText('Drop it to look at it')).toBeHidden();
  await expect(dialog(page).getByText(/replays one change, the last at step 4, on oracle/)).toBeVisible();
  await dialog(page).getByRole('button', { name: 'Load', exact: true }).click();
  await expect(dialog(page)).toBeHidden();
  expect(
    await page.evaluate(async () => {
      await window.lab.step(10);
      return window.lab.series();
    }),
  ).toEqual(series);
});

test('files that are no run say so, and the page stays as it is', async ({ page }) => {
  await open(page);
  await untilTaken(() => drag(page, 'dragover', ['a.png', 'image/png', '\0']));
  await expect(page.getByText('This holds no run')).toBeVisible();
  const cases: [[string, string, string], RegExp][] = [
    [['a.png', 'image/png', '\0PNG'], /This is not a text/],
    [
      ['package.json', 'application/json', '{"name": "x", "version": "1"}'],
      /Nothing in this JSON belongs to a run/,
    ],
    [['long.yaml', '', 'a: 1\n'.repeat(40_000)], /a configuration has at most 100000/],
    [['empty.yaml', '', ''], /empty\.yaml is empty/],
    [['huge.json', '', ' '.repeat(16_000_001)], /huge\.json is empty/],
    [['x.yaml', '', '"<img src=x onerror=alert(1)>": 1'], /<img src=x onerror=alert\(1\)> is not a knob/],
  ];
  for (const [file, said] of cases) {
    await drag(page, 'drop', file);
    await expect(dialog(page).getByText(said)).toBeVisible();
  }
  expect(await page.locator('img[src=x]').count()).toBe(0);
  expect(await page.evaluate(() => window.lab.config().preset)).toBe('after');
  await page.evaluate(() => window.lab.step(2));
});

test('a paste that is none of ours is nobody’s, and one into a field is the field’s', async ({ page }) => {
  await open(page);
  await untilTaken(() => paste(page, 'preset: before'));
  await dialog(page).getByRole('button', { name: 'Close' }).click();
  expect(await paste(page, 'Dear all, it is grey')).toBe(false);
  await page.getByRole('textbox', { name: /^Seed/i }).or(page.getByLabel(/^seed/i)).first().focus();
  expect(await paste(page, 'preset: before')).toBe(false);
  await expect(dialog(page)).toBeHidden();
});

test('Share says how long the link is, shows its code, and offers a file where there is no link', async ({
  page,
}) => {
  await open(page);
  const share = (): Promise<void> => page.getByRole('button', { name: 'Share…' }).click();
  await share();
  const box = page.getByRole('dialog', { name: 'Share' });
  await expect(box.getByText(/^\d+ characters, all readable/)).toBeVisible();
  const code = box.getByRole('img', { name: 'QR code of the link' });
  await expect(code).toBeVisible();
  expect((await new AxeBuilder({ page }).include('dialog').analyze()).violations).toEqual([]);
  await box.getByRole('button', { name: 'Close' }).click();

  /** A run with as many moves. */
  const moved = (count: number): Promise<void> =>
    page.evaluate(async (moves) => {
      const log = await window.lab.log();
      // No two alike, so that packing does not make all of them disappear.
      const value = (i: number): number => ((Math.sin(i) * 1e4) % 1) ** 2;
      const events = Array.from({ length: moves }, (_, i) => ({
        step: 0,
        key: 'loss.label_smoothing',
        value: value(i) * 0.3,
      }));
      await window.lab.load({ log: { ...log, events: [...events, { step: 1, key: 'pause', value: true }] } });
      await window.lab.step(1);
    }, count);
  await moved(500);
  await share();
  await box.getByRole('radio', { name: /The run with all that was changed/ }).check();
  const field = box.getByRole('textbox', { name: 'Link of the run' });
  await expect(field).toHaveValue(/#v=2&lab=service-mix.*&logz=/);
  await expect(box.getByText(/The log is packed/)).toBeVisible();
  await expect(code).toBeHidden();
  await expect(box.getByText(/^No QR code/)).toBeVisible();
  const link = await field.inputValue();
  await box.getByRole('button', { name: 'Close' }).click();
  const events = await page.evaluate(() => window.lab.log().then((log) => log.events));
  await page.evaluate((url) => window.lab.load({ url }), link);
  expect(await page.evaluate(() => window.lab.problems())).toEqual([]);
  expect(await page.evaluate(() => window.lab.log().then((log) => log.events))).toEqual(events);

  await moved(6000);
  await share();
  await box.getByRole('radio', { name: /The run with all that was changed/ }).check();
  await expect(box.getByRole('alert')).toContainText('programs cut such off');
  await expect(field).toBeHidden();
  const saved = page.waitForEvent('download');
  await box.getByRole('button', { name: 'Save as a file' }).click();
  expect((await saved).suggestedFilename()).toBe('service-mix-after-seed2.json');
});

test('what differs from the preset can be copied by itself', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openLab(page);
  await page.evaluate(async () => {
    await window.lab.load({ preset: 'before', executor: 'oracle' });
  });
  await fromMenu(page, 'File', 'Export…');
  const copy = page.getByRole('button', { name: 'Copy what differs from Before' });
  await expect(copy).toBeDisabled();
  await page.evaluate(() => window.lab.set({ 'model.temperature': 2 }));
  await copy.click();
  await expect(page.getByText('What differs from Before: copied.')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('model:\n  temperature: 2\n');
});
