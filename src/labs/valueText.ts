import type { Knob, KnobValue } from '../terms/knob.ts';

/** Digits of a knob's number: all that a user sets, without the rounding errors that arithmetic leaves behind them. */
const DIGITS = 6;

/** A knob's value as a word: a switch is on or off, a choice what its option is called. */
export function valueText(knob: Knob | undefined, value: KnobValue): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'number') return String(Number(value.toPrecision(DIGITS)));
  if (knob?.kind === 'choice') return knob.options.find((option) => option.value === value)?.label ?? value;
  return value === '' ? 'empty' : value;
}
