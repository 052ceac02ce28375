import { sameAxes, type Axis } from '../expression.ts';
import type { ArrayOf, Instruction, Operand, Operation, ScalarOf, Shape } from './instructions.ts';
import type { HostNumbers } from './host.ts';
import { lateOf, unionOf, type Computed, type Value } from './values.ts';

export interface Emitted {
  instruction: Instruction;
  /** Depends on a sum over the batch. */
  late: boolean;
}

/** Places an operand takes in one instruction: rows of the axes that are left, at these positions of the others. */
interface Run {
  rest: readonly Axis[];
  at: ReadonlyMap<Axis, number>;
}

/**
 * Writes instructions. Of the axes of an array all but the sample axis are *outer*: they are counted in rows.
 *
 * @throws when an axis has no size
 */
export class Emitter {
  readonly emitted: Emitted[] = [];
  readonly sample: Axis;
  readonly #sizes: Shape['sizes'];
  readonly #host: HostNumbers;
  readonly #inputs = new Map<string, ArrayOf>();

  constructor({ sample, sizes }: Shape, host: HostNumbers) {
    this.sample = sample;
    this.#sizes = sizes;
    this.#host = host;
  }

  lengthOf(axis: Axis): number {
    const length = this.#sizes[axis];
    if (length === undefined) throw new Error(`The size of axis "${axis}" is not given.`);
    return length;
  }

  #outer(axes: readonly Axis[]): readonly Axis[] {
    return axes.filter((axis) => axis !== this.sample);
  }

  #rowsOf(axes: readonly Axis[]): number {
    return this.#outer(axes).reduce((count, axis) => count * this.lengthOf(axis), 1);
  }

  newArray(axes: readonly Axis[]): ArrayOf {
    return { kind: 'array', rows: this.#rowsOf(axes), lanes: axes.includes(this.sample), slot: -1 };
  }

  /** An array that is given from outside; the same object for the same name. */
  input(name: string, axes: readonly Axis[]): Computed {
    let array = this.#inputs.get(name);
    if (!array) this.#inputs.set(name, (array = { ...this.newArray(axes), name }));
    return { kind: 'array', axes, array, late: false };
  }

  #source(x: Value): ArrayOf | ScalarOf {
    return x.kind === 'host' ? this.#host.scalar(x.value) : x.array;
  }

  /** One instruction for the whole result, or several where an operand lacks some of its outer axes and has others. */
  elementwise(
    operation: Operation,
    from: readonly Value[],
    axes: readonly Axis[] = unionOf(from),
    into?: ArrayOf,
  ): Computed {
    const array = into ?? this.newArray(axes);
    const late = lateOf(from);
    for (const run of this.#runs(from, this.#outer(axes)))
      this.emitted.push({
        instruction: {
          operation,
          out: { of: array, ...this.#rows(axes, run) },
          rows: this.#rowsOf(run.rest),
          from: from.map((x) => ({
            of: this.#source(x),
            ...(x.kind === 'host' ? { first: 0, step: 0 } : this.#rows(x.axes, run)),
          })),
          length: 0,
          across: 1,
        },
        late,
      });
    return { kind: 'array', axes, array, late };
  }

  /** The fewest runs in each of which every operand has all of the axes that are left, or none. */
  *#runs(
    from: readonly Value[],
    rest: readonly Axis[],
    at: ReadonlyMap<Axis, number> = new Map<Axis, number>(),
  ): Generator<Run> {
    const simple = from.every((x) => {
      if (x.kind === 'host') return true;
      const has = rest.filter((axis) => x.axes.includes(axis));
      return has.length === 0 || has.length === rest.length;
    });
    if (simple) {
      yield { rest, at };
      return;
    }
    const [axis, ...others] = rest as [Axis, ...Axis[]];
    for (let i = 0; i < this.lengthOf(axis); i++)
      yield* this.#runs(from, others, new Map([...at, [axis, i]]));
  }

  /** Where the rows of an array lie in a run. */
  #rows(axes: readonly Axis[], { rest, at }: Run): Pick<Operand, 'first' | 'step'> {
    const own = this.#outer(axes);
    let first = 0;
    for (const axis of own) first = first * this.lengthOf(axis) + (at.get(axis) ?? 0);
    return { first, step: rest.some((axis) => own.includes(axis)) ? 1 : 0 };
  }

  /** Over one outer axis: for each entry of the axes before it, rows of those after it side by side. */
  alongOuter(operation: Operation, from: readonly Computed[], axis: Axis): Computed {
    const x = from[0] as Computed;
    const own = this.#outer(x.axes);
    const place = own.indexOf(axis);
    const across = this.#rowsOf(own.slice(place + 1));
    const length = this.lengthOf(axis);
    const keeps = operation === 'firstMax';
    const axes = keeps ? x.axes : x.axes.filter((a) => a !== axis);
    const array = this.newArray(axes);
    const late = lateOf(from);
    for (let before = 0; before < this.#rowsOf(own.slice(0, place)); before++)
      this.emitted.push({
        instruction: {
          operation,
          out: { of: array, first: before * across * (keeps ? length : 1), step: across },
          rows: 1,
          from: from.map(({ array: of }) => ({ of, first: before * across * length, step: across })),
          length,
          across,
        },
        late,
      });
    return { kind: 'array', axes, array, late };
  }

  /** Over the batch. */
  alongLanes(operation: Operation, x: Computed): Computed {
    const keeps = operation === 'laneFirstMax';
    const axes = keeps ? x.axes : this.#outer(x.axes);
    const array = this.newArray(axes);
    this.emitted.push({
      instruction: {
        operation,
        out: { of: array, first: 0, step: 1 },
        rows: this.#rowsOf(axes),
        from: [{ of: x.array, first: 0, step: 1 }],
        length: 0,
        across: 1,
      },
      late: x.late,
    });
    return { kind: 'array', axes, array, late: true };
  }

  /** With all of these axes, none of them broadcast. */
  full(x: Value, axes: readonly Axis[]): Computed {
    return x.kind === 'array' && sameAxes(x.axes, axes) ? x : this.elementwise('copy', [x], axes);
  }

  /** The entries of an array at one position of an outer axis. */
  slice(of: Computed, axis: Axis, i: number): Computed {
    const axes = of.axes.filter((a) => a !== axis);
    const array = this.newArray(axes);
    this.#rowsAt(of.axes, axis, i).forEach(({ first, count }, before) => {
      this.#copyRows(of.array, first, array, before * count, count, of.late);
    });
    return { kind: 'array', axes, array, late: of.late };
  }

  /** Puts arrays together along an outer axis: each is what the result has at one position. */
  join(parts: Iterable<Computed>, axes: readonly Axis[], axis: Axis, late: boolean): Computed {
    const array = this.newArray(axes);
    let i = 0;
    for (const x of parts)
      this.#rowsAt(axes, axis, i++).forEach(({ first, count }, before) => {
        this.#copyRows(x.array, before * count, array, first, count, late);
      });
    return { kind: 'array', axes, array, late };
  }

  /** Row numbers of an array at one position of an outer axis, for every entry of the axes before it. */
  #rowsAt(axes: readonly Axis[], axis: Axis, i: number): { first: number; count: number }[] {
    const own = this.#outer(axes);
    const place = own.indexOf(axis);
    const count = this.#rowsOf(own.slice(place + 1));
    return Array.from({ length: this.#rowsOf(own.slice(0, place)) }, (_, before) => ({
      first: (before * this.lengthOf(axis) + i) * count,
      count,
    }));
  }

  #copyRows(from: ArrayOf, first: number, into: ArrayOf, at: number, rows: number, late: boolean): void {
    this.emitted.push({
      instruction: {
        operation: 'copy',
        out: { of: into, first: at, step: 1 },
        rows,
        from: [{ of: from, first, step: 1 }],
        length: 0,
        across: 1,
      },
      late,
    });
  }

  /** Where an output lies: in a slot of its own, or outside under its name. */
  output(value: Value, axes: readonly Axis[], name: string | undefined): ArrayOf | ScalarOf {
    if (name === undefined) return this.#source(value);
    const into: ArrayOf = { ...this.newArray(axes), name };
    const last = this.emitted.at(-1);
    // The last instruction writes there itself, where it makes the whole of it.
    if (
      value.kind === 'array' &&
      value.array.name === undefined &&
      sameAxes(value.axes, axes) &&
      last?.instruction.out.of === value.array &&
      this.emitted.filter(({ instruction }) => instruction.out.of === value.array).length === 1
    ) {
      last.instruction = { ...last.instruction, out: { ...last.instruction.out, of: into } };
      value.array = into;
      return into;
    }
    return this.elementwise('copy', [value], axes, into).array;
  }
}
