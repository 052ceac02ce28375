import type { ExecutorSetup } from '../../src/engine/executor.ts';
import { initialParameters } from '../../src/engine/initialization.ts';
import { parameterLayout, type Plan } from '../../src/engine/plan.ts';
import type { Activation, DenseLayer } from '../../src/layers/dense/dense.ts';
import { serviceMix } from '../../src/labs/service-mix/index.ts';
import { randomStream } from '../../src/science/random.ts';
import { outputsOf, passedBy, type EmbedLayer } from '../../src/layers/embed/embed.ts';
import { numericValue, type KnobValues } from '../../src/terms/knob.ts';
import { terms as serviceMixTerms } from '../../src/labs/service-mix/terms.ts';

const live = serviceMix.knobs.filter((knob) => knob.live);

/** A network of any shape under a loss with all terms, and members with knobs of their own. */
export interface NetworkCase {
  inputs: number;
  hidden: readonly number[];
  classes: number;
  activation: Activation;
  batch: number;
  members: readonly KnobValues[];
  seed: number;
  /** Ids of the terms of the head; all of service-mix without it. */
  terms?: readonly string[];
  /** Of the last layer; without it that one is affine. */
  lastActivation?: Activation | undefined;
  /** Layers before the dense ones; the first takes the inputs. */
  embeds?: readonly EmbedLayer[];
}

/** Its executors' setup, on data that are drawn; there are three rows more than a batch has. */
export function setupOf({
  inputs,
  hidden,
  classes,
  activation,
  batch,
  members,
  seed,
  terms,
  embeds = [],
  lastActivation,
}: NetworkCase): ExecutorSetup {
  const last = embeds.at(-1);
  const widths = [last ? outputsOf(last) : inputs, ...hidden, classes];
  const layers = widths.slice(1).map((outputs, l): DenseLayer => ({
    kind: 'dense',
    inputs: widths[l] as number,
    outputs,
    ...(l < hidden.length ? { activation } : lastActivation && { activation: lastActivation }),
  }));
  const plan: Plan = {
    layers: [...embeds, ...layers],
    head: { kind: 'softmax', terms: terms ?? serviceMixTerms.map(({ id }) => id) },
    knobs: live.map(({ key }) => key),
    batchSize: batch,
  };
  const stream = randomStream(seed, 'data');
  const rows = batch + 3;
  const targets = Float32Array.from({ length: rows * classes }, (_, i) => 0.01 + stream.uniform(i));
  for (let row = 0; row < rows; row++) {
    const mix = targets.subarray(row * classes, (row + 1) * classes);
    const sum = mix.reduce((a, b) => a + b, 0);
    mix.forEach((t, i) => (mix[i] = t / sum));
  }
  const features = Float32Array.from({ length: rows * inputs }, (_, i) => stream.normal(1_000_000 + i));
  // Columns that the first layer reads as indices, and those that it passes on to be read as such.
  for (const { column, size } of indexColumnsOf(embeds))
    for (let row = 0; row < rows; row++)
      features[row * inputs + column] = stream.integer(2_000_000 + row * inputs + column, size);
  const set = { rows, features, targets };
  const { count } = parameterLayout(plan);
  return {
    plan,
    members: members.length,
    data: { train: set, validation: set, stage: { rows: 2, features: features.subarray(0, 2 * inputs) } },
    state: {
      parameters: Float64Array.from(members.flatMap((_, k) => [...initialParameters(plan, seed + k)])),
      moments: new Float64Array(2 * count * members.length),
    },
    knobs: Float64Array.from(
      members.flatMap((own) => live.map((knob) => numericValue(knob, own[knob.key] ?? knob.default))),
    ),
  };
}

/** Columns of the data that hold indices, and rows of their tables: of the first layer's own, and of those passed on. */
function indexColumnsOf([first, second]: readonly EmbedLayer[]): { column: number; size: number }[] {
  const own = (embed: EmbedLayer | undefined) =>
    (embed?.tables ?? []).flatMap(({ rows, columns }) => columns.map((column) => ({ column, size: rows })));
  const passed = first ? passedBy(first) : [];
  return [
    ...own(first),
    ...own(second).map(({ column, size }) => ({ column: passed[column] as number, size })),
  ];
}
