import type { Tensor } from '@tensorflow/tfjs';
import type { Gpu } from '../../../src/engine/webgpu/gpu.ts';
import { compile, type Sizes } from '../../../src/terms/language/evaluate.ts';
import { schedule, type Expression } from '../../../src/terms/language/expression.ts';
import { gradient } from '../../../src/terms/language/gradient.ts';
import { toTensors, type Tf } from '../../../src/terms/language/tfjs.ts';
import { valuesOnWebgpu } from '../../support/gpuValues.ts';
import { kernels, valuesOnWasm } from '../../support/vectors.ts';
import type { NumericKnobs } from '../../../src/terms/term.ts';

/** Expressions over named arrays of any axes, to be worked out by whatever can. */
export interface Problem {
  outputs: readonly Expression[];
  /** A scalar, and the input by which its gradient is asked for. */
  scalar: Expression;
  by: Expression;
  sizes: Sizes;
  inputs: Readonly<Record<string, ArrayLike<number>>>;
  knobs: NumericKnobs;
}

/** The values of the outputs, in order, and last the gradient. */
export type Solve = (problem: Problem) => ArrayLike<number>[] | Promise<ArrayLike<number>[]>;

/** By the language's own evaluator and gradient, in f64. */
export const symbolic: Solve = ({ outputs, scalar, by, sizes, inputs, knobs }) => [
  ...compile([...outputs, ...gradient(scalar, [by])], sizes)({ inputs, knob: knobs }),
];

/** As a program of the WASM machine, in f32, with the language's gradient. */
export const vectors: Solve = async ({ outputs, scalar, by, sizes, inputs, knobs }) =>
  valuesOnWasm(await kernels(), [...outputs, ...gradient(scalar, [by])], inputs, sizes, knobs);

/** As a program of the webgpu executor, in f32, with the language's gradient. */
export const onGpu =
  (gpu: Gpu): Solve =>
  ({ outputs, scalar, by, sizes, inputs, knobs }) =>
    valuesOnWebgpu(gpu, [...outputs, ...gradient(scalar, [by])], inputs, sizes, knobs);

/** As a tfjs graph with tfjs's autodiff, in f32, on the backend that is set. */
export const tensors =
  (tf: Tf): Solve =>
  async ({ outputs, scalar, by, sizes, inputs, knobs }) => {
    if (by.op !== 'input') throw new Error('Only inputs have gradients here.');
    const shapeOf = ({ axes }: Expression): number[] => axes.map((axis) => sizes[axis] ?? 0);
    const packed = tf.tidy(() => {
      const given = schedule([...outputs, scalar]).filter((node) => node.op === 'input');
      const bound = Object.fromEntries(
        given.map((node) => [
          node.name,
          tf.tensor(Float32Array.from(inputs[node.name] ?? []), shapeOf(node), 'float32'),
        ]),
      );
      const compute = (of: readonly Expression[], at: Tensor): Tensor[] =>
        toTensors(tf, of, sizes, {
          inputs: { ...bound, [by.name]: at },
          knob: (key) => tf.scalar(knobs(key)),
        });
      const at = bound[by.name] as Tensor;
      const slope = tf.grad((x: Tensor) => compute([scalar], x)[0] as Tensor)(at);
      return tf.concat([...compute(outputs, at), slope].map((tensor) => tf.reshape(tensor, [-1])));
    });
    // One readback for everything: on a GPU each costs a round trip.
    const numbers = await packed.data();
    packed.dispose();
    let from = 0;
    return [...outputs, by].map((x) =>
      numbers.slice(from, (from += shapeOf(x).reduce((count, length) => count * length, 1))),
    );
  };
