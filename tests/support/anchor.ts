import { constant, gather, knob, mean, mul, sum } from '../../src/terms/language/expression.ts';
import { registered } from '../../src/terms/registry.ts';
import type { Penalty } from '../../src/terms/term.ts';

/** Row of the batch that all others are compared with. */
const ANCHOR = 3;
/** A knob that every service-mix plan has. */
const WEIGHT = 'loss.confidence_penalty';

/** A penalty of which no kernel can be made: how much every prediction agrees with that of one row of the batch. */
export const anchor: Penalty = {
  kind: 'penalty',
  id: 'test_anchor',
  label: 'Anchor',
  color: { light: '#000000', dark: '#ffffff' },
  caption: 'For tests.',
  source: 'For tests.',
  knobs: [],
  expression: ({ probabilities: p }) =>
    mul(knob(WEIGHT), mean(sum(mul(p, gather(p, constant(ANCHOR), 'row')), 'class'), 'row')),
  closedForm: ({ rows, classes, probabilities: p }, knobs, gradient) => {
    const weight = knobs(WEIGHT);
    const columns = Array.from({ length: classes }, (_, c) => {
      let all = 0;
      for (let row = 0; row < rows; row++) all += p[row * classes + c] as number;
      return all;
    });
    return Float64Array.from({ length: rows }, (_, row) => {
      let [agreement, mean] = [0, 0];
      const slope = columns.map((all, c) => {
        const [own, there] = [p[row * classes + c], p[ANCHOR * classes + c]] as [number, number];
        agreement += own * there;
        const by = (weight / rows) * (there + (row === ANCHOR ? all : 0));
        mean += own * by;
        return by;
      });
      if (gradient)
        slope.forEach((by, c) => {
          const i = row * classes + c;
          gradient.scaled[i] = (gradient.scaled[i] as number) + (p[i] as number) * (by - mean);
        });
      return weight * agreement;
    });
  },
};

/** Makes it known, as the list of a lab would. */
export function registerAnchor(): void {
  registered([anchor]);
}
