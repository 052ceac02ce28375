import { mean } from '../science/statistics.ts';
import { numberAt } from './knob.ts';
import { nats, percent, plain, type Remark } from './remark.ts';

/** Predictions this close to the minimum, in nats, were stopped by it. */
const AT = 1e-3;

export const entropyRemark: Remark = {
  term: 'entropy',
  says: ({ values, classes, entropies, targetEntropies }) => {
    const minimum = numberAt(values, 'loss.min_entropy');
    const most = Math.log(classes);
    if (minimum > most)
      return `No answer has more than ln K = ${nats(most)} nats, so the hinge from ${plain(minimum)} never closes: it rewards entropy everywhere.`;
    if (entropies.length === 0) return undefined;
    const share = (test: (h: number) => boolean): number => entropies.filter(test).length / entropies.length;
    const pinned = share((h) => Math.abs(h - minimum) <= AT);
    const below = share((h) => h < minimum - AT);
    const certain = targetEntropies.filter((h) => h < minimum).length / targetEntropies.length;
    const asked = `It asks for at least ${plain(minimum)} nats; the targets’ mean is ${nats(mean(targetEntropies))}, and ${percent(certain)} of them have less.`;
    if (pinned > 0) return `${asked} It pins ${percent(pinned)} of the answers at exactly ${plain(minimum)}.`;
    if (below > 0) return `${asked} It pulls on ${percent(below)} of the answers without getting them there.`;
    return undefined;
  },
};
