import { BINARY, UNARY } from '../evaluate.ts';
import type { BinaryOp, UnaryOp } from '../expression.ts';
import type { HostNumber, Knobs, ScalarOf } from './instructions.ts';
import { NO_AXES, type Host, type Value } from './values.ts';

/** The numbers that the host works out in f64, and what the program decides by them. */
export class HostNumbers {
  /** Those that instructions read. */
  readonly scalars: HostNumber[] = [];
  readonly #scalarAt = new Map<HostNumber, number>();
  readonly #constants = new Map<number, HostNumber>();
  readonly #decisions: { value: HostNumber; holds: (x: number) => boolean }[] = [];
  readonly #knob: Knobs | undefined;
  readonly zero = this.constant(0);

  /** @param knob the numbers for which the program is made; without them it decides nothing by a knob */
  constructor(knob?: Knobs) {
    this.#knob = knob;
  }

  /** The same object for the same number. */
  constant(value: number): Host {
    let number = this.#constants.get(value);
    if (!number) this.#constants.set(value, (number = () => value));
    return { kind: 'host', value: number, axes: NO_AXES };
  }

  constantOf(value: HostNumber): number | undefined {
    return [...this.#constants].find(([, of]) => of === value)?.[0];
  }

  isZero(x: Value): boolean {
    return x.kind === 'host' && x.value === this.zero.value;
  }

  /** True where a number of the host is just this now; the program then holds only as long as that stays so. */
  isNow(x: Value, number: 0 | 1): boolean {
    if (x.kind !== 'host') return false;
    const fixed = this.constantOf(x.value);
    if (fixed !== undefined || !this.#knob) return fixed === number;
    const is = x.value(this.#knob) === number;
    this.#decisions.push({ value: x.value, holds: (value) => (value === number) === is });
    return is;
  }

  /** Whether a condition is met now, by which the program then decides; undefined where it holds for all knobs. */
  isMet({ value }: Host): boolean | undefined {
    if (!this.#knob) return undefined;
    const yes = value(this.#knob) !== 0;
    this.#decisions.push({ value, holds: (x) => (x !== 0) === yes });
    return yes;
  }

  /** As instructions read it. */
  scalar(value: HostNumber): ScalarOf {
    let at = this.#scalarAt.get(value);
    if (at === undefined) {
      at = this.scalars.push(value) - 1;
      this.#scalarAt.set(value, at);
    }
    return { kind: 'scalar', at };
  }

  unary(op: Exclude<UnaryOp, 'stopGradient'>, x: Host): Host {
    const { value } = x;
    const f = UNARY[op];
    return this.isZero(x) ? this.constant(f(0)) : { kind: 'host', value: (k) => f(value(k)), axes: NO_AXES };
  }

  binary(op: BinaryOp, x: Host, y: Host): Host {
    const f = BINARY[op];
    const [a, b] = [x.value, y.value];
    if (this.isZero(x) && this.isZero(y)) return this.constant(f(0, 0));
    if ((op === 'mul' && (this.isZero(x) || this.isZero(y))) || (op === 'div' && this.isZero(x)))
      return this.zero;
    if (op === 'add' && this.isZero(x)) return y;
    if ((op === 'add' || op === 'sub') && this.isZero(y)) return x;
    return { kind: 'host', value: (k) => f(a(k), b(k)), axes: NO_AXES };
  }

  select({ value: decides }: Host, { value: a }: Host, { value: b }: Host): Host {
    return { kind: 'host', value: (k) => (decides(k) !== 0 ? a(k) : b(k)), axes: NO_AXES };
  }

  /** Whether all that was decided is decided alike for these knobs. */
  holds(knob: Knobs): boolean {
    return this.#decisions.every(({ value, holds }) => holds(value(knob)));
  }
}
