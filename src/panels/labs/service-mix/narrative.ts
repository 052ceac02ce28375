import type { Metrics } from '../../../engine/protocol.ts';
import { reach } from '../../../science/reach.ts';
import { reachOf } from '../../../terms/reachOf.ts';
import type { KnobValues } from '../../../terms/knob.ts';
import type { Term } from '../../../terms/term.ts';
import { formatEntry, formatNumber, formatPercent, formatStep } from '../../kit/format.ts';
import type { Sentence } from '../page.ts';
import type { Recovery } from './recovery.ts';

/** A run that was measured and has not diverged. */
export interface Situation {
  metrics: Metrics;
  knobs: KnobValues;
  /** Number of classes. */
  classes: number;
  playing: boolean;
  /** Penalties of the lab, in order. */
  penalties: readonly Pick<Term, 'id' | 'label'>[];
  /** What brought the run back; asked for when it is back. */
  recovery: () => Recovery | undefined;
  /** The step at which the reach was last cut, where it was. */
  cut: () => number | undefined;
}

export type MixSentence = Sentence & {
  state: 'untrained' | 'collapsed' | 'held' | 'certain' | 'learning' | 'recovered';
};

/** Mean entropy beyond this share of log K is a flat answer. */
const FLAT = 0.93;
/** KL in nats below which nobody sees the difference. */
const CLOSE = 0.02;

/** Nats below the targets' mean entropy. */
const TOO_CERTAIN = 0.15;
/** Regularizers that together pull this much of what KL pulls hold the model where it is. */
const HELD = 0.5;
/** A weaker pull is not worth a name. */
const FELT = 0.05;
/** First choices that were right although every answer was flat. */
const KNEW = 0.7;

/** Penalties beside KL that hold the predictions, the strongest first; none where KL still has its way. */
export function holders(
  metrics: Metrics,
  penalties: readonly Pick<Term, 'id' | 'label'>[],
): Pick<Term, 'id' | 'label'>[] {
  const pull = (id: string): number => Number(metrics[`pull.${id}`]) || 0;
  const others = penalties.filter(({ id }) => id !== 'kl' && pull(id) > 0);
  const sum = others.reduce((total, { id }) => total + pull(id), 0);
  if (!(sum > HELD * pull('kl'))) return [];
  return others.filter(({ id }) => pull(id) > FELT * sum).sort((a, b) => pull(b.id) - pull(a.id));
}

const reachText = (R: number): string => (Number.isFinite(R) ? formatEntry(R, 3) : '∞ (LogitNorm off)');

function recoveredText({ step, from, to, klBefore, klSoon, steps, agreementBefore }: Recovery): string {
  return `At step ${formatStep(step)} the reach went from ${reachText(from)} to ${reachText(to)}. KL fell from ${formatNumber(klBefore)} to ${formatNumber(klSoon)} in ${String(steps)} steps.${
    agreementBefore > KNEW ? ' No weight was reset: the network knew, the head could not say it.' : ''
  }`;
}

export function narrate(situation: Situation): MixSentence {
  const { metrics, knobs, classes, playing, penalties, recovery, cut } = situation;
  const [kl, floor, entropy, truth, agree] = [
    'kl',
    'floorKl',
    'entropyMean',
    'entropyTargetMean',
    'top1Agreement',
  ].map((name) => Number(metrics[name])) as [number, number, number, number, number];
  const measured = `KL is ${formatNumber(kl)}`;
  if (metrics.step === 0)
    return {
      state: 'untrained',
      title: 'Nothing is trained yet.',
      text: `The weights are random. ${measured} nats; it should go to 0.${playing ? '' : ' Press play.'}`,
    };
  const entropies = `Mean entropy is ${formatNumber(entropy)}, the targets have ${formatNumber(truth)}.`;
  if (entropy > FLAT * Math.log(classes) && truth < FLAT * Math.log(classes)) {
    const R = reachOf(knobs);
    const right = `its first choice is right at ${formatPercent(agree, 2)} of places.`;
    const first = agree > KNEW ? `The network knows better: ${right}` : `I${right.slice(1)}`;
    const title = 'Every place gets the same flat answer.';
    if (!(floor > CLOSE))
      return {
        state: 'collapsed',
        title,
        text: `${first} ${measured}, and the head could reach ${formatNumber(floor)}. ${entropies}`,
      };
    const most = `no service can get more than ${formatPercent(reach(classes, R).pMax)}`;
    const limit = `${measured}, and no training gets below ${formatNumber(floor)}.`;
    const step = cut();
    return {
      state: 'collapsed',
      title,
      text:
        step === undefined
          ? `${first} But at reach ${formatEntry(R, 3)} ${most}. ${limit}`
          : `At step ${formatStep(step)} the reach was cut to ${formatEntry(R, 3)}: now ${most}. ${first} ${limit}`,
    };
  }
  if (kl < CLOSE) {
    const back = recovery();
    const now = `${measured} nats and the first choice is right at ${formatPercent(agree, 2)} of places.`;
    return {
      state: 'recovered',
      title: back ? 'The colour is back.' : 'Each place gets its own mix.',
      text: back
        ? `${recoveredText(back)} ${measured.replace('KL is', 'KL is now')}.`
        : `${now} ${entropies}`,
    };
  }
  const holding = holders(metrics, penalties);
  if (holding.length > 0 && floor < CLOSE && entropy > truth) {
    const names = holding.map(({ label }) => label).join(' and ');
    return {
      state: 'held',
      title: 'Paler than the truth.',
      text: `The head can say every mix now, but ${names} ${holding.length > 1 ? 'hold' : 'holds'} it back. ${measured} nats, and the reach alone would allow ${formatNumber(floor)}. ${entropies}`,
    };
  }
  if (entropy < truth - TOO_CERTAIN)
    return {
      state: 'certain',
      title: 'More certain than the truth.',
      text: `${measured} nats. ${entropies} ${
        playing
          ? 'Training is settling the length of the logits.'
          : 'The weights know the direction; a few steps settle how far to go. Press play.'
      }`,
    };
  return {
    state: 'learning',
    title: playing ? 'The model is learning.' : 'The run is paused.',
    text: `${measured} nats${floor > 1e-3 ? `, and no training gets below ${formatNumber(floor)}` : ''}. ${entropies}`,
  };
}
