import { ACTIVATIONS, type Activation } from '../layers/dense/dense.ts';
import type { ChoiceKnob, KnobValues, TextKnob } from '../terms/knob.ts';

/** The hidden layers of a dense network, as knobs of any lab that has one. */

const MAX_WIDTH = 1024;
const MAX_LAYERS = 6;

/** @param widths the default, such as `64,64` */
export const hiddenKnob = (widths: string): TextKnob => ({
  kind: 'text',
  key: 'model.hidden',
  label: 'Hidden widths',
  caption: 'Widths of the hidden layers, separated by commas.',
  live: false,
  default: widths,
  check: (text) =>
    widthsIn(text)
      ? undefined
      : `Hidden widths are 1 to ${String(MAX_LAYERS)} whole numbers from 1 to ${String(MAX_WIDTH)}, separated by commas, such as 64,64.`,
});

/** @param activation the default */
export const activationKnob = (activation: Activation): ChoiceKnob => ({
  kind: 'choice',
  key: 'model.activation',
  label: 'Activation',
  caption: 'The nonlinearity of the hidden layers; GELU is the exact one.',
  live: false,
  options: ACTIVATIONS.map((value) => ({ value, label: value })),
  default: activation,
});

/** "64,64" as numbers; undefined where the text does not say widths that can be trained. */
export function widthsIn(text: string): number[] | undefined {
  const parts = text.split(',').map((part) => part.trim());
  const widths = parts.map(Number);
  const right = parts.every(
    (part, i) => /^\d+$/.test(part) && (widths[i] as number) >= 1 && (widths[i] as number) <= MAX_WIDTH,
  );
  return right && widths.length <= MAX_LAYERS ? widths : undefined;
}

export const hiddenWidths = (knobs: KnobValues): number[] => widthsIn(String(knobs['model.hidden'])) ?? [];

export const activationOf = (knobs: KnobValues): Activation =>
  ACTIVATIONS.find((name) => name === knobs['model.activation']) as Activation;
