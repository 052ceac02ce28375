import type { DenseLayer } from '../../layers/dense/dense.ts';
import { numberAt, type KnobValues } from '../../terms/knob.ts';
import { activationOf, hiddenWidths } from '../hidden.ts';

/** Kinds of places that public/data/places has. */
const PLACE_KINDS = 8;

/** K of a configuration. */
export const categoriesOf = (knobs: KnobValues): number =>
  knobs['data.source'] === 'places' ? PLACE_KINDS : numberAt(knobs, 'data.categories');

/**
 * The layers of the lab's network: x, y and the distance to each category, to a logit for each.
 *
 * @param categories as the data have them; without data, as the knobs say
 */
export function layersOf(knobs: KnobValues, categories = categoriesOf(knobs)): DenseLayer[] {
  const hidden = hiddenWidths(knobs);
  const activation = activationOf(knobs);
  const widths = [2 + categories, ...hidden, categories];
  return widths.slice(1).map((outputs, l) => ({
    kind: 'dense',
    inputs: widths[l] as number,
    outputs,
    ...(l < hidden.length && { activation }),
  }));
}
