import { BINARY, UNARY, type Sizes } from './evaluate.ts';
import {
  operands,
  schedule,
  sameAxes,
  unionAxes,
  type Axis,
  type BinaryOp,
  type Expression,
  type ReduceOp,
  type UnaryOp,
} from './expression.ts';

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

type Knobs = (key: string) => number;
/** A number that the host works out, in f64. */
export type HostNumber = (knob: Knobs) => number;

export interface Shape {
  sample: Axis;
  /** Lengths of all axes; that of the sample axis is the batch size. */
  sizes: Sizes;
}

/** A value while the program is made. Axes that it lacks are broadcast. */
type Value = Host | Computed;
interface Host {
  kind: 'host';
  value: HostNumber;
  axes: readonly Axis[];
}
interface Computed {
  kind: 'array';
  axes: readonly Axis[];
  array: ArrayOf;
  /** Depends on a sum over the batch. */
  late: boolean;
}

/** The machine of vectors has no instruction for it. */
export class NoKernel extends Error {
  override name = 'NoKernel';
}

const NO_AXES: readonly Axis[] = [];

/**
 * @param outputs with the name under which each is taken outside, where it is; others live in a slot of their own
 * @param knob the numbers for which the program is made; without them it holds for all, and whoever runs it takes a
 *   product with a scalar of zero for zero, be the other factor infinite or not
 * @throws when an axis has no size
 * @throws NoKernel for `gather` and `oneHot` along the sample axis
 */
export function program(
  outputs: readonly { value: Expression; name?: string }[],
  { sample, sizes }: Shape,
  knob?: Knobs,
): Program {
  const lengthOf = (axis: Axis): number => {
    const length = sizes[axis];
    if (length === undefined) throw new Error(`The size of axis "${axis}" is not given.`);
    return length;
  };
  const outer = (axes: readonly Axis[]): readonly Axis[] => axes.filter((axis) => axis !== sample);
  const rowsOf = (axes: readonly Axis[]): number =>
    outer(axes).reduce((count, axis) => count * lengthOf(axis), 1);

  const emitted: { instruction: Instruction; late: boolean }[] = [];
  const inputs = new Map<string, ArrayOf>();
  const scalars: HostNumber[] = [];
  const scalarAt = new Map<HostNumber, number>();
  const decisions: { value: HostNumber; holds: (x: number) => boolean }[] = [];
  const constants = new Map<number, HostNumber>();
  const known = new Map<Expression, Value>();

  const constant = (value: number): Host => {
    let number = constants.get(value);
    if (!number) constants.set(value, (number = () => value));
    return { kind: 'host', value: number, axes: NO_AXES };
  };
  const constantOf = (value: HostNumber): number | undefined =>
    [...constants].find(([, of]) => of === value)?.[0];
  const ZERO = constant(0);
  const isZero = (x: Value): boolean => x.kind === 'host' && x.value === ZERO.value;

  /** True where a number of the host is just this now; the program then holds only as long as that stays so. */
  const isNow = (x: Value, number: 0 | 1): boolean => {
    if (x.kind !== 'host') return false;
    const fixed = constantOf(x.value);
    if (fixed !== undefined || !knob) return fixed === number;
    const is = x.value(knob) === number;
    decisions.push({ value: x.value, holds: (value) => (value === number) === is });
    return is;
  };

  const newArray = (axes: readonly Axis[]): ArrayOf => ({
    kind: 'array',
    rows: rowsOf(axes),
    lanes: axes.includes(sample),
    slot: -1,
  });

  const scalar = (value: HostNumber): ScalarOf => {
    let at = scalarAt.get(value);
    if (at === undefined) {
      at = scalars.push(value) - 1;
      scalarAt.set(value, at);
    }
    return { kind: 'scalar', at };
  };
  const source = (x: Value): ArrayOf | ScalarOf => (x.kind === 'host' ? scalar(x.value) : x.array);
  const lateOf = (values: readonly Value[]): boolean => values.some((x) => x.kind === 'array' && x.late);
  const unionOf = (values: readonly Value[]): readonly Axis[] => {
    const found = values.filter((x) => x.kind === 'array').map(({ axes }) => axes);
    const first = found[0] ?? NO_AXES;
    return found.every((axes) => sameAxes(axes, first)) ? first : unionAxes(...found);
  };

  const put = (instruction: Instruction, late: boolean): void => {
    emitted.push({ instruction, late });
  };

  /** One instruction for the whole result, or several where an operand lacks some of its outer axes and has others. */
  const elementwise = (
    operation: Operation,
    from: readonly Value[],
    axes = unionOf(from),
    into?: ArrayOf,
  ): Computed => {
    const array = into ?? newArray(axes);
    const late = lateOf(from);
    const all = outer(axes);
    const walk = (depth: number, at: Map<Axis, number>): void => {
      const rest = all.slice(depth);
      const simple = from.every((x) => {
        if (x.kind === 'host') return true;
        const has = rest.filter((axis) => x.axes.includes(axis));
        return has.length === 0 || has.length === rest.length;
      });
      if (!simple) {
        const axis = all[depth] as Axis;
        for (let i = 0; i < lengthOf(axis); i++) walk(depth + 1, new Map([...at, [axis, i]]));
        return;
      }
      const place = (
        x: Value | { kind: 'array'; axes: readonly Axis[] },
        of: ArrayOf | ScalarOf,
      ): Operand => {
        if (x.kind === 'host') return { of, first: 0, step: 0 };
        const own = outer(x.axes);
        let first = 0;
        own.forEach((axis) => {
          first = first * lengthOf(axis) + (at.get(axis) ?? 0);
        });
        return { of, first, step: rest.some((axis) => own.includes(axis)) ? 1 : 0 };
      };
      const out = place({ kind: 'array', axes }, array) as Operand & { of: ArrayOf };
      put(
        {
          operation,
          out,
          rows: rowsOf(rest),
          from: from.map((x) => place(x, source(x))),
          length: 0,
          across: 1,
        },
        late,
      );
    };
    walk(0, new Map());
    return { kind: 'array', axes, array, late };
  };

  /** Over one outer axis: for each entry of the axes before it, rows of those after it side by side. */
  const alongOuter = (operation: Operation, from: readonly Computed[], axis: Axis): Computed => {
    const x = from[0] as Computed;
    const own = outer(x.axes);
    const place = own.indexOf(axis);
    const across = rowsOf(own.slice(place + 1));
    const length = lengthOf(axis);
    const keeps = operation === 'firstMax';
    const axes = keeps ? x.axes : x.axes.filter((a) => a !== axis);
    const array = newArray(axes);
    const late = lateOf(from);
    for (let before = 0; before < rowsOf(own.slice(0, place)); before++)
      put(
        {
          operation,
          out: { of: array, first: before * across * (keeps ? length : 1), step: across },
          rows: 1,
          from: from.map(({ array: of }) => ({ of, first: before * across * length, step: across })),
          length,
          across,
        },
        late,
      );
    return { kind: 'array', axes, array, late };
  };

  /** Over the batch. */
  const alongLanes = (operation: Operation, x: Computed): Computed => {
    const keeps = operation === 'laneFirstMax';
    const axes = keeps ? x.axes : outer(x.axes);
    const array = newArray(axes);
    put(
      {
        operation,
        out: { of: array, first: 0, step: 1 },
        rows: rowsOf(axes),
        from: [{ of: x.array, first: 0, step: 1 }],
        length: 0,
        across: 1,
      },
      x.late,
    );
    return { kind: 'array', axes, array, late: true };
  };

  const full = (x: Value, axes: readonly Axis[]): Computed =>
    x.kind === 'array' && sameAxes(x.axes, axes) ? x : elementwise('copy', [x], axes);

  const unary = (op: UnaryOp, x: Value): Value => {
    if (op === 'stopGradient') return x;
    if (x.kind === 'array') return elementwise(op, [x]);
    const { value } = x;
    const f = UNARY[op];
    return isZero(x) ? constant(f(0)) : { kind: 'host', value: (k) => f(value(k)), axes: NO_AXES };
  };

  const binary = (op: BinaryOp, x: Value, y: Value): Value => {
    if (x.kind === 'host' && y.kind === 'host') {
      const f = BINARY[op];
      const [a, b] = [x.value, y.value];
      if (isZero(x) && isZero(y)) return constant(f(0, 0));
      if ((op === 'mul' && (isZero(x) || isZero(y))) || (op === 'div' && isZero(x))) return ZERO;
      if (op === 'add' && isZero(x)) return y;
      if ((op === 'add' || op === 'sub') && isZero(y)) return x;
      return { kind: 'host', value: (k) => f(a(k), b(k)), axes: NO_AXES };
    }
    // What is multiplied by a weight of zero is left out, be it infinite or not.
    if ((op === 'mul' || op === 'div') && isNow(x, 0)) return ZERO;
    if (op === 'mul' && isNow(y, 0)) return ZERO;
    if (op === 'mul' && isNow(x, 1)) return y;
    if ((op === 'mul' || op === 'div') && isNow(y, 1)) return x;
    if (op === 'add' && isNow(x, 0)) return y;
    if ((op === 'add' || op === 'sub') && isNow(y, 0)) return x;
    if (op === 'sub' && isZero(x)) return unary('neg', y);
    return elementwise(op, [x, y]);
  };

  const reduce = (op: ReduceOp, x: Value, axis: Axis): Value => {
    if (x.kind === 'host' || !x.axes.includes(axis)) {
      // The same all along the axis.
      const length = constant(lengthOf(axis));
      if (op === 'sum') return binary('mul', x, length);
      return op === 'max' ? x : binary('add', x, constant(Math.log(lengthOf(axis))));
    }
    if (axis === sample)
      return alongLanes(op === 'sum' ? 'laneSum' : op === 'max' ? 'laneMax' : 'laneLogsumexp', x);
    return alongOuter(op, [x], axis);
  };

  /** For each position along an outer axis: the sign whether the index names it. */
  const position = (index: Value, i: number): Value => binary('equal', index, constant(i));

  const outside = (op: string, axis: Axis): void => {
    if (axis === sample)
      throw new NoKernel(
        `${op} along the axis "${axis}" of the batch has no kernel: it runs on the executors oracle and tfjs, and on webgpu where tfjs computes on the same device.`,
      );
  };

  const lower = (x: Expression): Value => {
    switch (x.op) {
      case 'constant':
        return constant(x.value);
      case 'size':
        return constant(lengthOf(x.axis));
      case 'knob':
        return { kind: 'host', value: (k) => k(x.key), axes: NO_AXES };
      case 'input': {
        let array = inputs.get(x.name);
        if (!array) inputs.set(x.name, (array = { ...newArray(x.axes), name: x.name }));
        return { kind: 'array', axes: x.axes, array, late: false };
      }
      case 'expand':
        return at(x.of);
      case 'select': {
        const condition = at(x.condition);
        if (condition.kind === 'host' && knob) {
          const yes = condition.value(knob) !== 0;
          decisions.push({ value: condition.value, holds: (value) => (value !== 0) === yes });
          return at(yes ? x.yes : x.no);
        }
        const [yes, no] = [at(x.yes), at(x.no)];
        if (condition.kind === 'host' && yes.kind === 'host' && no.kind === 'host') {
          const [decides, a, b] = [condition.value, yes.value, no.value];
          return { kind: 'host', value: (k) => (decides(k) !== 0 ? a(k) : b(k)), axes: NO_AXES };
        }
        return elementwise('select', [condition, yes, no]);
      }
      case 'sum': {
        const dot = asDot(x.of, x.axis);
        return dot ?? reduce('sum', at(x.of), x.axis);
      }
      case 'max':
      case 'logsumexp':
        return reduce(x.op, at(x.of), x.axis);
      case 'firstMax': {
        const of = full(at(x.of), x.of.axes);
        return x.axis === sample ? alongLanes('laneFirstMax', of) : alongOuter('firstMax', [of], x.axis);
      }
      case 'oneHot':
      case 'gather': {
        outside(x.op, x.axis);
        const index = at(x.index);
        const of = x.op === 'gather' ? full(at(x.of), x.of.axes) : undefined;
        return pickAlong(x, index, of);
      }
      case 'add':
        return (
          asMultiplyAdd(x.left, x.right) ??
          asMultiplyAdd(x.right, x.left) ??
          binary('add', at(x.left), at(x.right))
        );
      case 'sub':
      case 'mul':
      case 'div':
      case 'pow':
      case 'maximum':
      case 'minimum':
      case 'greater':
      case 'greaterEqual':
      case 'equal':
        return binary(x.op, at(x.left), at(x.right));
      default:
        return unary(x.op, at(x.of));
    }
  };

  /** Entries of an outer axis by position: one instruction for each of them. */
  const pickAlong = (
    x: Extract<Expression, { op: 'gather' | 'oneHot' }>,
    index: Value,
    of: Computed | undefined,
  ): Value => {
    const length = lengthOf(x.axis);
    if (of) {
      let picked: Value = constant(NaN);
      for (let i = 0; i < length; i++)
        picked = elementwise('select', [position(index, i), slice(of, x.axis, i), picked], x.axes);
      return picked;
    }
    const array = newArray(x.axes);
    const rest = x.axes.filter((axis) => axis !== x.axis);
    const late = lateOf([index]);
    for (let i = 0; i < length; i++) paste(full(position(index, i), rest), array, x.axes, x.axis, i, late);
    return { kind: 'array', axes: x.axes, array, late };
  };

  /** Row numbers of an array at one position of an outer axis, for every entry of the axes before it. */
  const rowsAt = (axes: readonly Axis[], axis: Axis, i: number): { first: number; count: number }[] => {
    const own = outer(axes);
    const place = own.indexOf(axis);
    const count = rowsOf(own.slice(place + 1));
    return Array.from({ length: rowsOf(own.slice(0, place)) }, (_, before) => ({
      first: (before * lengthOf(axis) + i) * count,
      count,
    }));
  };

  const slice = (of: Computed, axis: Axis, i: number): Computed => {
    const axes = of.axes.filter((a) => a !== axis);
    const array = newArray(axes);
    rowsAt(of.axes, axis, i).forEach(({ first, count }, before) => {
      copyRows(of.array, first, array, before * count, count, of.late);
    });
    return { kind: 'array', axes, array, late: of.late };
  };

  const paste = (
    x: Computed,
    into: ArrayOf,
    axes: readonly Axis[],
    axis: Axis,
    i: number,
    late: boolean,
  ): void => {
    rowsAt(axes, axis, i).forEach(({ first, count }, before) => {
      copyRows(x.array, before * count, into, first, count, late);
    });
  };

  const copyRows = (
    from: ArrayOf,
    first: number,
    into: ArrayOf,
    at: number,
    rows: number,
    late: boolean,
  ): void => {
    put(
      {
        operation: 'copy',
        out: { of: into, first: at, step: 1 },
        rows,
        from: [{ of: from, first, step: 1 }],
        length: 0,
        across: 1,
      },
      late,
    );
  };

  /** A sum of products over an outer axis in one pass, where nothing else needs the products. */
  const asDot = (x: Expression, axis: Axis): Value | undefined => {
    if (x.op !== 'mul' || axis === sample || (uses.get(x) ?? 0) > 1) return undefined;
    const [a, b] = [at(x.left), at(x.right)];
    if (a.kind === 'host' || b.kind === 'host') return undefined;
    return sameAxes(a.axes, b.axes) && a.axes.includes(axis) ? alongOuter('dot', [a, b], axis) : undefined;
  };

  /** A product that is only added to something, in one pass. */
  const asMultiplyAdd = (product: Expression, other: Expression): Value | undefined => {
    if (product.op !== 'mul' || (uses.get(product) ?? 0) > 1 || known.has(product)) return undefined;
    const [a, b, c] = [at(product.left), at(product.right), at(other)];
    const trivial =
      [a, b].some((x) => isNow(x, 0) || isNow(x, 1)) || (a.kind === 'host' && b.kind === 'host');
    return trivial || isNow(c, 0) ? undefined : elementwise('multiplyAdd', [a, b, c]);
  };

  const uses = countUses(outputs.map(({ value }) => value));
  const at = (x: Expression): Value => {
    let value = known.get(x);
    if (!value) known.set(x, (value = lower(x)));
    return value;
  };

  const places = outputs.map(({ value: x, name }) => {
    const value = at(x);
    if (name === undefined) return value.kind === 'host' ? source(value) : value.array;
    const into: ArrayOf = { ...newArray(x.axes), name };
    const last = emitted.at(-1);
    // The last instruction writes there itself, where it makes the whole of it.
    if (
      value.kind === 'array' &&
      value.array.name === undefined &&
      sameAxes(value.axes, x.axes) &&
      last?.instruction.out.of === value.array &&
      emitted.filter(({ instruction }) => instruction.out.of === value.array).length === 1
    ) {
      last.instruction = { ...last.instruction, out: { ...last.instruction.out, of: into } };
      value.array = into;
      return into;
    }
    return elementwise('copy', [value], x.axes, into).array;
  });

  const live = needed(emitted, places);
  const divisible = live.every(
    ({ instruction: { operation, out }, late }) =>
      !(late && out.of.lanes) && (operation === 'laneSum' || !operation.startsWith('lane')),
  );
  const part = (late: boolean): Instruction[] =>
    live.filter((x) => (divisible && x.late) === late).map(({ instruction }) => instruction);
  const [block, final] = [part(false), part(true)];
  return {
    block,
    final,
    divisible,
    scalars,
    constants: scalars.map(constantOf),
    slots: allocate(block, final, places),
    outputs: places,
    holds: (k) => decisions.every(({ value, holds }) => holds(value(k))),
  };
}

/** Without what no output needs: operands of products that turned out to be zero. */
function needed<T extends { instruction: Instruction }>(
  emitted: readonly T[],
  outputs: readonly (ArrayOf | ScalarOf)[],
): T[] {
  const wanted = new Set<ArrayOf | ScalarOf>(outputs);
  return emitted
    .toReversed()
    .filter(({ instruction: { out, from } }) => {
      if (!wanted.has(out.of)) return false;
      for (const { of } of from) wanted.add(of);
      return true;
    })
    .reverse();
}

/** How many nodes read each node. */
function countUses(outputs: readonly Expression[]): Map<Expression, number> {
  const uses = new Map<Expression, number>();
  for (const x of outputs) uses.set(x, (uses.get(x) ?? 0) + 1);
  for (const x of schedule(outputs))
    for (const operand of operands(x)) uses.set(operand, (uses.get(operand) ?? 0) + 1);
  return uses;
}

/**
 * Gives every array that is not given from outside a slot; a slot is free again after its array's last use. What
 * blocks add up and outputs keep theirs.
 */
function allocate(
  block: readonly Instruction[],
  final: readonly Instruction[],
  outputs: readonly (ArrayOf | ScalarOf)[],
): { rows: number; lanes: boolean }[] {
  const slots: { rows: number; lanes: boolean }[] = [];
  const lastUse = new Map<ArrayOf, number>();
  const all = [...block, ...final];
  all.forEach(({ from, out }, i) => {
    lastUse.set(out.of, i);
    for (const { of } of from) if (of.kind === 'array') lastUse.set(of, i);
  });
  const kept = new Set<ArrayOf>(outputs.filter((x) => x.kind === 'array'));
  for (const { operation, out } of all) if (operation === 'laneSum') kept.add(out.of);
  for (const { from } of final) for (const { of } of from) if (of.kind === 'array') kept.add(of);
  const free: number[] = [];
  all.forEach(({ out: { of: array }, from }, i) => {
    if (array.name === undefined && array.slot < 0) {
      const fitting = kept.has(array)
        ? -1
        : free.findIndex((slot) => slots[slot]?.rows === array.rows && slots[slot].lanes === array.lanes);
      array.slot =
        fitting < 0
          ? slots.push({ rows: array.rows, lanes: array.lanes }) - 1
          : (free.splice(fitting, 1)[0] as number);
    }
    for (const of of new Set([array, ...from.map((operand) => operand.of)]))
      if (of.kind === 'array' && of.slot >= 0 && lastUse.get(of) === i && !kept.has(of)) free.push(of.slot);
  });
  return slots;
}
