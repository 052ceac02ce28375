import type { RunEvent } from '../../../engine/protocol.ts';
import type { KnobValues } from '../../../terms/knob.ts';
import { reachHistory } from './curves/reachHistory.ts';

/** A change of reach after which the model could say what it knew. */
export interface Recovery {
  /** Of the change; of the first move, where it was a drag. */
  step: number;
  from: number;
  to: number;
  klBefore: number;
  klSoon: number;
  /** Steps between the two. */
  steps: number;
  /** Share of right first choices before the change. */
  agreementBefore: number;
}

/** The step at which the reach was last made smaller; undefined where it has only grown. */
export function cutAt(initial: KnobValues, events: readonly RunEvent[]): number | undefined {
  const [before, last] = reachHistory(initial, events).slice(-2);
  return before && last && last.reach < before.reach ? last.step : undefined;
}

/** KL must have fallen to this share of what it was. */
const FALL = 1 / 8;
/** Moves that follow each other within so many steps are one drag. */
const DRAG_STEPS = 60;
/** When the first effect is told. */
const SOON = 5;

/**
 * What brought a run back; undefined where nothing did, or no change of reach was near.
 *
 * @param initial knobs at step 0 @param events by step
 * @param steps,kl,agreement recorded rows, rising by step
 */
export function recoveryOf(
  initial: KnobValues,
  events: readonly RunEvent[],
  { steps, kl, agreement }: Readonly<Record<'steps' | 'kl' | 'agreement', readonly number[]>>,
): Recovery | undefined {
  const now = kl.at(-1);
  if (now === undefined || events.length === 0) return undefined;
  const history = reachHistory(initial, events);
  const high = kl.findLastIndex((value) => value * FALL > now);
  const cause = history.findLastIndex((entry) => entry.step <= (steps[high] ?? -1));
  let first = cause;
  while (first > 1 && (history[first]?.step ?? 0) - (history[first - 1]?.step ?? 0) < DRAG_STEPS) first--;
  const [before, change, last] = [history[first - 1], history[first], history.at(-1)];
  if (!before || !change || !last || !(last.reach > before.reach)) return undefined;
  const row = steps.findIndex((step) => step >= change.step);
  const soon = steps.findIndex((step) => step >= change.step + SOON);
  const [klBefore, klSoon, agreementBefore] = [kl[row], kl[soon], agreement[row]];
  if (klBefore === undefined || klSoon === undefined || !(klBefore * FALL > now)) return undefined;
  return {
    step: change.step,
    from: before.reach,
    to: last.reach,
    klBefore,
    klSoon,
    steps: (steps[soon] ?? 0) - change.step,
    agreementBefore: agreementBefore ?? NaN,
  };
}
