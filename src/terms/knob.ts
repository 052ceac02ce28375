import type { Expression } from './language/expression.ts';

/** A knob is one number, switch or choice of a lab, declared once: panel, URL, YAML, console and docs derive from it. */

export type KnobValue = number | boolean | string;
export type KnobValues = Readonly<Record<string, KnobValue>>;

interface KnobBase {
  /** Dotted, as in YAML, URL and console: `loss.entropy_weight`. */
  key: string;
  label: string;
  /** How formulas write it: `w`, `H_min`. Absent: its number, or its label. */
  symbol?: string;
  /** One sentence: what it does. */
  caption: string;
  /** Where it stands, for a knob of no term: what is set to what. */
  formula?: { of: string; is: Expression };
  /** Paper or document that the knob comes from. */
  source?: string;
  /** Live knobs change a running training at the next step; the others restart the run. */
  live: boolean;
  unit?: string;
  /** Why the knob has no effect under these values, as a sentence; undefined when it has one. */
  inactive?: (values: KnobValues) => string | undefined;
}

export interface NumberKnob extends KnobBase {
  kind: 'number';
  min: number;
  max: number;
  default: number;
  /** `zeroLog` is logarithmic from `logFrom` on, with 0 at the left end. */
  scale: 'linear' | 'log' | 'zeroLog';
  logFrom?: number;
  integer?: boolean;
}

export interface SwitchKnob extends KnobBase {
  kind: 'switch';
  default: boolean;
}

export interface ChoiceKnob extends KnobBase {
  kind: 'choice';
  options: readonly { value: string; label: string }[];
  default: string;
}

/** Free text with a form of its own, such as the widths of hidden layers. */
export interface TextKnob extends KnobBase {
  kind: 'text';
  default: string;
  /** What is wrong with a text, as a sentence; undefined when it is right. */
  check: (text: string) => string | undefined;
  placeholder?: string;
}

export type Knob = NumberKnob | SwitchKnob | ChoiceKnob | TextKnob;

/** A live knob's value as the number that executors see: a switch is 0 or 1, a choice the position of its option. */
export function numericValue(knob: Knob, value: KnobValue): number {
  if (knob.kind === 'choice') return knob.options.findIndex((option) => option.value === value);
  return Number(value);
}

/** The value of a number knob. @throws when the key has no number: the lab does not declare the knob */
export function numberAt(values: KnobValues, key: string): number {
  const value = values[key];
  if (typeof value !== 'number') throw new Error(`The knob ${key} has no number.`);
  return value;
}
