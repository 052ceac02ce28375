import type { Loaded, RunLog } from '../engine/protocol.ts';
import { loadLab } from '../labs/index.ts';
import { presetKnobs, type Lab } from '../labs/lab.ts';
import type { Client } from './client.ts';

/** A run that the trainer was asked for before the page was there. */
export interface Begun {
  lab: Lab;
  /** Steps per second at which it plays. */
  pace: number;
  loaded: Promise<Loaded>;
}

/** What a visitor sees first: a lab's opening preset, and what it tells. */
export function openingLog(lab: Lab): RunLog {
  const preset = lab.presets.find(({ id }) => id === lab.opening);
  return {
    lab: lab.id,
    preset: lab.opening,
    seed: 0,
    knobs: presetKnobs(lab, lab.opening),
    events: preset?.events ?? [],
    free: true,
  };
}

/**
 * Has the trainer begin the opening of a lab, by the way that needs the fewest scripts.
 *
 * @throws Error where the lab could not be fetched
 */
export async function beginOpening(id: string, client: Client, pace: number, play: boolean): Promise<Begun> {
  const lab = await loadLab(id);
  const loaded = client.call('load', openingLog(lab), { pace, play });
  // The page that takes it up reports it.
  loaded.catch(() => undefined);
  return { lab, pace, loaded };
}
