import { number } from './numberKnob.ts';
import { add, div, knob, mul, size, sub } from './language/expression.ts';
import type { TargetTransform } from './term.ts';

const amount = number('loss.label_smoothing', {
  label: 'Label smoothing',
  symbol: 'ε',
  caption: 'Mixes this share of the flat distribution into every training target.',
  source: 'Szegedy et al. 2016',
  min: 0,
  max: 0.5,
  default: 0,
});

/** t′ = (1 − ε) t + ε / K, on soft targets. */
export const labelSmoothing: TargetTransform = {
  kind: 'target',
  id: 'label_smoothing',
  label: 'Label smoothing',
  color: { light: '#6a4fb3', dark: '#b6a2f2' },
  caption: 'Moves the target itself towards flat: the model is asked for less.',
  source: 'Szegedy et al. 2016',
  knobs: [amount],
  golden: { eps: amount.key },
  expression: (target) => add(mul(sub(1, knob(amount.key)), target), div(knob(amount.key), size('class'))),
  forward: (target, out, knobs) => {
    const epsilon = knobs(amount.key);
    for (let i = 0; i < target.length; i++)
      out[i] = (1 - epsilon) * (target[i] as number) + epsilon / target.length;
  },
};
