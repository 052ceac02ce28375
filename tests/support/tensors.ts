import type { Tensor } from '@tensorflow/tfjs';
import { schedule, type Expression } from '../../src/terms/language/expression.ts';
import type { Sizes } from '../../src/terms/language/evaluate.ts';
import { toTensors } from '../../src/terms/language/tfjs.ts';
import { tf } from './cpu.ts';
import { SIZES, type Inputs, type Knobs } from './language.ts';

/** Computes an expression as tensors, with some of its inputs replaced by given ones. */
function computing(inputs: Inputs, sizes: Sizes, knobs: Knobs) {
  const bind = (node: Expression & { op: 'input' }): Tensor =>
    tf.tensor(
      Float32Array.from(inputs[node.name] ?? []),
      node.axes.map((axis) => sizes[axis] ?? 0),
    );
  const compute = (x: Expression, at: Readonly<Record<string, Tensor>> = {}): Tensor => {
    const nodes = schedule([x]).filter((node) => node.op === 'input');
    const [tensor] = toTensors(tf, [x], sizes, {
      inputs: Object.fromEntries(nodes.map((node) => [node.name, at[node.name] ?? bind(node)])),
      knob: (key) => tf.scalar(knobs[key] ?? NaN),
    });
    return tensor as Tensor;
  };
  return { bind, compute };
}

const numbers = (tensor: Tensor): number[] => [...tensor.dataSync<'float32'>()];

/** The value of an expression on tfjs, and its shape. */
export function valueOnTfjs(
  x: Expression,
  inputs: Inputs = {},
  sizes: Sizes = SIZES,
  knobs: Knobs = {},
): { value: number[]; shape: number[] } {
  return tf.tidy(() => {
    const tensor = computing(inputs, sizes, knobs).compute(x);
    return { value: numbers(tensor), shape: tensor.shape };
  });
}

/** The gradient of a scalar expression by some inputs, by tfjs's autodiff. */
export function gradientOnTfjs(
  x: Expression,
  wrt: readonly Expression[],
  inputs: Inputs = {},
  sizes: Sizes = SIZES,
  knobs: Knobs = {},
): number[][] {
  const by = wrt.filter((node) => node.op === 'input');
  return tf.tidy(() => {
    const { bind, compute } = computing(inputs, sizes, knobs);
    const f = (...at: Tensor[]): Tensor =>
      compute(x, Object.fromEntries(by.map(({ name }, i) => [name, at[i] as Tensor])));
    return tf.grads(f)(by.map(bind)).map(numbers);
  });
}
