/** What came by drop, paste or file chooser, for the dialog that shows it before anything is loaded. */

export interface Incoming {
  text: string;
  /** Of the file; empty for a text without one. */
  name: string;
  /** Why there is no text, as a sentence. */
  problem: string;
  /** A checkpoint, which is no text. */
  checkpoint?: File;
}

/** Browsers make no text of a larger file. */
const MAX_BYTES = 500_000_000;

let latest = $state.raw<Incoming>();

export const incoming = {
  get latest(): Incoming | undefined {
    return latest;
  },
  /** Each is taken once. */
  clear(): void {
    latest = undefined;
  },
  offer(text: string): void {
    latest = { text, name: '', problem: '' };
  },
  async offerFile(file: File): Promise<void> {
    latest = await read(file);
  },
};

async function read(file: File): Promise<Incoming> {
  const { name, size } = file;
  if (/\.safetensors$/i.test(name)) return { text: '', name, problem: '', checkpoint: file };
  const refused = (problem: string): Incoming => ({ text: '', name: '', problem });
  if (size > MAX_BYTES)
    return refused(
      `${name} has ${(size / 1e6).toFixed(0)} MB; a run or a configuration has at most ${String(MAX_BYTES / 1e6)} MB.`,
    );
  try {
    const text = await file.text();
    return text.trim() === '' ? refused(`${name} is empty.`) : { text, name, problem: '' };
  } catch {
    // A folder, or a file that is gone.
    return refused(`${name} could not be read.`);
  }
}
