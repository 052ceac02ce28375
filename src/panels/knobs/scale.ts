import type { NumberKnob } from '../../terms/knob.ts';

/** Where values of a number knob lie on its slider, 0 at the left end to 1 at the right one, and back. */

/** Part of a `zeroLog` slider between 0 and the first value that is not. */
const ZERO_GAP = 0.04;
const DIGITS = 3;

export function toPosition(knob: NumberKnob, value: number): number {
  const { min, max } = knob;
  const inside = clamp(value, min, max);
  if (knob.scale === 'linear') return (inside - min) / (max - min);
  if (knob.scale === 'log') return Math.log(inside / min) / Math.log(max / min);
  const first = firstOf(knob);
  if (inside < first) return (ZERO_GAP * inside) / first;
  return ZERO_GAP + ((1 - ZERO_GAP) * Math.log(inside / first)) / Math.log(max / first);
}

/** The value at a position, with no more digits than a slider can mean. */
export function fromPosition(knob: NumberKnob, position: number): number {
  const { min, max } = knob;
  if (position >= 1) return max;
  if (position <= 0) return min;
  if (knob.scale === 'linear') {
    const quantum = knob.integer ? 1 : 10 ** Math.floor(Math.log10((max - min) / 500));
    return settle(knob, toMultiple(min + position * (max - min), quantum));
  }
  if (knob.scale === 'log') return settle(knob, min * (max / min) ** position);
  const first = firstOf(knob);
  if (position < ZERO_GAP) return position < ZERO_GAP / 2 ? 0 : first;
  return settle(knob, first * (max / first) ** ((position - ZERO_GAP) / (1 - ZERO_GAP)));
}

/** The value so many arrow keys further: a hundredth of a linear range, or the second digit of a logarithmic one. */
export function nudge(knob: NumberKnob, value: number, steps: number): number {
  let moved = value;
  for (let i = 0; i < Math.abs(steps); i++) moved = one(knob, moved, Math.sign(steps));
  return moved;
}

function one(knob: NumberKnob, value: number, direction: number): number {
  const { min, max } = knob;
  if (knob.scale === 'linear') {
    const step = knob.integer ? 1 : 10 ** Math.round(Math.log10((max - min) / 100));
    return settle(knob, toMultiple(value + direction * step, step / 10));
  }
  if (knob.scale === 'zeroLog') {
    const first = firstOf(knob);
    if (direction < 0 && value <= first) return 0;
    if (direction > 0 && value < first) return first;
  }
  // Downwards a power of ten belongs to the decade below it.
  const decade = Math.floor(Math.log10(value) + (direction < 0 ? -1e-9 : 1e-9));
  const step = Math.max(10 ** (decade - 1), knob.integer ? 1 : 0);
  return settle(knob, toMultiple(value + direction * step, step));
}

/** Steps that a key on a slider means, ten times as many with Shift; undefined where it means none. */
export function stepsOf({ key, shiftKey }: Pick<KeyboardEvent, 'key' | 'shiftKey'>): number | undefined {
  const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[key];
  return steps === undefined ? undefined : shiftKey ? 10 * steps : steps;
}

/** Where a `zeroLog` scale begins to be logarithmic. */
const firstOf = ({ logFrom, max }: NumberKnob): number => logFrom ?? max / 1000;

const clamp = (value: number, min: number, max: number): number => Math.min(max, Math.max(min, value));

const toMultiple = (value: number, quantum: number): number =>
  Number((Math.round(value / quantum) * quantum).toPrecision(12));

function settle(knob: NumberKnob, value: number): number {
  const rounded = knob.integer
    ? Math.round(value)
    : knob.scale === 'linear'
      ? value
      : Number(value.toPrecision(DIGITS));
  return clamp(rounded, knob.min, knob.max);
}
