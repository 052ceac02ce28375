import { calm } from '../panels/kit/media.svelte.ts';
import type { Run } from '../run/run.svelte.ts';

/** The trainer sends two frames for each answer, so that one answer a second makes two frames a second. */
const CALM_MS = 1000;

/**
 * Answers what the trainer sends once it is drawn, so that it never runs ahead of the page; under reduced motion, once a
 * second while the run plays. What a command changes is sent without waiting for answers. To be called in a component.
 */
export function answerFrames(run: Pick<Run, 'recorded' | 'playing' | 'drawn'>): void {
  let asked = false;
  $effect(() => {
    if (run.recorded === 0 || asked) return;
    asked = true;
    const answer = (): void => {
      asked = false;
      run.drawn();
    };
    if (calm.current && run.playing) setTimeout(answer, CALM_MS);
    else requestAnimationFrame(answer);
  });
}
