import type { Sizes } from '../evaluate.ts';
import type { Axis } from '../expression.ts';

/**
 * Expressions as a program for a machine of vectors: instructions over arrays in which the rows of the batch (the
 * *sample* axis) lie side by side, one vector holding the same entry of neighbouring rows. What does not vary over the
 * batch holds one vector, the same number in every lane. `engine/wasm/assembly/program.ts` runs it.
 *
 * Numbers that depend on knobs alone are worked out by the host in f64 and are data: moving a knob changes no
 * instruction. Only where such a number is zero (a term that is switched off) or decides (a choice) does the program
 * leave out what has no part in the result; it says under which decisions it holds. Or it leaves out nothing, and holds
 * for all knobs.
 */

/** In the order of the machine's numbers for them. */
export const OPERATIONS = [
  'copy',
  'neg',
  'exp',
  'log',
  'log1p',
  'sqrt',
  'abs',
  'relu',
  'sigmoid',
  'add',
  'sub',
  'mul',
  'div',
  'pow',
  'maximum',
  'minimum',
  'greater',
  'greaterEqual',
  'equal',
  'select',
  'multiplyAdd',
  'sum',
  'max',
  'logsumexp',
  'firstMax',
  'dot',
  'laneSum',
  'laneMax',
  'laneLogsumexp',
  'laneFirstMax',
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** An array of the program. Its rows are what its axes but the sample axis count. */
export interface ArrayOf {
  kind: 'array';
  rows: number;
  /** Whether it varies over the batch. */
  lanes: boolean;
  /** Given from outside, or taken there, under this name; else it lives while the program runs. */
  name?: string;
  /** Position among the arrays that live while the program runs. */
  slot: number;
}

/** A number that the host works out, in every lane: position among `scalars`. */
export interface ScalarOf {
  kind: 'scalar';
  at: number;
}

export interface Operand {
  of: ArrayOf | ScalarOf;
  /** Row at which to begin, and rows from one row of the result to the next. */
  first: number;
  step: number;
}

export interface Instruction {
  operation: Operation;
  out: Operand & { of: ArrayOf };
  /** Rows of the result. */
  rows: number;
  from: readonly Operand[];
  /** Length of the axis that a reduction goes over; `step` of its operands is then the way along it. */
  length: number;
  /** Rows that lie side by side, of a reduction. */
  across: number;
}

export interface Program {
  /** For each block of rows of the batch. */
  block: readonly Instruction[];
  /** After all blocks, on what they summed up. */
  final: readonly Instruction[];
  /** Whether the batch may be cut into blocks: nothing that varies over it waits for a sum over it. */
  divisible: boolean;
  scalars: readonly HostNumber[];
  /** For each scalar its value, where it is the same whatever the knobs are. */
  constants: readonly (number | undefined)[];
  /** Rows of each slot, and whether it varies over the batch; slots are used again by what comes later. */
  slots: readonly { rows: number; lanes: boolean }[];
  /** Where each output lies. */
  outputs: readonly (ArrayOf | ScalarOf)[];
  /** Whether the program, made for other knobs, computes the same for these. */
  holds: (knob: Knobs) => boolean;
}

/** A numeric knob by its key. */
export type Knobs = (key: string) => number;
/** A number that the host works out, in f64. */
export type HostNumber = (knob: Knobs) => number;

export interface Shape {
  sample: Axis;
  /** Lengths of all axes; that of the sample axis is the batch size. */
  sizes: Sizes;
}
