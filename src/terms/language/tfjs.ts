import type * as tfTypes from '@tensorflow/tfjs';
import {
  schedule,
  unionAxes,
  type Axis,
  type BinaryOp,
  type Expression,
  type UnaryOp,
} from './expression.ts';
import type { Sizes } from './evaluate.ts';

export type Tf = typeof tfTypes;
type Tensor = tfTypes.Tensor;

export interface TensorBindings {
  /** Tensors whose dimensions follow the axes of the input, in the order of `AXES`. */
  inputs: Readonly<Record<string, Tensor>>;
  /** Scalars, so that a moved knob is one small write. */
  knob: (key: string) => Tensor;
}

/**
 * Computes expressions as plain tfjs operations, differentiable by tfjs's own autodiff wherever the language has a
 * gradient.
 *
 * @returns one tensor for each output, dimensions in axis order
 */
export function toTensors(
  tf: Tf,
  outputs: readonly Expression[],
  sizes: Sizes,
  bindings: TensorBindings,
): Tensor[] {
  const made = new Map<Expression, Tensor>();
  const lengthOf = (axis: Axis): number => {
    const length = sizes[axis];
    if (length === undefined) throw new Error(`The size of axis "${axis}" is not given.`);
    return length;
  };
  const get = (x: Expression): Tensor => {
    const tensor = made.get(x);
    if (!tensor) throw new Error(`Operand of op "${x.op}" was not computed.`);
    return tensor;
  };
  for (const x of schedule(outputs)) made.set(x, build(tf, x, get, lengthOf, bindings));
  return outputs.map(get);
}

function build(
  tf: Tf,
  x: Expression,
  get: (x: Expression) => Tensor,
  lengthOf: (axis: Axis) => number,
  { inputs, knob }: TensorBindings,
): Tensor {
  /** The operand with dimensions of length 1 where it lacks an axis, so that tfjs broadcasts by name. */
  const aligned = (operand: Expression, axes: readonly Axis[] = x.axes): Tensor => {
    const shape = axes.map((axis) => (operand.axes.includes(axis) ? lengthOf(axis) : 1));
    return operand.axes.length === axes.length || operand.axes.length === 0
      ? get(operand)
      : tf.reshape(get(operand), shape);
  };
  /** Whether a position along `axis` is the one that `index` names, along all `axes`. */
  const isAt = (index: Expression, axis: Axis, axes: readonly Axis[]): Tensor => {
    const shape = axes.map((a) => (a === axis ? lengthOf(axis) : 1));
    return constantOf(tf, [aligned(index, axes)], ([of]) =>
      tf.equal(of, tf.reshape(tf.range(0, lengthOf(axis)), shape)),
    );
  };
  const shape = x.axes.map(lengthOf);
  switch (x.op) {
    case 'constant':
      return tf.scalar(x.value);
    case 'size':
      return tf.scalar(lengthOf(x.axis));
    case 'knob':
      return knob(x.key);
    case 'input': {
      const given = inputs[x.name];
      if (!given) throw new Error(`Input "${x.name}" is not given.`);
      return given;
    }
    case 'select':
      return tf.where(
        constantOf(tf, [aligned(x.condition)], ([of]) => tf.broadcastTo(tf.notEqual(of, 0), shape)),
        tf.broadcastTo(aligned(x.yes), shape),
        tf.broadcastTo(aligned(x.no), shape),
      );
    case 'expand':
      return tf.broadcastTo(aligned(x.of), shape);
    case 'sum':
      return tf.sum(get(x.of), x.of.axes.indexOf(x.axis));
    case 'max':
      return firstMax(tf, get(x.of), x.of.axes.indexOf(x.axis));
    case 'firstMax':
      return constantOf(tf, [get(x.of)], ([of]) => firstMaxMask(tf, of, x.of.axes.indexOf(x.axis)));
    case 'logsumexp':
      return tf.logSumExp(get(x.of), x.of.axes.indexOf(x.axis));
    case 'gather': {
      const axes = unionAxes(x.axes, [x.axis]);
      const chosen = isAt(x.index, x.axis, axes);
      // What is not chosen is left out rather than multiplied by 0: it may be infinite.
      return tf.sum(tf.where(chosen, aligned(x.of, axes), 0), axes.indexOf(x.axis));
    }
    case 'oneHot':
      return tf.cast(isAt(x.index, x.axis, x.axes), 'float32');
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
      return binary(tf, x.op, aligned(x.left), aligned(x.right), shape);
    default:
      return unary(tf, x.op, get(x.of));
  }
}

function unary(tf: Tf, op: UnaryOp, of: Tensor): Tensor {
  switch (op) {
    case 'neg':
      return tf.neg(of);
    case 'exp':
      return tf.exp(of);
    case 'log':
      return tf.log(of);
    case 'log1p':
      return tf.log1p(of);
    case 'sqrt':
      return tf.sqrt(of);
    case 'abs':
      // tfjs's own slope of |x| at 0 is −1; here it is 0, as in PyTorch.
      return tf.mul(
        of,
        constantOf(tf, [of], ([x]) => tf.sign(x)),
      );
    case 'relu':
      return tf.relu(of);
    case 'sigmoid':
      return tf.sigmoid(of);
    case 'stopGradient':
      return constantOf(tf, [of], ([x]) => tf.clone(x));
  }
}

function binary(tf: Tf, op: BinaryOp, left: Tensor, right: Tensor, shape: number[]): Tensor {
  switch (op) {
    case 'add':
      return tf.add(left, right);
    case 'sub':
      return tf.sub(left, right);
    case 'mul':
      return tf.mul(left, right);
    case 'div':
      return tf.div(left, right);
    case 'pow':
      return tf.pow(left, right);
    case 'maximum':
      return extreme(
        tf,
        tf.broadcastTo(left, shape),
        tf.broadcastTo(right, shape),
        (a, b) => tf.maximum(a, b),
        1,
      );
    case 'minimum':
      return extreme(
        tf,
        tf.broadcastTo(left, shape),
        tf.broadcastTo(right, shape),
        (a, b) => tf.minimum(a, b),
        -1,
      );
    case 'greater':
      return constantOf(tf, [left, right], ([a, b]) => tf.cast(tf.greater(a, b), 'float32'));
    case 'greaterEqual':
      return constantOf(tf, [left, right], ([a, b]) => tf.cast(tf.greaterEqual(a, b), 'float32'));
    case 'equal':
      return constantOf(tf, [left, right], ([a, b]) => tf.cast(tf.equal(a, b), 'float32'));
  }
}

/** Maximum (sign 1) or minimum (sign −1) whose ties share the gradient; tfjs's own give all of it to the left. */
function extreme(
  tf: Tf,
  left: Tensor,
  right: Tensor,
  f: (a: Tensor, b: Tensor) => Tensor,
  sign: 1 | -1,
): Tensor {
  const op = tf.customGrad((a, b, save) => {
    const [x, y] = [a as Tensor, b as Tensor];
    (save as (saved: Tensor[]) => void)([x, y]);
    return {
      value: f(x, y),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [p, q] = saved as [Tensor, Tensor];
        // sign(p − q) is 1, 0 or −1: all, half or none of the gradient goes to the left.
        const toLeft = tf.mul(tf.add(tf.mul(tf.sign(tf.sub(p, q)), sign), 1), 0.5);
        return [tf.mul(dy, toLeft), tf.mul(dy, tf.sub(1, toLeft))];
      },
    };
  });
  return op(left, right);
}

/**
 * f(of) as a constant for the tape. tfjs walks every recorded operation between a variable and the loss, and fails
 * at comparisons and argMax, which have no gradient; recorded as one operation with gradient zero they pass.
 */
function constantOf<T extends Tensor[]>(tf: Tf, of: [...T], f: (of: [...T]) => Tensor): Tensor {
  const shapes = of.map((x) => x.shape);
  const op = tf.customGrad((...args) => ({
    value: f(args.slice(0, of.length) as [...T]),
    gradFunc: () => shapes.map((shape) => tf.zeros(shape)),
  }));
  return op(...of);
}

/** 1 at the first largest entry along a dimension, 0 elsewhere. */
function firstMaxMask(tf: Tf, of: Tensor, dimension: number): Tensor {
  const length = of.shape[dimension] ?? 1;
  const positions = tf.reshape(
    tf.range(0, length),
    of.shape.map((_, d) => (d === dimension ? length : 1)),
  );
  return tf.cast(tf.equal(tf.expandDims(tf.argMax(of, dimension), dimension), positions), 'float32');
}

/** The largest entry; the first of several gets the gradient. tfjs's own max sends it to every tied one. */
function firstMax(tf: Tf, of: Tensor, dimension: number): Tensor {
  const op = tf.customGrad((a, save) => {
    const x = a as Tensor;
    (save as (saved: Tensor[]) => void)([x]);
    return {
      value: tf.max(x, dimension),
      gradFunc: (dy: Tensor, saved: Tensor[]) =>
        tf.mul(tf.expandDims(dy, dimension), firstMaxMask(tf, saved[0] as Tensor, dimension)),
    };
  });
  return op(of);
}
