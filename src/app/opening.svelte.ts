import { calm } from '../panels/kit/media.svelte.ts';
import type { Run } from '../run/run.svelte.ts';
import { PACE } from './early.ts';

/**
 * Plays what a visitor sees first, the opening story or the run of a link, at a pace that can be followed; the limit
 * falls when its last event is past, another run is loaded, or somebody chooses another speed. Nothing starts by itself
 * for those who asked for less motion, and what started by itself stops when they ask.
 *
 * @param plays whether it does already, at this pace
 */
export function playOpening(run: Run, plays: boolean): void {
  const { loads } = run;
  const end = Math.max(0, ...run.told.events.map(({ step }) => step));
  const ignore = (): undefined => undefined;
  if (!plays) {
    void run.limit(PACE).catch(ignore);
    if (!calm.current) run.play();
  }
  const begun = run.commands;
  const stop = $effect.root(() => {
    $effect(() => {
      const chosen = run.speedLimit !== PACE;
      const over = run.loads !== loads || (run.metrics?.step ?? 0) >= end;
      if (chosen || over) {
        if (!chosen) void run.limit(0).catch(ignore);
        stop();
      } else if (calm.current && run.playing && run.commands === begun) void run.pause().catch(ignore);
    });
  });
}
