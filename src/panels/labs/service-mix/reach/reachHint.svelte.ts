import type { Run } from '../../../../run/run.svelte.ts';
import { reachOf } from '../../../../terms/reachOf.ts';

const KEY = 'collapse-lab.reach-hint';

/**
 * Whether to point at the reach: from the moment at which a told run waits for a hand, until the hint is dismissed or
 * the reach was moved by whatever means. Either is for good; where nothing may be stored, for this visit.
 */
export class ReachHint {
  /** What was on screen when the story stopped. */
  #since = $state.raw<{ reach: number; run: number }>();
  #done = $state(isDone());

  constructor(run: Pick<Run, 'knobs' | 'loads'>, narrator: { readonly waits: boolean }) {
    $effect(() => {
      const now = { reach: reachOf(run.knobs), run: run.loads };
      const since = this.#since;
      if (since?.run !== now.run) this.#since = narrator.waits ? now : undefined;
      else if (since.reach !== now.reach) this.dismiss();
    });
  }

  get shown(): boolean {
    return this.#since !== undefined && !this.#done;
  }

  dismiss(): void {
    this.#done = true;
    try {
      localStorage.setItem(KEY, 'done');
    } catch {
      // Then for this visit.
    }
  }
}

function isDone(): boolean {
  try {
    return localStorage.getItem(KEY) === 'done';
  } catch {
    return false;
  }
}
