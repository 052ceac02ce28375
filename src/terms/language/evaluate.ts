import { sameAxes, schedule, type Axis, type BinaryOp, type Expression, type UnaryOp } from './expression.ts';

export type Sizes = Readonly<Partial<Record<Axis, number>>>;

/** What an expression's leaves stand for. Arrays are row-major in the axis order of `AXES`. */
export interface Bindings {
  inputs: Readonly<Record<string, ArrayLike<number>>>;
  knob: (key: string) => number;
}

export interface Evaluator {
  /** Values of the outputs, in order. The arrays are reused by the next call. */
  (bindings: Bindings): readonly Float64Array[];
}

export const UNARY: Record<UnaryOp, (x: number) => number> = {
  neg: (x) => -x,
  exp: Math.exp,
  log: Math.log,
  log1p: Math.log1p,
  sqrt: Math.sqrt,
  abs: Math.abs,
  relu: (x) => (x > 0 ? x : x === x ? 0 : x),
  sigmoid: (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))),
  stopGradient: (x) => x,
};

export const BINARY: Record<BinaryOp, (x: number, y: number) => number> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  pow: (x, y) => x ** y,
  maximum: (x, y) => Math.max(x, y),
  minimum: (x, y) => Math.min(x, y),
  greater: (x, y) => (x > y ? 1 : 0),
  greaterEqual: (x, y) => (x >= y ? 1 : 0),
  equal: (x, y) => (x === y ? 1 : 0),
};

type Step = (bindings: Bindings) => void;

/**
 * Compiles expressions for arrays of known size into a vectorised evaluator in f64. Buffers are allocated once, here.
 *
 * @throws when an axis that an output needs has no size
 */
export function compile(outputs: readonly Expression[], sizes: Sizes): Evaluator {
  const buffers = new Map<Expression, Float64Array>();
  const lengthOf = (axis: Axis): number => {
    const length = sizes[axis];
    if (length === undefined) throw new Error(`The size of axis "${axis}" is not given.`);
    return length;
  };
  const steps: Step[] = [];
  for (const x of schedule(outputs)) {
    const out = new Float64Array(x.axes.reduce((count, axis) => count * lengthOf(axis), 1));
    buffers.set(x, out);
    const step = compileNode(x, out, (operand) => buffers.get(operand) ?? out, lengthOf);
    if (step) steps.push(step);
  }
  const values = outputs.map((x) => buffers.get(x) ?? new Float64Array(0));
  return (bindings) => {
    for (const step of steps) step(bindings);
    return values;
  };
}

/** What fills `out` at every run; undefined where it is filled once and for all. */
function compileNode(
  x: Expression,
  out: Float64Array,
  buffer: (of: Expression) => Float64Array,
  lengthOf: (axis: Axis) => number,
): Step | undefined {
  switch (x.op) {
    case 'constant':
      out[0] = x.value;
      return undefined;
    case 'size':
      out[0] = lengthOf(x.axis);
      return undefined;
    case 'knob':
      return ({ knob }) => {
        out[0] = knob(x.key);
      };
    case 'input':
      return ({ inputs }) => {
        const given = inputs[x.name];
        if (given?.length !== out.length)
          throw new Error(
            `Input "${x.name}" must have ${String(out.length)} numbers, it has ${String(given?.length ?? 0)}.`,
          );
        out.set(given);
      };
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
    case 'pow':
    case 'maximum':
    case 'minimum':
    case 'greater':
    case 'greaterEqual':
    case 'equal':
      return compileBinary(x.op, x, [x.left, x.right], out, buffer, lengthOf);
    case 'select':
      return compileSelect(x, out, buffer, lengthOf);
    case 'expand': {
      const of = buffer(x.of);
      const index = indexInto(x.of, x, lengthOf);
      return () => {
        for (let i = 0; i < out.length; i++) out[i] = at(of, index, i);
      };
    }
    case 'sum':
    case 'max':
    case 'logsumexp':
    case 'firstMax':
      return compileAlongAxis(x.op, buffer(x.of), out, strideOf(x.of, x.axis, lengthOf), lengthOf(x.axis));
    case 'gather':
      return compileGather(x, out, buffer, lengthOf);
    case 'oneHot':
      return compileOneHot(x, out, buffer, lengthOf);
    default: {
      const of = buffer(x.of);
      const f = UNARY[x.op];
      return () => {
        for (let i = 0; i < out.length; i++) out[i] = f(of[i] as number);
      };
    }
  }
}

/** Where element i of the result lies in an operand; undefined: at i itself. */
type Index = Int32Array | undefined;
const at = (data: Float64Array, index: Index, i: number): number =>
  data[index ? (index[i] as number) : i] as number;

/** Distance in memory between neighbours along an axis. */
function strideOf(x: { axes: readonly Axis[] }, axis: Axis, lengthOf: (axis: Axis) => number): number {
  return x.axes.slice(x.axes.indexOf(axis) + 1).reduce((stride, a) => stride * lengthOf(a), 1);
}

function indexInto(
  operand: { axes: readonly Axis[]; skip?: Axis },
  result: Expression,
  lengthOf: (axis: Axis) => number,
): Index {
  if (sameAxes(operand.axes, result.axes)) return undefined;
  const strides = result.axes.map((axis) =>
    operand.axes.includes(axis) && axis !== operand.skip ? strideOf(operand, axis, lengthOf) : 0,
  );
  const lengths = result.axes.map(lengthOf);
  const index = new Int32Array(lengths.reduce((a, b) => a * b, 1));
  for (let i = 0; i < index.length; i++) {
    let rest = i;
    let position = 0;
    for (let d = lengths.length - 1; d >= 0; d--) {
      const length = lengths[d] as number;
      position += (rest % length) * (strides[d] as number);
      rest = Math.floor(rest / length);
    }
    index[i] = position;
  }
  return index;
}

function compileBinary(
  op: BinaryOp,
  x: Expression,
  [left, right]: [Expression, Expression],
  out: Float64Array,
  buffer: (of: Expression) => Float64Array,
  lengthOf: (axis: Axis) => number,
): Step {
  const [a, b] = [buffer(left), buffer(right)];
  const f = BINARY[op];
  const [ia, ib] = [indexInto(left, x, lengthOf), indexInto(right, x, lengthOf)];
  return () => {
    for (let i = 0; i < out.length; i++) out[i] = f(at(a, ia, i), at(b, ib, i));
  };
}

function compileSelect(
  x: Extract<Expression, { op: 'select' }>,
  out: Float64Array,
  buffer: (of: Expression) => Float64Array,
  lengthOf: (axis: Axis) => number,
): Step {
  const [c, y, n] = [buffer(x.condition), buffer(x.yes), buffer(x.no)];
  const [ic, iy, iN] = [x.condition, x.yes, x.no].map((operand) => indexInto(operand, x, lengthOf));
  return () => {
    for (let i = 0; i < out.length; i++) out[i] = at(c, ic, i) !== 0 ? at(y, iy, i) : at(n, iN, i);
  };
}

function compileGather(
  x: Extract<Expression, { op: 'gather' }>,
  out: Float64Array,
  buffer: (of: Expression) => Float64Array,
  lengthOf: (axis: Axis) => number,
): Step {
  const of = buffer(x.of);
  const index = buffer(x.index);
  const stride = strideOf(x.of, x.axis, lengthOf);
  const base = indexInto({ axes: x.of.axes, skip: x.axis }, x, lengthOf);
  const position = indexInto(x.index, x, lengthOf);
  const length = lengthOf(x.axis);
  return () => {
    for (let i = 0; i < out.length; i++) {
      const along = at(index, position, i);
      // Beyond the axis lie the entries of other lines.
      out[i] = along >= 0 && along < length ? (of[(base?.[i] ?? i) + stride * along] ?? NaN) : NaN;
    }
  };
}

function compileOneHot(
  x: Extract<Expression, { op: 'oneHot' }>,
  out: Float64Array,
  buffer: (of: Expression) => Float64Array,
  lengthOf: (axis: Axis) => number,
): Step {
  const index = buffer(x.index);
  const from = indexInto(x.index, x, lengthOf);
  const stride = strideOf(x, x.axis, lengthOf);
  const length = lengthOf(x.axis);
  return () => {
    for (let i = 0; i < out.length; i++)
      out[i] = Math.floor(i / stride) % length === at(index, from, i) ? 1 : 0;
  };
}

function compileAlongAxis(
  op: 'sum' | 'max' | 'logsumexp' | 'firstMax',
  of: Float64Array,
  out: Float64Array,
  stride: number,
  length: number,
): Step {
  /** First element of line n: lines run along the axis, `length` elements, `stride` apart. */
  const start = (n: number): number => Math.floor(n / stride) * stride * length + (n % stride);
  const lines = of.length / length;
  const largest = (from: number): number => {
    let best = from;
    for (let j = 1; j < length; j++) {
      const i = from + j * stride;
      // A NaN wins, so that it is seen and not dropped.
      if ((of[i] as number) > (of[best] as number) || Number.isNaN(of[i])) best = i;
    }
    return best;
  };
  if (op === 'firstMax')
    return () => {
      out.fill(0);
      for (let n = 0; n < lines; n++) out[largest(start(n))] = 1;
    };
  if (op === 'max')
    return () => {
      for (let n = 0; n < lines; n++) out[n] = of[largest(start(n))] as number;
    };
  const shift = op === 'logsumexp';
  return () => {
    for (let n = 0; n < lines; n++) {
      const from = start(n);
      const top = shift ? (of[largest(from)] as number) : 0;
      let total = 0;
      for (let j = 0; j < length; j++) {
        const value = of[from + j * stride] as number;
        total += shift ? Math.exp(value - top) : value;
      }
      out[n] = shift ? top + Math.log(total) : total;
    }
  };
}
