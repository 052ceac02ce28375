import { numberAt } from './knob.ts';
import { percent, plain, type Remark } from './remark.ts';

const formOf = (values: Readonly<Record<string, unknown>>): unknown => values['loss.maxsup_form'];

export const maxsupRemark: Remark = {
  term: 'maxsup',
  cannotAct: ({ values, reach, temperature }) => {
    if (formOf(values) !== 'hinge') return undefined;
    const threshold = numberAt(values, 'loss.maxsup_threshold');
    if (reach === Infinity)
      return `The hinge form asks for no logit above ${plain(threshold)}; without LogitNorm a shift of all logits together satisfies it and changes no answer.`;
    const length = reach * temperature;
    return threshold >= length
      ? `With LogitNorm no logit gets above s = ${plain(length)}, and the hinge starts at ${plain(threshold)}.`
      : undefined;
  },
  says: ({ values, classes, temperature, reach }) => {
    const pull = numberAt(values, 'loss.maxsup_weight') * temperature;
    const weighs = `It reads the logits before temperature, so it weighs w · T = ${plain(pull)}`;
    if (formOf(values) === 'raw')
      return reach === Infinity
        ? undefined
        : `${weighs}; the raw form has a lower bound here only because LogitNorm fixes the length of the logits.`;
    if (formOf(values) === 'hinge') return `${weighs} where it is open.`;
    return `${weighs}: it takes up to ${percent(pull * (1 - 1 / classes))} from the most likely class.`;
  },
};
