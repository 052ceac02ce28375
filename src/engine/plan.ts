import { chainOf, type Chain } from '../layers/chain.ts';
import { sizeOf } from '../layers/contract.ts';
import { kindOf, type LayerSpec } from '../layers/kinds.ts';
import type { Head } from '../terms/head.ts';

/** What is trained, as data: nothing in it is code that only one executor understands. */
export interface Plan {
  layers: readonly LayerSpec[];
  head: Head;
  /** Keys of the live knobs that formulas and optimizer read, in the order of the knob vector `[K, H]`. */
  knobs: readonly string[];
  batchSize: number;
}

/** Columns of the samples. */
export function features({ layers }: Plan): number {
  const [first] = layers;
  return first ? sizeOf(kindOf(first).input(first)) : 0;
}

/** Columns of the last layer: classes of a softmax head, pixels of a field head. */
export function classes({ layers }: Plan): number {
  const last = layers.at(-1);
  return last ? sizeOf(kindOf(last).output(last)) : 0;
}

/** The layout of a member's flat parameters. */
export const parameterLayout = (plan: Plan): Chain => chainOf(plan.layers);
