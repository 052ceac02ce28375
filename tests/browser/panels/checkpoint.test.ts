import { afterEach, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '../../../src/app/base.css';
import type { KeptRun } from '../../../src/engine/protocol.ts';
import { loadLab } from '../../../src/labs/index.ts';
import { defaultsOf } from '../../../src/labs/lab.ts';
import ExportDialog from '../../../src/panels/dialogs/export/ExportDialog.svelte';
import LoadDialog from '../../../src/panels/dialogs/load/LoadDialog.svelte';
import { fromCheckpoint, toCheckpoint } from '../../../src/run/kept/checkpoint.ts';
import { FakeRun } from './fakeRun.svelte.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const lab = await loadLab('service-mix');

/** A run of one hidden unit, after seven steps. */
function kept(): KeptRun {
  const knobs = { ...defaultsOf(lab.knobs), 'model.hidden': '1' };
  const count = 10 + 1 + 8 + 8;
  return {
    log: { lab: lab.id, preset: 'sufficient', seed: 4, knobs, events: [] },
    saved: {
      step: 7,
      executor: 'oracle',
      knobs,
      parameters: Float64Array.from({ length: count }, (_, i) => i / 7),
      moments: Float64Array.from({ length: 2 * count }, (_, i) => i / 70),
      progress: {
        status: 'ok',
        gradientNorm: 1,
        optimizerSteps: 7,
        momentsOf: 'adam',
        schedule: {
          kind: 'constant',
          base: 0.003,
          scale: 1,
          epoch: 0,
          best: null,
          badEpochs: 0,
          cooldownLeft: 0,
        },
        origin: null,
        lastEvent: 0,
        recorded: 7,
        rows: 1,
      },
    },
    series: { columns: ['step', 'total'], values: Float64Array.of(0, NaN) },
  };
}

/** A run that can be taken out and put in again. */
class KeptFake extends FakeRun {
  phase = 'ready';
  reopened: KeptRun | undefined;
  kept = (): Promise<KeptRun> => Promise.resolve(kept());
  reopen = (run: KeptRun): Promise<void> => {
    this.reopened = run;
    return Promise.resolve();
  };
}

function show(run: FakeRun, Dialog: typeof ExportDialog) {
  const onclose = vi.fn<() => void>();
  return { onclose, shown: render(Dialog, { run: run as never, onclose }) };
}

/** What is handed to the browser's downloads, instead of it. */
function downloads(): { name: string; blob: Blob }[] {
  const blobs: Blob[] = [];
  const files: { name: string; blob: Blob }[] = [];
  vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
    blobs.push(blob as Blob);
    return '#';
  });
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    files.push({ name: this.download, blob: blobs.at(-1) as Blob });
  });
  return files;
}

test('a checkpoint is downloaded, and is the run', async () => {
  const files = downloads();
  await show(new KeptFake(lab.knobs), ExportDialog).shown;
  await page.getByRole('button', { name: 'Download Checkpoint, safetensors' }).click();
  const name = 'service-mix-sufficient-seed4-step7.safetensors';
  await expect.element(page.getByRole('status')).toHaveTextContent(`${name} was saved.`);
  expect(files).toHaveLength(1);
  expect(files[0]?.name).toBe(name);
  const bytes = new Uint8Array((await files[0]?.blob.arrayBuffer()) ?? new ArrayBuffer());
  expect(await fromCheckpoint(bytes)).toEqual(kept());
});

test('the loader for PyTorch is downloaded as it is tested', async () => {
  const files = downloads();
  await show(new KeptFake(lab.knobs), ExportDialog).shown;
  await page.getByRole('button', { name: 'Download the loader for PyTorch' }).click();
  await expect.element(page.getByRole('status')).toHaveTextContent('load_checkpoint.py was saved.');
  expect(await files[0]?.blob.text()).toContain('def load(path):');
});

test('a chosen checkpoint becomes the run, and the dialog closes', async () => {
  const run = new KeptFake(lab.knobs);
  const { onclose, shown } = show(run, LoadDialog);
  await shown;
  const file = new File([toCheckpoint(kept(), '0') as Uint8Array<ArrayBuffer>], 'mine.safetensors');
  await userEvent.upload(page.getByLabelText('Choose a file…'), file);
  // Never silently over the run.
  await expect.element(page.getByText('mine.safetensors')).toBeVisible();
  expect(run.reopened).toBeUndefined();
  await page.getByRole('button', { name: 'Load', exact: true }).click();
  await expect.poll(() => onclose.mock.calls.length).toBe(1);
  expect(run.reopened).toEqual(kept());
});

test('what is no checkpoint is refused with its reason, as text, and the run stays', async () => {
  const run = new KeptFake(lab.knobs);
  const { onclose, shown } = show(run, LoadDialog);
  await shown;
  const bytes = toCheckpoint(kept(), '0') as Uint8Array<ArrayBuffer>;
  const input = page.getByLabelText('Choose a file…');
  await userEvent.upload(input, new File([bytes.subarray(0, -9)], 'cut.safetensors'));
  const load = page.getByRole('button', { name: 'Load', exact: true });
  await load.click();
  await expect.element(page.getByText(/^The file is cut off: /)).toBeVisible();
  const header = '{"__metadata__":{"collapse-lab.checkpoint":"<img src=x>"}}';
  const hostile = Uint8Array.from([header.length, 0, 0, 0, 0, 0, 0, 0, ...new TextEncoder().encode(header)]);
  await userEvent.upload(input, new File([hostile], 'hostile.safetensors'));
  await expect.element(page.getByText('hostile.safetensors')).toBeVisible();
  await load.click();
  await expect.element(page.getByText('unknown version “<img src=x>”')).toBeVisible();
  expect(document.querySelector('img')).toBeNull();
  expect(run.reopened).toBeUndefined();
  expect(onclose).not.toHaveBeenCalled();
});
