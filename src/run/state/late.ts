/**
 * What the run of the page needs to read what it is given, and to write links. Loaded beside the trainer, for the first
 * picture needs none of it.
 */
import type { RunLog } from '../../engine/protocol.ts';
import type { KnobValues } from '../../terms/knob.ts';
import { checkMoves } from '../documents/config.ts';
import { toLink } from '../documents/link.ts';
import { resolveRequest, type Resolved, type Standing } from '../documents/request.ts';
import { sameEvents } from './sameEvents.ts';
import { isRecord } from '../documents/shapes.ts';
import type { Origin } from './origin.ts';
import type { Shown } from './shown.svelte.ts';

export { known } from '../documents/request.ts';
export { revived, withDefaults } from './revive.ts';
export { Revivals } from './revivals.ts';

/** @throws Error or ConfigError with a sentence */
export function readRequest(given: unknown, standing: Standing): Promise<Resolved> {
  if (!isRecord(given)) throw new Error('load() takes an object, such as { preset: "before" }.');
  return resolveRequest(given, standing);
}

/** @param call as it is written @throws Error with a sentence */
export function checkWhole(call: string, n: unknown, from: number, to: number): void {
  if (Number.isInteger(n) && Number(n) >= from && Number(n) <= to) return;
  throw new Error(`${call} needs a whole number from ${String(from)} to ${String(to)}, not ${shown(n)}.`);
}

const shown = (given: unknown): string =>
  typeof given === 'string'
    ? JSON.stringify(given.slice(0, 60))
    : isRecord(given)
      ? 'an object'
      : String(given);

/** What set() was given: live knobs to move; or a run that takes the place of this one, and what is said of it. */
export type Asked = { knobs: KnobValues } | { restart: RunLog; text: string };

/** @throws ConfigError by name */
export function readSet(run: Shown, { pinned, free }: Origin, given: unknown): Asked {
  const { knobs, seed } = readMoves(run, given);
  const structural = run.lab.knobs.filter(
    ({ key, live }) => !live && knobs[key] !== undefined && knobs[key] !== run.knobs[key],
  );
  const reseeded = seed !== undefined && seed !== run.seed;
  if (structural.length === 0 && !reseeded) return { knobs };
  const restart: RunLog = {
    lab: run.lab.id,
    preset: run.preset,
    seed: seed ?? run.seed,
    knobs: { ...run.knobs, ...knobs },
    events: [],
    free,
    ...(pinned && { executor: pinned }),
  };
  const names = [...structural.map(({ label }) => label), ...(reseeded ? ['Seed'] : [])];
  return { restart, text: `${names.join(', ')}: the run restarted from step 0.` };
}

/** Knobs as a handle moves them: live ones. @throws Error by name */
export function readDrag(run: Shown, given: unknown): KnobValues {
  const { knobs, seed } = readMoves(run, given);
  const fixed = run.lab.knobs.filter(({ key, live }) => !live && key in knobs).map(({ key }) => key);
  if (seed !== undefined) fixed.push('seed');
  if (fixed.length > 0) throw new Error(`${fixed.join(', ')} cannot move in a run: a change restarts it.`);
  return knobs;
}

function readMoves({ lab, knobs }: Shown, given: unknown): ReturnType<typeof checkMoves> {
  if (!isRecord(given))
    throw new Error('set() takes an object of knobs, such as { "model.temperature": 1 }.');
  return checkMoves(lab, given, knobs);
}

/**
 * The hash of a link, without the #: the configuration as it is now, or the run from step 0 with all that was changed, on
 * the executor that it began on.
 *
 * @param given whether with the `log`; what is still being told is written as it was told where `told` is asked for
 * @throws Error where it is something else
 */
export function linkOf(run: Shown, origin: Origin, given: unknown): string {
  const known = isRecord(given) && Object.entries(given).every(([key, on]) => isOption(key, on));
  if (!known) throw new Error('share() takes nothing, or { log: true } for the run with what was changed.');
  const { log = false, told = false } = given as { log?: boolean; told?: boolean };
  const { plan, startedOn } = origin;
  const of = { preset: run.preset, seed: run.seed };
  if (origin.told(run.events)) {
    const preset = run.lab.presets.find(({ id }) => id === run.preset);
    // What a preset tells by itself needs no words.
    if (preset && sameEvents(plan, preset.events)) return toLink(run.lab, { ...of, knobs: run.initial });
    if (told) return toLink(run.lab, { ...of, knobs: run.initial, events: plan, executor: startedOn });
  }
  return toLink(run.lab, {
    ...of,
    knobs: log ? run.initial : run.knobs,
    ...(log && { events: run.events, executor: startedOn }),
  });
}

const isOption = (key: string, on: unknown): boolean =>
  (key === 'log' || key === 'told') && (on === undefined || typeof on === 'boolean');
