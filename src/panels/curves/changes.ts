import type { Change } from '../../charts/pins.ts';
import type { RunEvent } from '../../engine/protocol.ts';
import type { Lab } from '../../labs/lab.ts';
import { reach } from '../../science/reach.ts';
import type { KnobValue, KnobValues } from '../../terms/knob.ts';
import { reachOf } from '../../terms/reachOf.ts';
import { formatEntry } from '../format.ts';
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

/** What was changed at each step of the log, in words; the reach first, for it is what most changes are about. */
export function changesOf(
  lab: Lab,
  events: readonly RunEvent[],
  history: readonly ReachFrom[] | undefined,
): Change[] {
  const bySteps = new Map<number, Map<string, KnobValue>>();
  for (const { step, key, value } of events) {
    if (key === 'pause') continue;
    const keys = bySteps.get(step) ?? new Map<string, KnobValue>();
    keys.set(key, value);
    bySteps.set(step, keys);
  }
  return [...bySteps].map(([step, keys]) => ({
    step,
    count: keys.size,
    ...wordsFor(
      [...keys].map((change) => knobText(lab, change)),
      reachText(step, history),
    ),
  }));
}

/** @param knobs each change in words @param reach how the reach moved, if it did */
function wordsFor(knobs: readonly string[], reach: string | undefined): Pick<Change, 'text' | 'details'> {
  const [first = ''] = knobs;
  const text = reach ?? (knobs.length === 1 ? first : `${knobs.length} changes`);
  return { text, details: reach === undefined ? knobs : [reach, ...knobs] };
}

function reachText(step: number, history: readonly ReachFrom[] | undefined): string | undefined {
  const at = history?.findIndex((entry) => entry.step === step) ?? -1;
  const [before, after] = [history?.[at - 1], history?.[at]];
  if (!before || !after) return undefined;
  return `R ${formatShort(before.reach)} → ${formatShort(after.reach)}`;
}

function knobText(lab: Lab, [key, value]: [string, KnobValue]): string {
  if (key === 'executor') return `on ${String(value)}`;
  const knob = lab.knobs.find((candidate) => candidate.key === key);
  const shown =
    typeof value === 'number' ? formatEntry(value) : value === true ? 'on' : value === false ? 'off' : value;
  return `${knob?.label ?? key} ${shown}`;
}
