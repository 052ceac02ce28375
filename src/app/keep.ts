/** The history as the page uses it: loaded beside the trainer, for the first picture needs none of it. */
import { messageOf } from '../panels/kit/host.ts';
import { pageOf } from '../panels/labs/pages.svelte.ts';
import { interrupted, keepRuns, reopen } from '../run/kept/history.ts';
import type { Keepable } from '../run/kept/kept.ts';
import type { Run } from '../run/run.svelte.ts';

/** Keeps the runs of the page. @param say told once when keeping fails, as a sentence; training goes on */
export function keep(run: Run & Keepable, say: (text: string) => void): void {
  let said = '';
  keepRuns(run, {
    metrics: () => run.metrics,
    thumbnail: async () => pageOf(run.lab.id)?.thumbnail(run),
    onproblem: (problem) => {
      const text = problem?.message ?? '';
      if (text !== '' && text !== said) say(text);
      said = text;
    },
  });
}

/**
 * Goes on with the run that this tab had open before its page went away.
 *
 * @returns whether there was one, and why it could not be opened where it could not
 */
export async function resume(run: Keepable): Promise<{ resumed: boolean; problem: string }> {
  try {
    const entry = await interrupted();
    if (entry) await reopen(run, entry.id);
    return { resumed: entry !== undefined, problem: '' };
  } catch (thrown) {
    return { resumed: false, problem: messageOf(thrown) };
  }
}
