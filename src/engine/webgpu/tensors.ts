import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import type { Tf } from '../../terms/language/tfjs.ts';
import type { Datasets } from '../executor.ts';
import { classes, features, type Plan } from '../plan.ts';
import type { Parameters } from '../tfjs/tfjsNetwork.ts';
import { QUAD, quads, type Layout } from './layout.ts';

/** A data set on the device: features `[rows, 4 in4]`, padded with zeros, and targets `[rows, outputs]`. */
export interface DeviceSet {
  rows: number;
  features: GPUBuffer;
  targets: GPUBuffer | undefined;
}

/** What an executor shares. */
export interface Shareable {
  plan: Plan;
  members: number;
  layout: Layout;
  parameters: GPUBuffer;
  moments: GPUBuffer;
  sets: Readonly<Record<keyof Datasets, DeviceSet>>;
}

/**
 * A buffer as a tensor, without a copy. tfjs reads it where it lies, and leaves it alone when the tensor is disposed of:
 * it neither destroys it nor takes it into its pool. It must go on living for as long as tfjs computes with the tensor.
 *
 * What tfjs has once read back from such a tensor (`data`) it keeps, also for its clones and reshaped views, and gives
 * it again when the buffer has long changed: read the result of an operation instead. Operations always see the buffer.
 *
 * @throws Error where the shape is larger than the buffer, or tfjs's current backend is another
 */
export function shared(tf: Tf, buffer: GPUBuffer, shape: number[], dtype: 'float32' | 'int32'): Tensor {
  return tf.tensor({ buffer, zeroCopy: true }, shape, dtype);
}

/**
 * Parameters, moments and samples of an executor as tfjs tensors on the same device. They are the executor's own
 * buffers: what is computed from them after a chunk is computed from what the chunk left, and nothing is copied to the
 * processor or back. Calls of an executor are not to be mixed with tensors while they run.
 */
export class SharedTensors {
  /** `[K, 4 parameters4]` in the order of the layout. */
  readonly parameters: Tensor2D;
  /** `[K, 2, 4 parameters4]`: first and second moments. */
  readonly moments: Tensor3D;
  readonly #tf: Tf;
  readonly #of: Shareable;
  readonly #sets: Readonly<Record<keyof Datasets, { features: Tensor2D; targets: Tensor2D | undefined }>>;

  constructor(tf: Tf, of: Shareable) {
    const { plan, members, layout, sets } = of;
    this.#tf = tf;
    this.#of = of;
    const size = QUAD * layout.parameters4;
    this.parameters = shared(tf, of.parameters, [members, size], 'float32') as Tensor2D;
    this.moments = shared(tf, of.moments, [members, 2, size], 'float32') as Tensor3D;
    const place = ({ rows, features: x, targets }: DeviceSet) => ({
      features: shared(tf, x, [rows, QUAD * quads(features(plan))], 'float32') as Tensor2D,
      targets: targets && (shared(tf, targets, [rows, classes(plan)], 'float32') as Tensor2D),
    });
    this.#sets = {
      train: place(sets.train),
      validation: place(sets.validation),
      stage: place(sets.stage),
    };
  }

  /** Tensors that are held. */
  get count(): number {
    return this.#all.filter(({ isDisposed }) => !isDisposed).length;
  }

  /** Parameters of a member as they are now, for `forward` of the tfjs executor; the caller's. */
  parametersOf(member: number): Parameters {
    return this.#cut(this.#tf.slice(this.parameters, [member, 0], [1, -1]));
  }

  /** First and second moments of a member as they are now, shaped as its parameters; the caller's. */
  momentsOf(member: number): [first: Parameters, second: Parameters] {
    const of = (which: number): Parameters =>
      this.#cut(this.#tf.slice(this.moments, [member, which, 0], [1, 1, -1]));
    return [of(0), of(1)];
  }

  /** `[rows, features]`; the caller's. */
  featuresOf(set: keyof Datasets): Tensor2D {
    return this.#tf.slice(this.#sets[set].features, [0, 0], [-1, features(this.#of.plan)]);
  }

  /** `[rows, classes]`, where something is known to be true; stays with these tensors. */
  targetsOf(set: keyof Datasets): Tensor2D | undefined {
    return this.#sets[set].targets;
  }

  /** Gives the tensors up; the buffers stay. */
  dispose(): void {
    this.#tf.dispose(this.#all);
  }

  get #all(): Tensor[] {
    const sets = Object.values(this.#sets).flatMap((set) => [
      set.features,
      ...(set.targets ? [set.targets] : []),
    ]);
    return [this.parameters, this.moments, ...sets];
  }

  /** Of numbers in the order of the layout, in the order of the flat parameters, without what fills up quads; takes the tensor over. */
  #cut(padded: Tensor): Parameters {
    const tf = this.#tf;
    const cut = tf.tidy(() => {
      const flat: Tensor1D = tf.reshape(padded, [-1]);
      return this.#of.layout.blocks.flatMap(({ arrays }) =>
        arrays.map(({ rows, columns, stored, at }): Tensor => {
          const wide = QUAD * quads(columns);
          const part = tf.reshape(tf.slice(flat, [QUAD * at], [rows * wide]), [rows, wide]);
          return tf.reshape(tf.slice(part, [0, 0], [rows, columns]), [...stored]);
        }),
      );
    });
    padded.dispose();
    return cut;
  }
}
