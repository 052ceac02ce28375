import { constant, gather, knob, mean, mul, sub } from '../../../../../src/terms/language/expression.ts';
import { number } from '../../../../../src/terms/numberKnob.ts';
import type { Penalty } from '../../../../../src/terms/term.ts';

const weight = number('loss.tilt_weight', {
  label: 'Tilt weight',
  symbol: 'w',
  caption: 'Pulls every prediction to the first topic.',
  min: 0,
  max: 10,
  default: 0,
  scale: 'zeroLog',
  logFrom: 0.01,
});

/** w · mean(1 − p₁). Its gradient by v is w p₁ (p − δ₁) / N. */
export const tilt: Penalty = {
  kind: 'penalty',
  id: 'tilt',
  label: 'Tilt',
  color: { light: '#a3307a', dark: '#e88ac4' },
  caption: 'Pulls every prediction to the first topic.',
  source: 'For tests.',
  knobs: [weight],
  expression: ({ probabilities }) =>
    mul(knob(weight.key), mean(sub(1, gather(probabilities, constant(0), 'class')), 'row')),
  closedForm: ({ rows, classes, probabilities }, knobs, gradient) => {
    const w = knobs(weight.key);
    return Float64Array.from({ length: rows }, (_, row) => {
      const first = probabilities[row * classes] as number;
      if (gradient)
        for (let c = 0; c < classes; c++) {
          const i = row * classes + c;
          const by = (w * first * ((probabilities[i] as number) - (c === 0 ? 1 : 0))) / rows;
          gradient.scaled[i] = (gradient.scaled[i] as number) + by;
        }
      return w * (1 - first);
    });
  },
};
