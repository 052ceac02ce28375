/** The history as the page uses it: loaded beside the trainer, for the first picture needs none of it. */
import { messageOf } from '../panels/host.ts';
import { thumbnailOf } from '../panels/stages/thumbnails.ts';
import { interrupted, keepRuns, reopen } from '../run/history/index.ts';
import type { Keepable } from '../run/history/kept.ts';
import type { Run } from '../run/run.svelte.ts';

/** Keeps the runs of the page. @param say told once when keeping fails, as a sentence; training goes on */
export function keep(run: Run & Keepable, say: (text: string) => void): void {
  let said = '';
  keepRuns(run, {
    metrics: () => run.metrics,
    thumbnail: () => thumbnailOf(run),
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
 * @returns whether there was one
 */
export async function resume(run: Keepable, say: (text: string) => void): Promise<boolean> {
  try {
    const entry = await interrupted();
    if (!entry) return false;
    await reopen(run, entry.id);
    return true;
  } catch (thrown) {
    say(messageOf(thrown));
    return false;
  }
}
