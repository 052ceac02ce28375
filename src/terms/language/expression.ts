/**
 * The loss language: expressions over arrays whose axes have names.
 *
 * An expression is an immutable node of a directed acyclic graph. Its axes are the set of named axes that it varies
 * over; two operands broadcast by name, never by position. Nodes are interned: building the same formula twice
 * gives the same object, so a shared sub-expression is computed once by everything that reads the graph.
 *
 * From one expression come its value (evaluate.ts), its gradient, again an expression (gradient.ts), and the
 * graph of each executor (tfjs.ts; others join).
 */

/** All axes that arrays may have, slowest first: this is also the memory order of every array. */
export const AXES = ['member', 'image', 'condition', 'row', 'position', 'pixel', 'class'] as const;
export type Axis = (typeof AXES)[number];

export type UnaryOp = 'neg' | 'exp' | 'log' | 'log1p' | 'sqrt' | 'abs' | 'relu' | 'sigmoid' | 'stopGradient';
export type BinaryOp = 'add' | 'sub' | 'mul' | 'div' | 'pow' | 'maximum' | 'minimum' | ComparisonOp;
/** Comparisons give 1 where they hold and 0 elsewhere; no gradient passes through them. */
export type ComparisonOp = 'greater' | 'greaterEqual' | 'equal';
export type ReduceOp = 'sum' | 'max' | 'logsumexp';

export type Expression = Readonly<
  (
    | { op: 'constant'; value: number }
    /** An array that the executor supplies: logits, target, label … */
    | { op: 'input'; name: string }
    /** A knob's current number. It is data, never code: moving it recompiles nothing. */
    | { op: 'knob'; key: string }
    /** The length of an axis, known when the plan is. */
    | { op: 'size'; axis: Axis }
    | { op: UnaryOp; of: Expression }
    | { op: BinaryOp; left: Expression; right: Expression }
    | { op: 'select'; condition: Expression; yes: Expression; no: Expression }
    | { op: ReduceOp; of: Expression; axis: Axis }
    /** 1 at the first largest entry along the axis, 0 elsewhere: what the gradient of `max` follows. */
    | { op: 'firstMax'; of: Expression; axis: Axis }
    /** The entry of `of` along `axis` whose position `index` names; `index` lacks the axis. */
    | { op: 'gather'; of: Expression; index: Expression; axis: Axis }
    /** 1 where the position along `axis` equals `index`, 0 elsewhere. */
    | { op: 'oneHot'; index: Expression; axis: Axis }
    /** `of`, repeated along axes that it lacks. */
    | { op: 'expand'; of: Expression }
  ) & { id: number; axes: readonly Axis[] }
>;

type Distribute<T> = T extends unknown ? Omit<T, 'id'> : never;
type Fields = Distribute<Expression>;

const interned = new Map<string, Expression>();

/** The node with these fields; the same object for the same fields. */
function node(fields: Fields): Expression {
  const key = JSON.stringify(fields, (_, value: unknown) =>
    typeof value === 'object' && value !== null && 'id' in value
      ? `#${String(value.id)}`
      : Object.is(value, -0)
        ? '-0'
        : typeof value === 'number' && !Number.isFinite(value)
          ? String(value)
          : value,
  );
  let found = interned.get(key);
  if (!found) {
    found = Object.freeze({ ...fields, id: interned.size });
    interned.set(key, found);
  }
  return found;
}

/** Axes in memory order, without repetition. */
export function unionAxes(...lists: (readonly Axis[])[]): Axis[] {
  return AXES.filter((axis) => lists.some((list) => list.includes(axis)));
}

export function sameAxes(a: readonly Axis[], b: readonly Axis[]): boolean {
  return a.length === b.length && a.every((axis, i) => axis === b[i]);
}

export type Operand = Expression | number;
const lift = (x: Operand): Expression => (typeof x === 'number' ? constant(x) : x);
const isConstant = (x: Expression, value: number): boolean => x.op === 'constant' && x.value === value;
/** Zero, along whatever axes. */
const isZero = (x: Expression): boolean => isConstant(x.op === 'expand' ? x.of : x, 0);
/** Zero along these axes: what is folded away keeps its axes, so that what follows may reduce them. */
const zeroOver = (axes: readonly Axis[]): Expression => expand(constant(0), axes);

export const constant = (value: number): Expression => node({ op: 'constant', value, axes: [] });
export const input = (name: string, ...axes: Axis[]): Expression =>
  node({ op: 'input', name, axes: unionAxes(axes) });
export const knob = (key: string): Expression => node({ op: 'knob', key, axes: [] });
export const size = (axis: Axis): Expression => node({ op: 'size', axis, axes: [] });

const unary =
  (op: UnaryOp) =>
  (x: Operand): Expression => {
    const of = lift(x);
    return node({ op, of, axes: of.axes });
  };
export const exp = unary('exp');
export const log = unary('log');
export const log1p = unary('log1p');
export const sqrt = unary('sqrt');
export const abs = unary('abs');
/** max(x, 0); its slope at 0 is 0, as PyTorch's. */
export const relu = unary('relu');
export const sigmoid = unary('sigmoid');
/** The value of x, through which no gradient passes. */
export const stopGradient = unary('stopGradient');
export function neg(x: Operand): Expression {
  const of = lift(x);
  if (of.op === 'neg') return of.of;
  if (of.op === 'constant') return constant(-of.value);
  return isZero(of) ? of : node({ op: 'neg', of, axes: of.axes });
}

function binary(op: BinaryOp, left: Expression, right: Expression): Expression {
  return node({ op, left, right, axes: unionAxes(left.axes, right.axes) });
}
export function add(a: Operand, b: Operand): Expression {
  const [x, y] = [lift(a), lift(b)];
  if (isZero(x)) return expand(y, x.axes);
  if (isZero(y)) return expand(x, y.axes);
  return binary('add', x, y);
}
export function sub(a: Operand, b: Operand): Expression {
  const [x, y] = [lift(a), lift(b)];
  if (isZero(y)) return expand(x, y.axes);
  return isZero(x) ? expand(neg(y), x.axes) : binary('sub', x, y);
}
export function mul(a: Operand, b: Operand): Expression {
  const [x, y] = [lift(a), lift(b)];
  if (isConstant(x, 1)) return y;
  if (isConstant(y, 1)) return x;
  if (isZero(x) || isZero(y)) return zeroOver(unionAxes(x.axes, y.axes));
  if (x.op === 'constant' && y.op === 'constant') return constant(x.value * y.value);
  return binary('mul', x, y);
}
export function div(a: Operand, b: Operand): Expression {
  const [x, y] = [lift(a), lift(b)];
  return isConstant(y, 1) ? x : binary('div', x, y);
}
export const pow = (a: Operand, b: Operand): Expression => binary('pow', lift(a), lift(b));
/** The larger of two; where they are equal each gets half of the gradient, as in PyTorch's `maximum`. */
export const maximum = (a: Operand, b: Operand): Expression => binary('maximum', lift(a), lift(b));
export const minimum = (a: Operand, b: Operand): Expression => binary('minimum', lift(a), lift(b));
export const greater = (a: Operand, b: Operand): Expression => binary('greater', lift(a), lift(b));
export const greaterEqual = (a: Operand, b: Operand): Expression => binary('greaterEqual', lift(a), lift(b));
export const equal = (a: Operand, b: Operand): Expression => binary('equal', lift(a), lift(b));

/**
 * `yes` where the condition is not 0, else `no`; the value of the other branch does no harm, be it NaN or infinite. Its
 * slope does where it is infinite, as in PyTorch: 0 · ∞ is NaN. Guard the operand, as `xlogx` does.
 */
export function select(condition: Expression, yes: Operand, no: Operand): Expression {
  const [y, n] = [lift(yes), lift(no)];
  return node({ op: 'select', condition, yes: y, no: n, axes: unionAxes(condition.axes, y.axes, n.axes) });
}

function reduce(op: ReduceOp, of: Expression, axis: Axis): Expression {
  if (!of.axes.includes(axis))
    throw new Error(`${op}: the operand has no axis "${axis}", it has [${of.axes.join(', ')}].`);
  const axes = of.axes.filter((a) => a !== axis);
  return op === 'sum' && isZero(of) ? zeroOver(axes) : node({ op, of, axis, axes });
}
export const sum = (x: Expression, axis: Axis): Expression => reduce('sum', x, axis);
/** The largest entry; where several are equal the first gets the whole gradient, as in PyTorch's `max(dim)`. */
export const max = (x: Expression, axis: Axis): Expression => reduce('max', x, axis);
export const logsumexp = (x: Expression, axis: Axis): Expression => reduce('logsumexp', x, axis);
export const mean = (x: Expression, axis: Axis): Expression => div(sum(x, axis), size(axis));
export const firstMax = (x: Expression, axis: Axis): Expression =>
  node({ op: 'firstMax', of: x, axis, axes: x.axes });

export function gather(of: Expression, index: Expression, axis: Axis): Expression {
  if (!of.axes.includes(axis)) throw new Error(`gather: the operand has no axis "${axis}".`);
  if (index.axes.includes(axis)) throw new Error(`gather: the index must not vary along "${axis}".`);
  return node({
    op: 'gather',
    of,
    index,
    axis,
    axes: unionAxes(of.axes, index.axes).filter((a) => a !== axis),
  });
}
export const oneHot = (index: Expression, axis: Axis): Expression =>
  node({ op: 'oneHot', index, axis, axes: unionAxes(index.axes, [axis]) });

export function expand(of: Expression, axes: readonly Axis[]): Expression {
  const all = unionAxes(of.axes, axes);
  return sameAxes(all, of.axes) ? of : node({ op: 'expand', of, axes: all });
}

/** Smallest positive number that f32 still divides by and takes the root of without flushing to zero. */
const TINY = 1e-36;
/**
 * Euclidean length along an axis. The root is kept off zero, so that the gradient at the zero vector is 0
 * (PyTorch's convention) and not 0 · ∞.
 */
export const norm = (x: Expression, axis: Axis): Expression => sqrt(maximum(sum(mul(x, x), axis), TINY));
/** x · log x with 0 · log 0 = 0. */
export const xlogx = (x: Expression): Expression => mul(x, log(maximum(x, TINY)));
export const logSoftmax = (x: Expression, axis: Axis): Expression => sub(x, logsumexp(x, axis));

/** The operands of a node, in order. */
export function operands(x: Expression): readonly Expression[] {
  if ('left' in x) return [x.left, x.right];
  if (x.op === 'select') return [x.condition, x.yes, x.no];
  if (x.op === 'gather') return [x.of, x.index];
  if (x.op === 'oneHot') return [x.index];
  return 'of' in x ? [x.of] : [];
}

/**
 * Every node that the outputs need, operands before users. The order depends on the outputs alone, never on what
 * was built earlier: sums are taken in the same order in every session, which replay relies on.
 */
export function schedule(outputs: readonly Expression[]): Expression[] {
  const order: Expression[] = [];
  const seen = new Set<Expression>();
  const stack: { x: Expression; ready: boolean }[] = [...outputs].reverse().map((x) => ({ x, ready: false }));
  for (let top = stack.pop(); top; top = stack.pop()) {
    if (top.ready) order.push(top.x);
    else if (!seen.has(top.x)) {
      seen.add(top.x);
      stack.push({ x: top.x, ready: true });
      for (const operand of [...operands(top.x)].reverse())
        if (!seen.has(operand)) stack.push({ x: operand, ready: false });
    }
  }
  return order;
}
