import {
  operands,
  sameAxes,
  schedule,
  type Axis,
  type BinaryOp,
  type Expression,
  type ReduceOp,
  type UnaryOp,
} from '../expression.ts';
import type { Emitter } from './emitter.ts';
import type { HostNumbers } from './host.ts';
import { lateOf, NO_AXES, type Computed, type Value } from './values.ts';

/** The machine of vectors has no instruction for it. */
export class NoKernel extends Error {
  override name = 'NoKernel';
}

/**
 * Makes instructions of expressions, each node once. What depends on knobs alone becomes a number of the host; what is
 * multiplied by zero now, or not chosen, becomes nothing.
 */
export class Lowering {
  readonly #emitter: Emitter;
  readonly #host: HostNumbers;
  readonly #uses: ReadonlyMap<Expression, number>;
  readonly #known = new Map<Expression, Value>();

  /** @param outputs all expressions that will be asked for */
  constructor(emitter: Emitter, host: HostNumbers, outputs: readonly Expression[]) {
    this.#emitter = emitter;
    this.#host = host;
    this.#uses = countUses(outputs);
  }

  /** @throws NoKernel for `gather` and `oneHot` along the sample axis */
  valueOf(x: Expression): Value {
    let value = this.#known.get(x);
    if (!value) this.#known.set(x, (value = this.#lower(x)));
    return value;
  }

  #lower(x: Expression): Value {
    switch (x.op) {
      case 'constant':
        return this.#host.constant(x.value);
      case 'size':
        return this.#host.constant(this.#emitter.lengthOf(x.axis));
      case 'knob':
        return { kind: 'host', value: (k) => k(x.key), axes: NO_AXES };
      case 'input':
        return this.#emitter.input(x.name, x.axes);
      case 'expand':
        return this.valueOf(x.of);
      case 'select':
        return this.#select(x);
      case 'sum':
        return this.#dot(x.of, x.axis) ?? this.#reduce('sum', this.valueOf(x.of), x.axis);
      case 'max':
      case 'logsumexp':
        return this.#reduce(x.op, this.valueOf(x.of), x.axis);
      case 'firstMax': {
        const of = this.#emitter.full(this.valueOf(x.of), x.of.axes);
        return x.axis === this.#emitter.sample
          ? this.#emitter.alongLanes('laneFirstMax', of)
          : this.#emitter.alongOuter('firstMax', [of], x.axis);
      }
      case 'oneHot':
        return this.#oneHot(x);
      case 'gather':
        return this.#gather(x);
      case 'add':
        return (
          this.#multiplyAdd(x.left, x.right) ??
          this.#multiplyAdd(x.right, x.left) ??
          this.#binary('add', this.valueOf(x.left), this.valueOf(x.right))
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
        return this.#binary(x.op, this.valueOf(x.left), this.valueOf(x.right));
      default:
        return this.#unary(x.op, this.valueOf(x.of));
    }
  }

  #select(x: Extract<Expression, { op: 'select' }>): Value {
    const condition = this.valueOf(x.condition);
    const met = condition.kind === 'host' ? this.#host.isMet(condition) : undefined;
    if (met !== undefined) return this.valueOf(met ? x.yes : x.no);
    const [yes, no] = [this.valueOf(x.yes), this.valueOf(x.no)];
    return condition.kind === 'host' && yes.kind === 'host' && no.kind === 'host'
      ? this.#host.select(condition, yes, no)
      : this.#emitter.elementwise('select', [condition, yes, no]);
  }

  #unary(op: UnaryOp, x: Value): Value {
    if (op === 'stopGradient') return x;
    return x.kind === 'array' ? this.#emitter.elementwise(op, [x]) : this.#host.unary(op, x);
  }

  #binary(op: BinaryOp, x: Value, y: Value): Value {
    const host = this.#host;
    if (x.kind === 'host' && y.kind === 'host') return host.binary(op, x, y);
    // What is multiplied by a weight of zero is left out, be it infinite or not.
    if ((op === 'mul' || op === 'div') && host.isNow(x, 0)) return host.zero;
    if (op === 'mul' && host.isNow(y, 0)) return host.zero;
    if (op === 'mul' && host.isNow(x, 1)) return y;
    if ((op === 'mul' || op === 'div') && host.isNow(y, 1)) return x;
    if (op === 'add' && host.isNow(x, 0)) return y;
    if ((op === 'add' || op === 'sub') && host.isNow(y, 0)) return x;
    if (op === 'sub' && host.isZero(x)) return this.#unary('neg', y);
    return this.#emitter.elementwise(op, [x, y]);
  }

  #reduce(op: ReduceOp, x: Value, axis: Axis): Value {
    if (x.kind === 'host' || !x.axes.includes(axis)) {
      // The same all along the axis.
      const length = this.#emitter.lengthOf(axis);
      if (op === 'sum') return this.#binary('mul', x, this.#host.constant(length));
      return op === 'max' ? x : this.#binary('add', x, this.#host.constant(Math.log(length)));
    }
    if (axis === this.#emitter.sample)
      return this.#emitter.alongLanes(
        op === 'sum' ? 'laneSum' : op === 'max' ? 'laneMax' : 'laneLogsumexp',
        x,
      );
    return this.#emitter.alongOuter(op, [x], axis);
  }

  /** For each position along an outer axis: the sign whether the index names it. */
  #position(index: Value, i: number): Value {
    return this.#binary('equal', index, this.#host.constant(i));
  }

  /** Entries of an outer axis by position: one instruction for each of them. */
  #gather(x: Extract<Expression, { op: 'gather' }>): Value {
    this.#refuseSample(x.op, x.axis);
    const index = this.valueOf(x.index);
    const of = this.#emitter.full(this.valueOf(x.of), x.of.axes);
    let picked: Value = this.#host.constant(NaN);
    for (let i = 0; i < this.#emitter.lengthOf(x.axis); i++)
      picked = this.#emitter.elementwise(
        'select',
        [this.#position(index, i), this.#emitter.slice(of, x.axis, i), picked],
        x.axes,
      );
    return picked;
  }

  #oneHot(x: Extract<Expression, { op: 'oneHot' }>): Value {
    this.#refuseSample(x.op, x.axis);
    const index = this.valueOf(x.index);
    const rest = x.axes.filter((axis) => axis !== x.axis);
    return this.#emitter.join(this.#positions(index, x.axis, rest), x.axes, x.axis, lateOf([index]));
  }

  *#positions(index: Value, axis: Axis, rest: readonly Axis[]): Generator<Computed> {
    for (let i = 0; i < this.#emitter.lengthOf(axis); i++)
      yield this.#emitter.full(this.#position(index, i), rest);
  }

  #refuseSample(op: string, axis: Axis): void {
    if (axis === this.#emitter.sample)
      throw new NoKernel(
        `${op} along the axis "${axis}" of the batch has no kernel: it runs on the executors oracle and tfjs, and on webgpu where tfjs computes on the same device.`,
      );
  }

  /** A sum of products over an outer axis in one pass, where nothing else needs the products. */
  #dot(x: Expression, axis: Axis): Value | undefined {
    if (x.op !== 'mul' || axis === this.#emitter.sample || (this.#uses.get(x) ?? 0) > 1) return undefined;
    const [a, b] = [this.valueOf(x.left), this.valueOf(x.right)];
    if (a.kind === 'host' || b.kind === 'host') return undefined;
    return sameAxes(a.axes, b.axes) && a.axes.includes(axis)
      ? this.#emitter.alongOuter('dot', [a, b], axis)
      : undefined;
  }

  /** A product that is only added to something, in one pass. */
  #multiplyAdd(product: Expression, other: Expression): Value | undefined {
    if (product.op !== 'mul' || (this.#uses.get(product) ?? 0) > 1 || this.#known.has(product))
      return undefined;
    const [a, b, c] = [this.valueOf(product.left), this.valueOf(product.right), this.valueOf(other)];
    const host = this.#host;
    const trivial =
      [a, b].some((x) => host.isNow(x, 0) || host.isNow(x, 1)) || (a.kind === 'host' && b.kind === 'host');
    return trivial || host.isNow(c, 0) ? undefined : this.#emitter.elementwise('multiplyAdd', [a, b, c]);
  }
}

/** How many nodes read each node. */
function countUses(outputs: readonly Expression[]): Map<Expression, number> {
  const uses = new Map<Expression, number>();
  for (const x of outputs) uses.set(x, (uses.get(x) ?? 0) + 1);
  for (const x of schedule(outputs))
    for (const operand of operands(x)) uses.set(operand, (uses.get(operand) ?? 0) + 1);
  return uses;
}
