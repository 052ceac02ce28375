import type { Datasets } from '../executor.ts';
import type { Buffers } from './buffers.ts';
import { budgetOf, dispatchesOf, membersAtOnce, Spans, type Dispatch, type Pass } from './dispatches.ts';
import type { Gpu } from './gpu.ts';
import { QUAD, strideOf, type Layout } from './layout.ts';
import { bind } from './pipelines.ts';
import type { ReadBack } from './readBack.ts';
import { submit, type Bound } from './steps.ts';
import type { DeviceSet } from './tensors.ts';

const F32 = 4;
const QUAD_BYTES = QUAD * F32;

/** What predictions are made from. */
export interface Predicting {
  members: number;
  outputs: number;
  layout: Layout;
  forward: readonly Pass[];
  sets: Readonly<Record<keyof Datasets, DeviceSet>>;
  parameters: GPUBuffer;
  numbers: GPUBuffer;
  /** The most bytes of a work space. */
  mostWork: number;
}

/** What it takes to predict a set: calls for all lots of members, and for each the members that it has. */
interface Prediction {
  bound: Bound;
  lots: { dispatches: Dispatch[]; first: number; count: number }[];
  /** Quads of a member's work space. */
  pitch: number;
}

/** Runs the forward passes over whole data sets; makes what it needs for a set when it is first asked for. */
export class Predictions {
  readonly #gpu: Gpu;
  readonly #buffers: Buffers;
  readonly #back: ReadBack;
  readonly #of: Predicting;
  readonly #known = new Map<keyof Datasets, Prediction>();
  #work: GPUBuffer | undefined;

  constructor(gpu: Gpu, buffers: Buffers, back: ReadBack, of: Predicting) {
    this.#gpu = gpu;
    this.#buffers = buffers;
    this.#back = back;
    this.#of = of;
  }

  /** Raw logits of a set, `[K, rows, outputs]`. @throws ExecutorLost */
  async predict(set: keyof Datasets): Promise<Float64Array> {
    const { members, outputs, layout, sets } = this.#of;
    const { bound, lots, pitch } = this.#prediction(set);
    const { rows } = sets[set];
    const stride = strideOf(rows);
    const last = layout.blocks.at(-1)?.values ?? 0;
    const bytes = outputs * stride * QUAD_BYTES;
    const out = new Float64Array(members * rows * outputs);
    for (const { dispatches, first, count } of lots) {
      submit(this.#gpu.device, bound, [dispatches]);
      const from = this.#work as GPUBuffer;
      const at = (k: number): number => (k * pitch + last * stride) * QUAD_BYTES;
      const logits = await this.#back.read(
        Array.from({ length: count }, (_, k) => ({ from, at: at(k), bytes })),
      );
      for (let k = 0; k < count; k++)
        for (let c = 0; c < outputs; c++) {
          const column = (k * outputs + c) * stride * QUAD;
          for (let row = 0; row < rows; row++)
            out[((first + k) * rows + row) * outputs + c] = logits[column + row] as number;
        }
    }
    return out;
  }

  #prediction(set: keyof Datasets): Prediction {
    const known = this.#known.get(set);
    if (known) return known;
    const { members, sets, forward, parameters, numbers } = this.#of;
    const { rows, features: x } = sets[set];
    const { pitch, atOnce } = this.#shape(rows);
    this.#work ??= this.#buffers.storage('prediction work', this.#bytes());
    const spans = new Spans();
    const shape = { stride: strideOf(rows), pitch, rows, lists: 0, steps: 0, members };
    const calls = dispatchesOf(forward, shape, atOnce, budgetOf(this.#gpu.adapter.software), spans);
    const words = spans.words();
    const span = this.#buffers.uniform(`${set} span`, words.byteLength);
    this.#gpu.device.queue.writeBuffer(span, 0, words);
    const bound = {
      network: bind(this.#gpu.device, 'network', span, {
        features: x,
        targets: x,
        // Every row, in order, at step 0.
        batch: this.#buffers.holding(
          `${set} rows`,
          Uint32Array.from({ length: rows }, (_, i) => i),
        ),
        parameters,
        work: this.#work,
        numbers,
        control: this.#buffers.storage(`${set} control`, members * F32),
      }),
    };
    const lots = calls.map((dispatches, i) => ({
      dispatches,
      first: i * atOnce,
      count: Math.min(atOnce, members - i * atOnce),
    }));
    const prediction = { bound, lots, pitch };
    this.#known.set(set, prediction);
    return prediction;
  }

  /** Quads of a member's work space for so many rows, and members that go side by side. */
  #shape(rows: number): { pitch: number; atOnce: number } {
    const { layout, forward, members, mostWork } = this.#of;
    const pitch = layout.forward * strideOf(rows);
    const most = Math.max(1, Math.floor(mostWork / (pitch * QUAD_BYTES)));
    const budget = budgetOf(this.#gpu.adapter.software);
    return { pitch, atOnce: membersAtOnce(forward, rows, members, budget, most) };
  }

  /** Enough for every set. */
  #bytes(): number {
    const each = Object.values(this.#of.sets).map(({ rows }: DeviceSet) => {
      const { pitch, atOnce } = this.#shape(rows);
      return pitch * atOnce * QUAD_BYTES;
    });
    return Math.max(...each);
  }
}
