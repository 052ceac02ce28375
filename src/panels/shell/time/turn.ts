import type { Run } from '../../../run/run.svelte.ts';
import { travelled } from './changeText.ts';

/** Takes back the last change or brings it back, and says what happened. */
export async function turn(run: Run, which: 'undo' | 'redo'): Promise<void> {
  const task = run[which]();
  const { commands } = run;
  const change = await task;
  // Another command has begun something else meanwhile.
  if (change && run.commands === commands)
    run.notice = { kind: 'moved', text: travelled(run.lab, which, change, run.metrics?.step ?? 0) };
}
