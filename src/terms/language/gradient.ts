import {
  add,
  constant,
  div,
  equal,
  exp,
  expand,
  firstMax,
  greater,
  log,
  mul,
  neg,
  oneHot,
  operands,
  pow,
  schedule,
  select,
  size,
  sub,
  sum,
  type Axis,
  type Expression,
} from './expression.ts';

/**
 * The gradient of a scalar expression, by reverse accumulation, as expressions again: an executor that computes a value
 * can compute its gradient.
 *
 * @param output an expression without axes
 * @param wrt the nodes to differentiate by
 * @returns one expression for each of `wrt`, with the axes of that node
 * @throws when `output` has axes
 */
export function gradient(output: Expression, wrt: readonly Expression[]): Expression[] {
  if (output.axes.length > 0)
    throw new Error(`gradient: the output must be a scalar, it has [${output.axes.join(', ')}].`);
  const order = schedule([output]);
  const reaches = dependents(order, new Set(wrt));
  const adjoint = new Map<Expression, Expression>([[output, constant(1)]]);
  for (const x of order.reverse()) {
    const g = adjoint.get(x);
    if (!g || !reaches.has(x)) continue;
    for (const [operand, part] of partials(x, g)) {
      if (!reaches.has(operand)) continue;
      const reduced = reduceTo(part, x.axes, operand.axes);
      const known = adjoint.get(operand);
      adjoint.set(operand, known ? add(known, reduced) : reduced);
    }
  }
  return wrt.map((x) => expand(adjoint.get(x) ?? constant(0), x.axes));
}

/** The nodes of `order` that depend on one of `wrt`; the others need no adjoint. */
function dependents(order: readonly Expression[], wrt: ReadonlySet<Expression>): Set<Expression> {
  const found = new Set<Expression>();
  for (const x of order) if (wrt.has(x) || operands(x).some((operand) => found.has(operand))) found.add(x);
  return found;
}

/**
 * Sums an adjoint over the axes along which an operand was broadcast. An adjoint may itself lack an axis, when it is
 * the same all along it; then the sum is a product with the axis's length.
 */
function reduceTo(g: Expression, from: readonly Axis[], to: readonly Axis[]): Expression {
  return from
    .filter((axis) => !to.includes(axis))
    .reduce((x, axis) => (x.axes.includes(axis) ? sum(x, axis) : mul(x, size(axis))), g);
}

/** What each operand of x receives, before the broadcast is undone; g is the adjoint of x. */
function partials(x: Expression, g: Expression): [Expression, Expression][] {
  switch (x.op) {
    case 'constant':
    case 'input':
    case 'knob':
    case 'size':
    case 'stopGradient':
    case 'greater':
    case 'greaterEqual':
    case 'equal':
    case 'firstMax':
    case 'oneHot':
      return [];
    case 'neg':
      return [[x.of, neg(g)]];
    case 'exp':
      return [[x.of, mul(g, x)]];
    case 'log':
      return [[x.of, div(g, x.of)]];
    case 'log1p':
      return [[x.of, div(g, add(x.of, 1))]];
    case 'sqrt':
      return [[x.of, div(g, mul(2, x))]];
    case 'abs':
      return [[x.of, mul(g, sub(greater(x.of, 0), greater(0, x.of)))]];
    case 'relu':
      return [[x.of, mul(g, greater(x.of, 0))]];
    case 'sigmoid':
      return [[x.of, mul(g, mul(x, sub(1, x)))]];
    case 'add':
      return [
        [x.left, g],
        [x.right, g],
      ];
    case 'sub':
      return [
        [x.left, g],
        [x.right, neg(g)],
      ];
    case 'mul':
      return [
        [x.left, mul(g, x.right)],
        [x.right, mul(g, x.left)],
      ];
    case 'div':
      return [
        [x.left, div(g, x.right)],
        [x.right, neg(div(mul(g, x), x.right))],
      ];
    case 'pow':
      return [
        [x.left, mul(g, mul(x.right, pow(x.left, sub(x.right, 1))))],
        [x.right, mul(g, mul(x, log(x.left)))],
      ];
    case 'maximum':
      return share(g, x.left, x.right, greater(x.left, x.right));
    case 'minimum':
      return share(g, x.left, x.right, greater(x.right, x.left));
    case 'select':
      return [
        [x.yes, select(x.condition, g, 0)],
        [x.no, select(x.condition, 0, g)],
      ];
    case 'sum':
    case 'expand':
      return [[x.of, g]];
    case 'max':
      return [[x.of, mul(g, firstMax(x.of, x.axis))]];
    case 'logsumexp':
      return [[x.of, mul(g, exp(sub(x.of, x)))]];
    case 'gather':
      return [[x.of, mul(g, oneHot(x.index, x.axis))]];
  }
}

/** Splits g between two operands: all to `left` where `leftWins`, half each where they are equal. */
function share(
  g: Expression,
  left: Expression,
  right: Expression,
  leftWins: Expression,
): [Expression, Expression][] {
  const toLeft = add(leftWins, mul(0.5, equal(left, right)));
  return [
    [left, mul(g, toLeft)],
    [right, mul(g, sub(1, toLeft))],
  ];
}
