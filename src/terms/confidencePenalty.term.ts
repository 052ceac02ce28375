import { number } from './numberKnob.ts';
import { knob, mean, mul, neg } from './language/expression.ts';
import { entropyExpression, entropyOfRow } from './heads/softmax/entropy.ts';
import type { Penalty } from './term.ts';

const weight = number('loss.confidence_penalty', {
  label: 'Confidence penalty',
  symbol: 'β',
  caption: 'Rewards entropy everywhere and always, in proportion to this weight β.',
  source: 'Pereyra et al. 2017',
  min: 0,
  max: 1,
  default: 0,
  scale: 'zeroLog',
  logFrom: 0.005,
});

/** −β · mean H(p). Its gradient by v is β p (log p + H) / N. */
export const confidencePenalty: Penalty = {
  kind: 'penalty',
  id: 'confidence_penalty',
  label: 'Confidence penalty',
  color: { light: '#8a5a2b', dark: '#d0a878' },
  caption: 'Flattens every prediction a little, whatever its entropy.',
  source: 'Pereyra et al. 2017',
  knobs: [weight],
  golden: { confidence_penalty: weight.key },
  expression: (scope) => neg(mul(knob(weight.key), mean(entropyExpression(scope), 'row'))),
  closedForm: ({ rows, classes, logProbabilities, probabilities }, knobs, gradient) => {
    const beta = knobs(weight.key);
    const perRow = new Float64Array(rows);
    for (let row = 0; row < rows; row++) {
      const h = entropyOfRow(logProbabilities, probabilities, row * classes, classes);
      perRow[row] = -beta * h;
      if (!gradient) continue;
      for (let i = row * classes; i < (row + 1) * classes; i++)
        gradient.scaled[i] =
          (gradient.scaled[i] as number) +
          (beta * (probabilities[i] as number) * ((logProbabilities[i] as number) + h)) / rows;
    }
    return perRow;
  },
};
