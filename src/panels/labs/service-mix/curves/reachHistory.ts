import type { RunEvent } from '../../../../engine/protocol.ts';
import { reach } from '../../../../science/reach.ts';
import type { KnobValues } from '../../../../terms/knob.ts';
import { reachOf } from '../../../../terms/reachOf.ts';
import { formatShort } from '../../../curves/ticks.ts';

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

/** How the reach moved by changes at these steps, in words; undefined where it did not. */
export function reachText(steps: readonly number[], history: readonly ReachFrom[]): string | undefined {
  if (!history.some(({ step }) => steps.includes(step))) return undefined;
  const before = history.findLast(({ step }) => step < (steps[0] ?? 0));
  const after = history.findLast(({ step }) => step <= (steps.at(-1) ?? 0));
  if (!before || !after) return undefined;
  return `R ${formatShort(before.reach)} → ${formatShort(after.reach)}`;
}
