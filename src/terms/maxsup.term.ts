import type { ChoiceKnob } from './knob.ts';
import { number } from './numberKnob.ts';
import { knob, max, mean, mul, relu, sub } from './language/expression.ts';
import { choose, type Penalty } from './term.ts';

const source = 'Zhou et al. 2025 (arXiv 2502.15798)';

const weight = number('loss.maxsup_weight', {
  label: 'MaxSup weight',
  symbol: 'w',
  caption:
    'How strongly the largest logit is pushed down. It reads the logits before temperature, so its effect grows with T.',
  source,
  min: 0,
  max: 0.5,
  default: 0,
  scale: 'zeroLog',
  logFrom: 0.005,
});

const off = (values: Readonly<Record<string, unknown>>): string | undefined =>
  values[weight.key] === 0 ? 'The MaxSup weight is 0.' : undefined;

const form: ChoiceKnob = {
  kind: 'choice',
  key: 'loss.maxsup_form',
  label: 'MaxSup form',
  caption:
    'centered is the paper’s max − mean. raw is the field note’s max alone: without LogitNorm it has no lower bound, and training diverges. hinge starts at a threshold.',
  source,
  live: true,
  options: [
    { value: 'centered', label: 'centered' },
    { value: 'hinge', label: 'hinge' },
    { value: 'raw', label: 'raw, as in the note' },
  ],
  default: 'centered',
  inactive: off,
};

const threshold = number('loss.maxsup_threshold', {
  label: 'MaxSup threshold',
  symbol: 'θ',
  caption: 'The largest logit that the hinge form lets pass.',
  source: 'field note',
  min: -1,
  max: 5,
  default: 0,
  inactive: (values) =>
    off(values) ?? (values[form.key] === 'hinge' ? undefined : 'Only the hinge form has a threshold.'),
});

/**
 * w · mean of max u − mean u (centered), relu(max u − threshold) (hinge) or max u (raw). The gradient by u is w/N times
 * e_max − 1/K, e_max where the hinge is open, or e_max.
 */
export const maxsup: Penalty = {
  kind: 'penalty',
  id: 'maxsup',
  label: 'MaxSup',
  color: { light: '#a3307a', dark: '#e88ac4' },
  caption: 'Pushes the largest logit down, and so flattens confident predictions.',
  source,
  knobs: [weight, form, threshold],
  golden: { maxsup_weight: weight.key, maxsup_mode: form.key, maxsup_threshold: threshold.key },
  unbounded: (values) =>
    values[weight.key] !== 0 && values[form.key] === 'raw' && values['model.use_logit_norm'] !== true
      ? 'MaxSup raw has no lower bound without LogitNorm: lowering all logits together lowers it for ever and changes no prediction. Use the centered form, or switch LogitNorm on.'
      : undefined,
  expression: ({ normalized }) => {
    const largest = max(normalized, 'class');
    const penalty = choose(form, {
      centered: sub(largest, mean(normalized, 'class')),
      hinge: relu(sub(largest, knob(threshold.key))),
      raw: largest,
    });
    return mul(knob(weight.key), mean(penalty, 'row'));
  },
  closedForm: ({ rows, classes, normalized }, knobs, gradient) => {
    const w = knobs(weight.key);
    const mode = form.options[knobs(form.key)]?.value;
    const perRow = new Float64Array(rows);
    for (let row = 0; row < rows; row++) {
      const from = row * classes;
      let best = from;
      let total = 0;
      for (let i = from; i < from + classes; i++) {
        total += normalized[i] as number;
        if ((normalized[i] as number) > (normalized[best] as number)) best = i;
      }
      const largest = normalized[best] as number;
      const above = largest - knobs(threshold.key);
      const open = mode !== 'hinge' || above > 0;
      perRow[row] =
        w *
        (mode === 'centered' ? largest - total / classes : mode === 'hinge' ? Math.max(0, above) : largest);
      if (!gradient || !open) continue;
      const { normalized: out } = gradient;
      out[best] = (out[best] as number) + w / rows;
      if (mode === 'centered')
        for (let i = from; i < from + classes; i++) out[i] = (out[i] as number) - w / (rows * classes);
    }
    return perRow;
  },
};
