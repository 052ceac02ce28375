import type { ChoiceKnob } from './knob.ts';
import { number } from './numberKnob.ts';
import { div, equal, knob, select, type Expression } from './language/expression.ts';
import type { LogitTransform, NumericKnobs, Phase } from './term.ts';

const source = 'Hinton et al. 2015; post-hoc: Guo et al. 2017';

const temperatureKnob = number('model.temperature', {
  label: 'Temperature T',
  symbol: 'T',
  caption:
    'Divides the logits. With LogitNorm it shrinks the reach; without it, training just learns logits T times larger.',
  source,
  min: 0.05,
  max: 10,
  default: 1,
  scale: 'log',
});

const place: ChoiceKnob = {
  kind: 'choice',
  key: 'model.temperature_at',
  label: 'Temperature acts',
  caption: 'In training, at inference, or both. At inference only it is Guo’s post-hoc calibration.',
  source,
  live: true,
  options: [
    { value: 'both', label: 'both' },
    { value: 'training', label: 'in training' },
    { value: 'inference', label: 'at inference' },
  ],
  default: 'both',
};

/** The position of the option under which temperature does not act in a phase. */
const ABSENT: Readonly<Record<Phase, number>> = {
  training: place.options.findIndex(({ value }) => value === 'inference'),
  evaluation: place.options.findIndex(({ value }) => value === 'training'),
};

/** v = u / T, where T acts in this phase. */
export const temperature: LogitTransform = {
  kind: 'logits',
  id: 'temperature',
  label: 'Temperature',
  color: { light: '#2563a8', dark: '#7fb2f0' },
  caption: 'Divides the logits before the softmax.',
  source,
  knobs: [temperatureKnob, place],
  golden: { temperature: temperatureKnob.key },
  expression: (logits, phase): Expression =>
    div(logits, select(equal(knob(place.key), ABSENT[phase]), 1, knob(temperatureKnob.key))),
  forward: (logits, out, knobs, phase) => {
    const t = temperatureIn(knobs, phase);
    for (let i = 0; i < logits.length; i++) out[i] = (logits[i] as number) / t;
  },
  backward: (_, gradient, knobs, phase) => {
    const t = temperatureIn(knobs, phase);
    for (let i = 0; i < gradient.length; i++) gradient[i] = (gradient[i] as number) / t;
  },
};

/** T as it acts in a phase: 1 where it does not. */
export function temperatureIn(knobs: NumericKnobs, phase: Phase): number {
  return knobs(place.key) === ABSENT[phase] ? 1 : knobs(temperatureKnob.key);
}
