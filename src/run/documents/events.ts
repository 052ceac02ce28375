import type { RunEvent } from '../../engine/protocol.ts';
import type { Lab, Problem } from '../../labs/lab.ts';
import type { KnobValue } from '../../terms/knob.ts';
import { settled } from './config.ts';
import { placed, type Place } from './documents.ts';
import { isExecutor } from './executors.ts';
import { UnknownKeys } from './unknownKeys.ts';
import { isCount, isRecord, isValue } from './shapes.ts';
import { atOnce, type Sliced } from './slices.ts';

/** Moves that are checked in one slice: some milliseconds. */
export const SLICE = 1_000;
/** More are counted only: nobody reads them. */
const MAX_NAMED = 100;
/** Keys that one event of a preset may set: a lab has some dozens of knobs. */
const MAX_SET = 500;
/** Keys have two parts; what is nested deeper, or contains itself, is left as it is and fails as a value. */
const MAX_DEPTH = 3;

export interface CheckedEvents {
  events: RunEvent[];
  problems: Problem[];
}

/** Events that are known to be few. @see eventsIn */
export const checkEvents = (lab: Lab, given: unknown): CheckedEvents => atOnce(eventsIn(lab, given));

/**
 * Events of a document, checked like knobs; what is wrong is named and left out or repaired. A log has as many events as
 * were made, so that there is no bound on them, and they are checked in slices.
 *
 * @param placeOf where each of them stands, in documents that have places
 */
export function* eventsIn(
  lab: Lab,
  given: unknown,
  placeOf: (i: number) => Place | undefined = () => undefined,
): Sliced<CheckedEvents> {
  if (!Array.isArray(given)) {
    const text = 'The events are not a list of steps with keys and values; the run goes without them.';
    return { events: [], problems: [{ key: 'events', text }] };
  }
  const knobs = new Map(lab.knobs.map((knob) => [knob.key, knob]));
  const unknown = new UnknownKeys(lab);
  const events: RunEvent[] = [];
  const problems: Problem[] = [];
  let unnamed = 0;
  let moves = 0;
  for (const [i, raw] of (given as readonly unknown[]).entries()) {
    const taken = toldBy(raw) ?? {
      moves: [],
      wrong: `Event ${String(i + 1)} is not a step from 0 with a key and a value, or with what to set; it was left out.`,
    };
    moves += Math.max(1, taken.moves.length);
    if (taken.wrong !== undefined) name(i, { key: 'events', text: taken.wrong });
    for (const move of taken.moves) check(move, i);
    if (moves < SLICE) continue;
    moves = 0;
    yield;
  }
  if (unnamed > 0)
    problems.push({ key: 'events', text: `${String(unnamed)} more problems with events are not listed.` });
  return { events, problems };

  function check(move: Move, i: number): void {
    const { key, value } = move;
    const knob = knobs.get(key);
    if (knob?.live) {
      const { value: used, problem } = settled(knob, value);
      take(move, used);
      if (problem) name(i, problem);
    } else if (knob)
      name(i, { key, text: `${key} restarts a run and cannot move within one; the event was left out.` });
    else if (key === 'pause' || (key === 'executor' && isExecutor(value))) take(move, value as KnobValue);
    else if (key === 'executor')
      name(i, { key, text: `The log hands over to an unknown executor "${String(value)}"; left out.` });
    else name(i, { key, text: unknown.sentence(key) });
  }

  function take({ step, key, gesture }: Move, value: KnobValue): void {
    const event = { step, key, value };
    events.push(gesture === undefined ? event : Object.assign(event, { gesture }));
  }

  function name(i: number, problem: Problem): void {
    if (problems.length < MAX_NAMED) problems.push(placed(problem, placeOf(i)));
    else unnamed++;
  }
}

interface Move {
  step: number;
  key: string;
  value: unknown;
  /** Events of one drag have the same. */
  gesture?: number | undefined;
}

/** What an event moves: as logs write it, or as presets do. Undefined where it is neither. */
function toldBy(raw: unknown): { moves: readonly Move[]; wrong?: string } | undefined {
  if (!isRecord(raw) || !isCount(raw['step'])) return undefined;
  const { step, key, value, set, pause, gesture } = raw;
  if (typeof key === 'string' && isValue(value))
    return { moves: [{ step, key, value, gesture: isCount(gesture) ? gesture : undefined }] };
  const told = typeof set === 'object' && set !== null;
  if (!told && (set !== undefined || pause === undefined)) return undefined;
  if (pause !== undefined && typeof pause !== 'boolean') return undefined;
  const values = told ? valuesOf(set as Record<string, unknown>) : [];
  if (!values)
    return {
      moves: [],
      wrong: `The event of step ${String(step)} sets more than ${String(MAX_SET)} keys; it was left out.`,
    };
  const moves: Move[] = values.map(([name, one]) => ({ step, key: name, value: one }));
  return { moves: pause ? [...moves, { step, key: 'pause', value: true }] : moves };
}

/** Nested groups as dotted keys; undefined where there are more than any lab has. */
function valuesOf(groups: Readonly<Record<string, unknown>>): [string, unknown][] | undefined {
  const values: [string, unknown][] = [];
  const enter = (group: Readonly<Record<string, unknown>>, prefix: string, depth: number): boolean =>
    Object.keys(group).every((name) => {
      const value = group[name];
      if (isRecord(value) && depth > 0) return enter(value, `${prefix}${name}.`, depth - 1);
      return values.push([prefix + name, value]) <= MAX_SET;
    });
  return enter(groups, '', MAX_DEPTH) ? values : undefined;
}
