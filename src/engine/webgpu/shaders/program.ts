import type {
  ArrayOf,
  Instruction,
  Operand,
  Operation,
  Program,
  ScalarOf,
} from '../../../terms/language/program.ts';
import { NUMBERS } from './bindings.ts';

/**
 * Instructions of the loss language as WGSL, in one of two ways: `unrolled`, every number in a variable of its own, for
 * heads whose rows are classes; or as `loops` over arrays in memory, for heads with many outputs or with sums over the
 * batch that others wait for.
 */

/** WGSL of a number that a shader reads at a row of an operand. */
export type Read = (operand: Operand, row: number) => string;

const literal = (x: number): string => {
  const text = String(Math.fround(x));
  return x < 0 || Object.is(x, -0) ? `(${text}f)` : `${text}f`;
};

/** A scalar as WGSL: a literal where it is the same for all knobs, else what `numbers` holds. */
export function scalarText(program: Program, { at }: ScalarOf): string {
  const value = program.constants[at];
  return value !== undefined && Number.isFinite(value) ? literal(value) : `k${String(at)}`;
}

/** Scalars that are read from memory, for they depend on knobs or cannot be written. */
const scalarsOf = (program: Program): number[] =>
  program.constants.flatMap((value, at) => (value !== undefined && Number.isFinite(value) ? [] : [at]));

/** Whether an operand is a number that knobs can make zero: then a product with it is zero. */
const switches = (program: Program, { of }: Operand): boolean =>
  of.kind === 'scalar' && program.constants[of.at] === undefined;

const times = (program: Program, a: Operand, b: Operand, x: string, y: string): string =>
  switches(program, a) ? `scaled(${x}, ${y})` : switches(program, b) ? `scaled(${y}, ${x})` : `${x} * ${y}`;

const UNARY: Partial<Record<Operation, (x: string) => string>> = {
  copy: (x) => x,
  neg: (x) => `-${x}`,
  exp: (x) => `expOf(${x})`,
  log: (x) => `logOf(${x})`,
  log1p: (x) => `log1pOf(${x})`,
  sqrt: (x) => `sqrt(${x})`,
  abs: (x) => `abs(${x})`,
  relu: (x) => `select(${x}, 0f, ${x} <= 0f)`,
  sigmoid: (x) => `sigmoidOf(${x})`,
};

const truth = (condition: string): string => `select(0f, 1f, ${condition})`;

const BINARY: Partial<Record<Operation, (x: string, y: string) => string>> = {
  add: (x, y) => `${x} + ${y}`,
  sub: (x, y) => `${x} - ${y}`,
  pow: (x, y) => `powOf(${x}, ${y})`,
  maximum: (x, y) => `max(${x}, ${y})`,
  minimum: (x, y) => `min(${x}, ${y})`,
  greater: (x, y) => truth(`${x} > ${y}`),
  greaterEqual: (x, y) => truth(`${x} >= ${y}`),
  equal: (x, y) => truth(`${x} == ${y}`),
};

/** What an elementwise instruction makes of its operands. */
export function elementText(program: Program, { operation, from }: Instruction, values: string[]): string {
  const [x, y, z] = values as [string, string, string];
  const [a, b] = from as [Operand, Operand];
  const unary = UNARY[operation];
  if (unary) return unary(x);
  const binary = BINARY[operation];
  if (binary) return binary(x, y);
  switch (operation) {
    case 'mul':
      return times(program, a, b, x, y);
    case 'div':
      return switches(program, a) ? `scaled(${x}, 1f / ${y})` : `${x} / ${y}`;
    case 'multiplyAdd':
      return `${times(program, a, b, x, y)} + ${z}`;
    case 'select':
      return `select(${z}, ${y}, ${x} != 0f)`;
    default:
      throw new Error(`The operation ${operation} is not one of elements.`);
  }
}

/** Operations whose result at a place needs their operands at this place only. */
export const isElementwise = (operation: Operation): boolean =>
  operation in UNARY || operation in BINARY || ['mul', 'div', 'multiplyAdd', 'select'].includes(operation);

export const rowOf = ({ first, step }: Operand, i: number): number => first + i * step;

/** The variable of a number in unrolled code. */
export const variable = (of: ArrayOf, row: number): string =>
  of.name === undefined ? `s${String(of.slot)}_${String(row)}` : `${of.name}_${String(row)}`;

/** Statements of an instruction with everything in variables. */
export function unrolled(program: Program, instruction: Instruction): string[] {
  const { operation, out, rows, from, length, across } = instruction;
  const read: Read = ({ of }, row) => (of.kind === 'scalar' ? scalarText(program, of) : variable(of, row));
  const to = (row: number): string => variable(out.of, row);
  if (isElementwise(operation))
    return Array.from({ length: rows }, (_, r) => {
      const values = from.map((operand) => read(operand, rowOf(operand, r)));
      return `${to(rowOf(out, r))} = ${elementText(program, instruction, values)};`;
    });
  return Array.from({ length: across }, (_, side) => {
    const along = (operand: Operand): string[] =>
      Array.from({ length }, (_, j) => read(operand, operand.first + j * operand.step + side));
    const x = along(from[0] as Operand);
    const top = x.reduce((a, b) => `max(${a}, ${b})`);
    const here = to(out.first + side);
    switch (operation) {
      case 'sum':
        return [`${here} = ${x.join(' + ')};`];
      case 'max':
        return [`${here} = ${top};`];
      case 'dot':
        return [
          `${here} = ${along(from[1] as Operand)
            .map((y, j) => `${x[j] ?? ''} * ${y}`)
            .join(' + ')};`,
        ];
      case 'logsumexp':
        return [
          `{ let top = ${top}; ${here} = top + logOf(${x.map((value) => `expOf(${value} - top)`).join(' + ')}); }`,
        ];
      case 'firstMax':
        return [
          `{ let top = ${top}; var found = false;`,
          ...x.map(
            (value, j) =>
              `  { let now = !found && ${value} == top; ${to(out.first + j * out.step + side)} = ${truth('now')}; found = found || now; }`,
          ),
          '}',
        ];
      default:
        throw new Error(`The operation ${operation} goes over the rows of the batch.`);
    }
  }).flat();
}

/** WGSL: scalars as constants of the function. */
export const readScalars = (made: Program): string =>
  scalarsOf(made)
    .map((at) => `let k${String(at)} = numbers[n0 + ${String(NUMBERS.head + at)}u];`)
    .join('\n  ');

/** Numbers of a member in `numbers`, a multiple of four. */
export const numbersPerMember = ({ scalars }: Pick<Program, 'scalars'>): number =>
  4 * Math.ceil((NUMBERS.head + scalars.length) / 4);
