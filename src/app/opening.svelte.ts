import type { RunEvent } from '../engine/protocol.ts';
import { calm } from '../panels/media.svelte.ts';
import type { Run } from '../run/run.svelte.ts';

/** Steps per second of the opening story: slow enough to see the colour come, and go. */
const PACE = 30;

/**
 * Plays what a visitor sees first, the opening story or the run of a link, at a pace that can be followed; the limit
 * falls when its last event is past, another run is loaded, or somebody chooses another speed. Nothing starts by itself
 * for those who asked for less motion, and what started by itself stops when they ask.
 *
 * @param events of the run, also those that are ahead
 */
export function playOpening(run: Run, events: readonly RunEvent[]): void {
  const { labels } = run;
  const end = Math.max(0, ...events.map(({ step }) => step));
  const ignore = (): undefined => undefined;
  void run.limit(PACE).catch(ignore);
  if (!calm.current) run.play();
  const begun = run.commands;
  const stop = $effect.root(() => {
    $effect(() => {
      const chosen = run.speedLimit !== PACE;
      const over = run.labels !== labels || (run.metrics?.step ?? 0) >= end;
      if (chosen || over) {
        if (!chosen) void run.limit(0).catch(ignore);
        stop();
      } else if (calm.current && run.playing && run.commands === begun) void run.pause().catch(ignore);
    });
  });
}
