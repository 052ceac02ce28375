import type { LayerSpec } from '../layers/kinds.ts';
import type { KnobValues } from '../terms/knob.ts';
import { layersOf } from './service-mix/network.ts';

/** The layers of each lab's network under given knobs: what the flat parameters of a run mean. */
export const networks: Readonly<Record<string, (knobs: KnobValues) => readonly LayerSpec[]>> = {
  'service-mix': (knobs) => layersOf(knobs),
};
