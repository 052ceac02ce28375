import * as v from 'valibot';
import { EXECUTORS, type RunEvent } from '../engine/protocol.ts';
import type { Lab, Problem } from '../labs/lab.ts';
import { flatten } from '../labs/presets.ts';
import { checkKnobs } from './config.ts';

const MAX_EVENTS = 100_000;
const MAX_STEP = 10_000_000;

const step = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_STEP));
/** As logs write them. */
const plain = v.object({ step, key: v.string(), value: v.union([v.number(), v.boolean(), v.string()]) });
/** As presets write them. */
const told = v.object({
  step,
  set: v.optional(v.record(v.string(), v.unknown())),
  pause: v.optional(v.boolean()),
});
const list = v.pipe(v.array(v.union([plain, told])), v.maxLength(MAX_EVENTS));

/** Events of a document, checked like knobs; what is wrong is named and left out or repaired. */
export function checkEvents(lab: Lab, given: unknown): { events: RunEvent[]; problems: Problem[] } {
  const parsed = v.safeParse(list, given);
  if (!parsed.success)
    return {
      events: [],
      problems: [
        {
          key: 'events',
          text: 'The events are not a list of steps with keys and values; the run goes without them.',
        },
      ],
    };
  const problems: Problem[] = [];
  const events = parsed.output.flatMap((event): RunEvent[] => {
    if ('key' in event) return one(event);
    const { knobs, problems: wrong } = live(flatten(event.set ?? {}));
    problems.push(...wrong);
    return [
      ...Object.entries(knobs).map(([key, value]) => ({ step: event.step, key, value })),
      ...(event.pause ? [{ step: event.step, key: 'pause', value: true }] : []),
    ];
  });
  return { events, problems };

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
    const result = checkKnobs(lab, values);
    for (const key of Object.keys(result.knobs)) {
      if (lab.knobs.find((knob) => knob.key === key)?.live) continue;
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a plain record of a few keys
      delete result.knobs[key];
      result.problems.push({
        key,
        text: `${key} restarts a run and cannot move within one; the event was left out.`,
      });
    }
    return result;
  }
}
