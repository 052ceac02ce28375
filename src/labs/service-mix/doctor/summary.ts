import { nats, percent, plain } from '../../../terms/remark.ts';
import type {
  Attribution,
  ReachFacts,
  Settled,
  Suggestion,
  Summary,
  TargetFacts,
  TermFinding,
} from './diagnosis.ts';

/** Mean entropy beyond this share of log K is a flat answer; KL below the second number cannot be seen. */
const FLAT = 0.93;
const CLOSE = 0.02;

/** Symptom, cause and cure, in this order, each with its numbers. */
export function summarise(
  { classes, entropyMean: truth }: TargetFacts,
  reach: ReachFacts,
  settled: Settled,
  terms: readonly TermFinding[],
  attribution: readonly Attribution[],
  suggestions: readonly Suggestion[],
): Summary {
  const most = Math.log(classes);
  const limited = reach.floorKl > CLOSE;
  const state: Summary['state'] = !settled.bounded
    ? 'unbounded'
    : settled.kl < CLOSE
      ? 'fine'
      : settled.entropyMean > FLAT * most && truth < FLAT * most
        ? 'collapsed'
        : limited
          ? 'limited'
          : 'held';
  return {
    state,
    title: TITLES[state],
    symptom: settled.bounded
      ? `A perfect model settles at KL ${nats(settled.kl)} nats and mean entropy ${nats(settled.entropyMean)}; the targets have ${nats(truth)}.`
      : 'The loss can be lowered for ever without changing a single answer, so training diverges.',
    cause: [
      ...causes(reach, settled, terms, attribution),
      ...terms
        .filter(({ verdict }) => verdict === 'cannot act')
        .map(({ label }) => `${label} cannot act here.`),
    ].join(' '),
    cure: cureText(state, suggestions),
  };
}

const TITLES: Readonly<Record<Summary['state'], string>> = {
  unbounded: 'This loss has no lower bound.',
  collapsed: 'This leads to the same flat answer everywhere.',
  limited: 'The head cannot say what the targets are.',
  held: 'This leads to answers paler than the truth.',
  fine: 'A perfect model can learn these targets.',
};

function causes(
  reach: ReachFacts,
  settled: Settled,
  terms: readonly TermFinding[],
  attribution: readonly Attribution[],
): string[] {
  const unbounded = terms.find(({ verdict }) => verdict === 'unbounded');
  if (unbounded) return [unbounded.text];
  const said: string[] = [];
  if (reach.floorKl > CLOSE) {
    const part =
      attribution.find(({ id }) => id === 'reach') ?? attribution.find(({ id }) => id === 'logit_norm');
    said.push(
      `At reach R = ${plain(reach.R)} no class gets more than ${percent(reach.pMax, 3)}, and ${
        reach.share === 0 ? 'no target' : `only ${percent(reach.share)} of the targets`
      } can be said exactly.`,
    );
    if (part && part.share > 0)
      said.push(
        `${part.label} alone ${part.label.includes('×') ? 'give' : 'gives'} ${percent(Math.min(1, part.share))} of that KL.`,
      );
  }
  for (const { label, verdict, cost } of terms)
    if (verdict === 'pulls apart' && settled.bounded) said.push(`${label} costs ${nats(cost)}.`);
  if (said.length === 0)
    said.push(
      reach.R === Infinity
        ? 'Nothing limits the head, and no term pulls far from the targets.'
        : `At reach R = ${plain(reach.R)} the targets cost no more than KL ${nats(reach.floorKl)}, and no term pulls far from them.`,
    );
  return said;
}

function cureText(state: Summary['state'], [first]: readonly Suggestion[]): string {
  if (!first)
    return state === 'fine' ? 'Nothing needs to be changed.' : 'No single knob of the head changes it.';
  return `${first.sets}: then a perfect model settles at KL ${nats(first.settled.kl)} and mean entropy ${nats(first.settled.entropyMean)}.`;
}
