import type { Run } from '../../run/run.svelte.ts';
import { travelled } from './words.ts';

/** Takes back the last change or brings it back, and says what happened. */
export async function turn(run: Run, which: 'undo' | 'redo'): Promise<void> {
  const change = await run[which]();
  if (change) run.notice = { kind: 'moved', text: travelled(run.lab, which, change, run.metrics?.step ?? 0) };
}
