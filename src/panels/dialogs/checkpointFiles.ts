import { version } from '../../../package.json';
import { download } from '../../charts/download.ts';
import {
  fromCheckpoint,
  MAX_CHECKPOINT_BYTES,
  toCheckpoint,
  type Checkpointable,
} from '../../run/kept/checkpoint.ts';
import type { Run } from '../../run/run.svelte.ts';

/** Hands the run to the browser's downloads; returns the name of the file. @throws Error with a sentence */
export async function saveCheckpoint(run: Run): Promise<string> {
  const kept = await run.kept();
  const { lab, preset, seed } = kept.log;
  const name = `${[lab, preset, `seed${seed}`, `step${kept.saved.step}`].filter(Boolean).join('-')}.safetensors`;
  const bytes = toCheckpoint(kept, version) as Uint8Array<ArrayBuffer>;
  download(new Blob([bytes], { type: 'application/octet-stream' }), name);
  return name;
}

/** What PyTorch needs to read one. */
export async function saveLoader(): Promise<string> {
  const { default: text } = await import('../../run/kept/load_checkpoint.py?raw');
  const name = 'load_checkpoint.py';
  download(new Blob([text], { type: 'text/x-python' }), name);
  return name;
}

/** Makes a file the run of the page, or leaves the run as it is. @throws Error with a sentence */
export async function openCheckpoint(run: Checkpointable, file: File): Promise<void> {
  if (file.size > MAX_CHECKPOINT_BYTES)
    throw new Error(`${file.name} has ${file.size} bytes; a checkpoint has at most ${MAX_CHECKPOINT_BYTES}.`);
  await run.reopen(await fromCheckpoint(new Uint8Array(await file.arrayBuffer())));
}
