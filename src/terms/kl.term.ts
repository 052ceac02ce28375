import type { ChoiceKnob } from './knob.ts';
import { knob, mean, mul, select, size, sub, sum, xlogx, div, equal } from './language/expression.ts';
import { mi, mo, mrow, written } from './language/notation.ts';
import type { Penalty } from './term.ts';

const reduction: ChoiceKnob = {
  kind: 'choice',
  key: 'loss.kl_reduction',
  label: 'KL reduction',
  caption:
    'batchmean is the mean KL per sample in nats. mean divides by the number of classes too, as PyTorch does by default: K times smaller gradients, a diagnostic only.',
  source: 'PyTorch F.kl_div',
  live: true,
  options: [
    { value: 'batchmean', label: 'batchmean' },
    { value: 'mean', label: 'mean (÷ K)' },
  ],
  default: 'batchmean',
};

/** KL(target‖pred): mean over rows of Σ_c t (log t − log p), in nats. Its gradient by v is (p − t) / N. */
export const kl: Penalty = {
  kind: 'penalty',
  id: 'kl',
  label: 'KL(target‖model)',
  color: { light: '#17181a', dark: '#ededea' },
  caption: 'Pulls each prediction towards its own target.',
  source: 'Kullback & Leibler 1951; F.kl_div with reduction batchmean',
  knobs: [reduction],
  expression: ({ target, logProbabilities }) => {
    const perRow = written(
      sum(sub(xlogx(target), mul(target, logProbabilities)), 'class'),
      mrow(mi('KL'), mo('('), mi('t'), mo('‖'), mi('p'), mo(')')),
    );
    return mean(mul(perRow, select(equal(knob(reduction.key), 0), 1, div(1, size('class')))), 'row');
  },
  closedForm: ({ rows, classes, target, logProbabilities, probabilities }, knobs, gradient) => {
    const scale = knobs(reduction.key) === 0 ? 1 : 1 / classes;
    const perRow = new Float64Array(rows);
    for (let row = 0; row < rows; row++) {
      let total = 0;
      let mass = 0;
      for (let i = row * classes; i < (row + 1) * classes; i++) {
        const t = target[i] as number;
        mass += t;
        if (t > 0) total += t * (Math.log(t) - (logProbabilities[i] as number));
      }
      perRow[row] = scale * total;
      if (!gradient) continue;
      for (let i = row * classes; i < (row + 1) * classes; i++)
        gradient.scaled[i] =
          (gradient.scaled[i] as number) +
          (scale * (mass * (probabilities[i] as number) - (target[i] as number))) / rows;
    }
    return perRow;
  },
};
