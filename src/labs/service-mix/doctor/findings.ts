import { plain, nats, percent, remarks, type Settlement } from '../../../terms/remark.ts';
import { isOff, neutralOf } from '../../../terms/neutral.ts';
import type { Term } from '../../../terms/term.ts';
import type { Attribution, ReachFacts, Settled, TermFinding, Verdict } from './diagnosis.ts';

/** Changes of KL and entropy, in nats, too small to see; and a cost that is plain. */
const UNSEEN = 1e-3;
const FAR = 0.02;

/** What each term of the head does under this setting, and why. */
export function termFindings(
  terms: readonly Term[],
  settlement: Settlement,
  settled: Settled,
  attribution: readonly Attribution[],
  reach: ReachFacts,
): TermFinding[] {
  return terms.map((term) => {
    const { id, label } = term;
    const found = (verdict: Verdict, text: string, cost: number): TermFinding => ({
      id,
      label,
      color: id,
      verdict,
      text,
      cost,
    });
    const remark = remarks.get(id);
    const said = remark?.says?.(settlement) ?? '';
    if (neutralOf(term) === undefined) return found('guides', join(term.caption, said), 0);
    if (isOff(term, settlement.values)) return found('off', 'It is switched off.', 0);
    const unbounded = term.kind === 'penalty' ? term.unbounded?.(settlement.values) : undefined;
    if (unbounded) return found('unbounded', unbounded, NaN);
    const part = attribution.find((entry) => entry.id === id);
    const idle = term.idle?.(settlement.values, settlement.classes) ?? remark?.cannotAct?.(settlement) ?? '';
    const later = part ? whenFree(part, settlement) : '';
    if (idle) return found('cannot act', join(idle, later), 0);
    if (!part) return found('acts', said, NaN);
    const { without } = part;
    const cost = settled.kl - without.kl;
    if (term.kind === 'logits' && reach.R < Infinity) {
      if (reach.floorKl > FAR && !(cost < -UNSEEN))
        return found('limits', join(said, limitText(term, reach, part, cost)), cost);
    }
    if (!settled.bounded) return found('acts', said, NaN);
    if (!without.bounded)
      return found('acts', join(said, 'Without it the loss would have no lower bound.'), NaN);
    const change = `Without it a perfect model settles at KL ${nats(without.kl)} instead of ${nats(settled.kl)}.`;
    if (Math.abs(cost) < UNSEEN && Math.abs(settled.entropyMean - without.entropyMean) < UNSEEN)
      return found(
        'no effect',
        join(said, 'With it or without, a perfect model settles in the same place.', later),
        cost,
      );
    if (cost < -UNSEEN) return found('helps', join(said, change), cost);
    return found(cost > FAR ? 'pulls apart' : 'acts', join(said, change), cost);
  });
}

const join = (...sentences: readonly string[]): string => sentences.filter(Boolean).join(' ');

function limitText(
  term: Term,
  reach: ReachFacts,
  { alone, without, guarded }: Attribution,
  cost: number,
): string {
  const put = `${percent(1 - reach.share)} of the targets are out of reach.`;
  const after = without.bounded
    ? `Without it KL settles at ${nats(without.kl)}.`
    : guarded
      ? `Without it the loss has no lower bound; ${guarded.text} it settles at ${nats(guarded.settled.kl)}.`
      : 'Without it the loss has no lower bound.';
  return join(
    put,
    after,
    alone.kl < UNSEEN && cost > UNSEEN ? `Alone ${term.label.toLowerCase()} would move no optimum.` : '',
  );
}

/** What a term that does nothing here would do if nothing else held the head. */
function whenFree({ alone }: Attribution, { targetEntropies }: Settlement): string {
  if (!alone.bounded) return 'With a head that nothing limits the loss would have no lower bound.';
  if (alone.kl < UNSEEN) return '';
  const truth = targetEntropies.reduce((sum, h) => sum + h, 0) / targetEntropies.length;
  return `Alone, with a head that nothing limits, it would settle at KL ${nats(alone.kl)} and entropy ${plain(alone.entropyMean)}, where the targets have ${plain(truth)}.`;
}
