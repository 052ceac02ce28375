import type { Change } from '../../charts/pins.ts';
import type { RunEvent } from '../../engine/protocol.ts';
import type { Lab } from '../../labs/lab.ts';
import { reach } from '../../science/reach.ts';
import type { KnobValue, KnobValues } from '../../terms/knob.ts';
import { reachOf } from '../../terms/reachOf.ts';
import { formatEntry } from '../kit/format.ts';
import { formatShort } from './ticks.ts';

/** The reach of the head from a step on, until the next. */
export interface ReachFrom {
  step: number;
  reach: number;
}

/** How the reach went, from the knobs at step 0 and the log. @param events by step */
export function reachHistory(initial: KnobValues, events: readonly RunEvent[]): ReachFrom[] {
  const history: ReachFrom[] = [{ step: 0, reach: reachOf(initial) }];
  let knobs = initial;
  for (const { step, key, value } of events) {
    knobs = { ...knobs, [key]: value };
    const reach = reachOf(knobs);
    const last = history.at(-1);
    if (last?.step === step) last.reach = reach;
    else if (last?.reach !== reach) history.push({ step, reach });
  }
  return history;
}

/** The reach at a step; where it moved, the one after. */
export function reachIn(history: readonly ReachFrom[], step: number): number {
  return history.findLast((entry) => entry.step <= step)?.reach ?? Infinity;
}

/** The least entropy within reach at each of rising steps. @param K classes */
export function lowestEntropies(
  history: readonly ReachFrom[],
  steps: readonly number[],
  K: number,
): number[] {
  const lowest = history.map((entry) => reach(K, entry.reach).minEntropy);
  let at = 0;
  return steps.map((step) => {
    while ((history[at + 1]?.step ?? Infinity) <= step) at++;
    return lowest[at] ?? 0;
  });
}

/** Moves that are one change: those of one gesture, else those of one step. */
interface Moved {
  steps: number[];
  /** The last value of each knob. */
  to: Map<string, KnobValue>;
  /** Its value before. */
  from: Map<string, KnobValue | undefined>;
}

/**
 * What was changed, in words: one entry for each gesture, and for each step where something else was changed. The reach
 * comes first, for it is what most changes are about.
 *
 * @param initial knobs at step 0 @param events by step
 */
export function changesOf(
  lab: Lab,
  initial: KnobValues,
  events: readonly RunEvent[],
  history: readonly ReachFrom[] | undefined,
): Change[] {
  const moves = new Map<string, Moved>();
  const knobs: Record<string, KnobValue> = { ...initial };
  for (const { step, key, value, gesture } of events) {
    if (key === 'pause') continue;
    const name = gesture === undefined ? `step ${step}` : `gesture ${gesture}`;
    const moved: Moved = moves.get(name) ?? { steps: [], to: new Map(), from: new Map() };
    moves.set(name, moved);
    if (moved.steps.at(-1) !== step) moved.steps.push(step);
    if (!moved.from.has(key)) moved.from.set(key, knobs[key]);
    moved.to.set(key, value);
    knobs[key] = value;
  }
  return [...moves.values()].map(({ steps, to, from }) => {
    const [first = 0] = steps;
    const told = [...to].map(([key, value]) =>
      knobText(lab, key, value, steps.length > 1 ? from.get(key) : undefined),
    );
    return { step: first, steps, count: to.size, ...wordsFor(told, reachText(steps, history)) };
  });
}

/** @param knobs each change in words @param reach how the reach moved, if it did */
function wordsFor(knobs: readonly string[], reach: string | undefined): Pick<Change, 'text' | 'details'> {
  const [first = ''] = knobs;
  const text = reach ?? (knobs.length === 1 ? first : `${knobs.length} changes`);
  return { text, details: reach === undefined ? knobs : [reach, ...knobs] };
}

function reachText(steps: readonly number[], history: readonly ReachFrom[] | undefined): string | undefined {
  if (!history?.some(({ step }) => steps.includes(step))) return undefined;
  const before = history.findLast(({ step }) => step < (steps[0] ?? 0));
  const after = history.findLast(({ step }) => step <= (steps.at(-1) ?? 0));
  if (!before || !after) return undefined;
  return `R ${formatShort(before.reach)} → ${formatShort(after.reach)}`;
}

/** @param from where it moved from, for what took several steps */
function knobText(lab: Lab, key: string, value: KnobValue, from: KnobValue | undefined): string {
  if (key === 'executor') return `on ${String(value)}`;
  const knob = lab.knobs.find((candidate) => candidate.key === key);
  return `${knob?.label ?? key} ${from === undefined ? '' : `${shown(from)} → `}${shown(value)}`;
}

const shown = (value: KnobValue): string =>
  typeof value === 'number' ? formatEntry(value) : value === true ? 'on' : value === false ? 'off' : value;
