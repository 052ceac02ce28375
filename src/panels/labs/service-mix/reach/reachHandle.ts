import type { NumberKnob } from '../../../../terms/knob.ts';
import { numberAt, type KnobValues } from '../../../../terms/knob.ts';
import { reachOf } from '../../../../terms/reachOf.ts';
import { logPosition } from '../../../kit/histogram.ts';
import { nudge } from '../../../knobs/scale.ts';

/** The reach R as one handle: where it stands on its axis, and which knobs a new place of it means. */

/** The axis of the handle; what lies beyond stands at its ends. */
export const AXIS = { from: 0.1, to: 40 };
/** Share of the axis for finite reaches; its right end is no limit at all. */
const FINITE = 0.93;
/** Knobs say no more digits than a hand can mean. */
const DIGITS = 3;

export const positionOf = (R: number): number =>
  R === Infinity ? 1 : FINITE * logPosition(R, AXIS.from, AXIS.to);

export function reachAt(position: number): number {
  if (position > (1 + FINITE) / 2) return Infinity;
  const share = Math.min(1, Math.max(0, position / FINITE));
  return rounded(AXIS.from * (AXIS.to / AXIS.from) ** share);
}

const STEPS: NumberKnob = {
  kind: 'number',
  key: 'reach',
  label: 'Reach',
  caption: '',
  live: true,
  min: AXIS.from,
  max: AXIS.to,
  default: AXIS.to,
  scale: 'log',
};

/** So many arrow keys further; beyond the last finite reach there is no limit. */
export function nudgeReach(R: number, steps: number): number {
  if (R === Infinity) return steps < 0 ? nudge(STEPS, AXIS.to, steps + 1) : Infinity;
  return R >= AXIS.to && steps > 0 ? Infinity : nudge(STEPS, R, steps);
}

interface Range {
  min: number;
  max: number;
}

/**
 * The knobs that give the head a reach, from what they are. More reach first takes a temperature above 1 back to 1, then
 * lengthens s; less reach shortens s. What leaves the range of s is left to T. Penalties read logits before the
 * temperature, so the same reach by a long s under a high T would leave MaxSup pulling that much harder.
 *
 * @param R 0 < R ≤ ∞; ∞ is LogitNorm off
 * @param from knobs where the drag began, so that a drag back ends where it began
 * @param ranges of s and T
 */
export function knobsForReach(
  R: number,
  from: KnobValues,
  ranges: { s: Range; T: Range },
): Record<string, number | boolean> {
  if (R === Infinity) return { 'model.use_logit_norm': false };
  const [s0, T0] = [numberAt(from, 'model.logit_norm'), numberAt(from, 'model.temperature')];
  const on = { 'model.use_logit_norm': true };
  const clampS = (s: number): number => Math.min(ranges.s.max, Math.max(ranges.s.min, s));
  // A temperature that does not act at inference has no part in the reach.
  if (from['model.temperature_at'] === 'training') return { ...on, 'model.logit_norm': rounded(clampS(R)) };
  const before = reachOf(from);
  const T1 = R > before && T0 > 1 ? Math.max(1, s0 / R) : T0;
  const s = clampS(R * T1);
  const T = Math.min(ranges.T.max, Math.max(ranges.T.min, s / R));
  return { ...on, 'model.logit_norm': rounded(s), 'model.temperature': rounded(T) };
}

const rounded = (x: number): number => Number(x.toPrecision(DIGITS));
