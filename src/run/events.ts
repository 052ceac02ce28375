import * as v from 'valibot';
import { EXECUTORS, type RunEvent } from '../engine/protocol.ts';
import type { Lab, Problem } from '../labs/lab.ts';
import { flatten } from '../labs/presets.ts';
import { checkKnobs } from './config.ts';
import { placed, type Place } from './documents.ts';

const MAX_EVENTS = 100_000;
const MAX_STEP = 10_000_000;
/** More are counted only: nobody reads them. */
const MAX_NAMED = 100;

const step = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_STEP));
/** As logs write them. */
const plain = v.object({ step, key: v.string(), value: v.union([v.number(), v.boolean(), v.string()]) });
/** As presets write them. */
const told = v.pipe(
  v.object({
    step,
    set: v.optional(v.custom<Record<string, unknown>>((set) => typeof set === 'object' && set !== null)),
    pause: v.optional(v.boolean()),
  }),
  v.check(({ set, pause }) => set !== undefined || pause !== undefined),
);
const single = v.union([plain, told]);

/**
 * Events of a document, checked like knobs; what is wrong is named and left out or repaired.
 *
 * @param places where each of them stands, in documents that have places
 */
export function checkEvents(
  lab: Lab,
  given: unknown,
  places: readonly Place[] = [],
): { events: RunEvent[]; problems: Problem[] } {
  const refused = (text: string): ReturnType<typeof checkEvents> => ({
    events: [],
    problems: [{ key: 'events', text }],
  });
  if (!Array.isArray(given))
    return refused('The events are not a list of steps with keys and values; the run goes without them.');
  if (given.length > MAX_EVENTS)
    return refused(
      `There are ${String(given.length)} events, and at most ${String(MAX_EVENTS)} can be replayed; the run goes without them.`,
    );
  const restarting = new Set(lab.knobs.flatMap(({ key, live }) => (live ? [] : [key])));
  const problems: Problem[] = [];
  const events = given.flatMap((raw: unknown, i): RunEvent[] => {
    const before = problems.length;
    const taken = take(raw, i);
    const place = places[i];
    if (place) problems.splice(before, Infinity, ...problems.slice(before).map((one) => placed(one, place)));
    return taken;
  });
  const more = problems.length - MAX_NAMED;
  if (more > 0) {
    problems.length = MAX_NAMED;
    problems.push({ key: 'events', text: `${String(more)} more problems with events are not listed.` });
  }
  return { events, problems };

  function take(raw: unknown, i: number): RunEvent[] {
    const parsed = v.safeParse(single, raw);
    if (!parsed.success) {
      problems.push({
        key: 'events',
        text: `Event ${String(i + 1)} is not a step from 0 to ${String(MAX_STEP)} with a key and a value, or with what to set; it was left out.`,
      });
      return [];
    }
    const event = parsed.output;
    if ('key' in event) return one(event);
    const { knobs, problems: wrong } = live(flatten(event.set ?? {}));
    problems.push(...wrong);
    return [
      ...Object.entries(knobs).map(([key, value]) => ({ step: event.step, key, value })),
      ...(event.pause ? [{ step: event.step, key: 'pause', value: true }] : []),
    ];
  }

  function one(event: RunEvent): RunEvent[] {
    if (event.key === 'pause') return [event];
    if (event.key === 'executor') {
      if (EXECUTORS.some((id) => id === event.value)) return [event];
      problems.push({
        key: 'executor',
        text: `The log hands over to an unknown executor "${String(event.value)}"; left out.`,
      });
      return [];
    }
    const { knobs, problems: wrong } = live({ [event.key]: event.value });
    problems.push(...wrong);
    return Object.entries(knobs).map(([key, value]) => ({ step: event.step, key, value }));
  }

  /** Only live knobs can move in a run. */
  function live(values: Readonly<Record<string, unknown>>): ReturnType<typeof checkKnobs> {
    const entries = Object.entries(values);
    const moving = entries.filter(([key]) => !restarting.has(key));
    const { knobs, problems: wrong } = checkKnobs(lab, Object.fromEntries(moving));
    const fixed = entries.flatMap(([key]) => (restarting.has(key) ? [key] : []));
    const left = fixed.map((key) => ({
      key,
      text: `${key} restarts a run and cannot move within one; the event was left out.`,
    }));
    return { knobs, problems: [...wrong, ...left] };
  }
}
