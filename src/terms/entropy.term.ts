import { reach } from '../science/reach.ts';
import { numberAt } from './knob.ts';
import { number } from './numberKnob.ts';
import { knob, mean, mul, relu, sub } from './language/expression.ts';
import { reachOf } from './reachOf.ts';
import { entropyExpression, entropyOfRow } from './heads/softmax/entropy.ts';
import type { Penalty } from './term.ts';

const source = 'Pereyra et al. 2017, hinge variant';

const weight = number('loss.entropy_weight', {
  label: 'Entropy weight',
  symbol: 'w',
  caption: 'How strongly a prediction is pushed up when its entropy falls below the minimum.',
  source,
  min: 0,
  max: 10,
  default: 0,
  scale: 'zeroLog',
  logFrom: 0.05,
});

const threshold = number('loss.min_entropy', {
  label: 'Minimum entropy',
  symbol: 'H_min',
  caption:
    'The entropy below which the penalty begins. It is an exact penalty: strong weights pin predictions here, not at uniform.',
  source,
  unit: 'nats',
  min: 0,
  max: 2.5,
  default: 0.5,
  inactive: (values) => (values[weight.key] === 0 ? 'The entropy weight is 0.' : undefined),
});

/** w · mean relu(H_min − H(p)). Its gradient by v, where H < H_min, is w p (log p + H) / N. */
export const entropy: Penalty = {
  kind: 'penalty',
  id: 'entropy',
  label: 'Entropy hinge',
  color: { light: '#b4530a', dark: '#f0a060' },
  caption: 'Pushes predictions up to the minimum entropy, and no further.',
  source,
  knobs: [weight, threshold],
  golden: { entropy_weight: weight.key, min_entropy: threshold.key },
  idle: (values, classes) => {
    if (values[weight.key] === 0) return undefined;
    // Penalties act in training, where the reach may be another than at inference.
    const r = reachOf(values, 'training');
    const lowest = reach(classes, r).minEntropy;
    const start = numberAt(values, threshold.key);
    return lowest >= start
      ? `At reach ${r.toPrecision(3)} no prediction has an entropy below ${lowest.toFixed(3)}, and the hinge starts at ${String(start)}.`
      : undefined;
  },
  expression: (scope) =>
    mul(knob(weight.key), mean(relu(sub(knob(threshold.key), entropyExpression(scope))), 'row')),
  closedForm: ({ rows, classes, logProbabilities, probabilities }, knobs, gradient) => {
    const [w, minimum] = [knobs(weight.key), knobs(threshold.key)];
    const perRow = new Float64Array(rows);
    for (let row = 0; row < rows; row++) {
      const h = entropyOfRow(logProbabilities, probabilities, row * classes, classes);
      if (!(h < minimum)) {
        // NaN stays visible, an inactive hinge is exactly 0.
        perRow[row] = Number.isNaN(h) ? NaN : 0;
        continue;
      }
      perRow[row] = w * (minimum - h);
      if (!gradient) continue;
      for (let i = row * classes; i < (row + 1) * classes; i++)
        gradient.scaled[i] =
          (gradient.scaled[i] as number) +
          (w * (probabilities[i] as number) * ((logProbabilities[i] as number) + h)) / rows;
    }
    return perRow;
  },
};
