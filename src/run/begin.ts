import type { Loaded, RunLog } from '../engine/protocol.ts';
import { labs } from '../labs/index.ts';
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

/** Has the trainer begin the opening of the first lab, by the way that needs the fewest scripts. */
export function beginOpening(client: Client, pace: number, play: boolean): Begun {
  const lab = labs[0] as Lab;
  const loaded = client.call('load', openingLog(lab), { pace, play });
  // Who takes it up is told.
  loaded.catch(() => undefined);
  return { lab, pace, loaded };
}
