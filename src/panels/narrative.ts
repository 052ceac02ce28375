import type { Metrics, Notice } from '../engine/protocol.ts';
import { reach } from '../science/reach.ts';
import { reachOf } from '../terms/reachOf.ts';
import type { KnobValues } from '../terms/knob.ts';
import { formatEntry, formatNumber, formatPercent } from './format.ts';

/** What is going on, in one sentence, and the numbers that show it. */
export interface Sentence {
  state: 'starting' | 'dead' | 'diverged' | 'untrained' | 'collapsed' | 'learning' | 'recovered' | 'other';
  title: string;
  text: string;
}

export interface Situation {
  phase: 'starting' | 'loading' | 'ready' | 'dead';
  death: string;
  metrics: Metrics | undefined;
  knobs: KnobValues;
  /** Number of classes; 0 before the first run. */
  classes: number;
  playing: boolean;
  notice: Notice | undefined;
}

/** Mean entropy beyond this share of log K is a flat answer. */
const FLAT = 0.93;
/** KL in nats below which nobody sees the difference. */
const CLOSE = 0.02;

export function narrate({ phase, death, metrics, knobs, classes, playing, notice }: Situation): Sentence {
  if (phase === 'dead') return { state: 'dead', title: 'The trainer is gone.', text: death };
  if (!metrics || classes === 0)
    return {
      state: 'starting',
      title: 'Training starts.',
      text: 'The trainer is loading into a thread of its own. The page answers already.',
    };
  if (metrics.status === 'diverged')
    return {
      state: 'diverged',
      title: 'The run stopped.',
      text:
        notice?.kind === 'diverged'
          ? notice.text
          : `The loss left the range of numbers at step ${metrics.step}.`,
    };
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
    const first = `The first choice is right at ${formatPercent(agree, 2)} of places.`;
    return {
      state: 'collapsed',
      title: 'Every place gets the same flat answer.',
      text:
        floor > CLOSE
          ? `${first} But at reach ${formatEntry(R, 3)} no service can get more than ${formatPercent(reach(classes, R).pMax)}. ${measured}, and no training gets below ${formatNumber(floor)}.`
          : `${first} ${measured}, and the head could reach ${formatNumber(floor)}. ${entropies}`,
    };
  }
  if (kl < CLOSE)
    return {
      state: 'recovered',
      title: 'Each place gets its own mix.',
      text: `${measured} nats and the first choice is right at ${formatPercent(agree, 2)} of places. ${entropies}`,
    };
  return {
    state: 'learning',
    title: playing ? 'The model is learning.' : 'The run is paused.',
    text: `${measured} nats${floor > 1e-3 ? `, and no training gets below ${formatNumber(floor)}` : ''}. ${entropies}`,
  };
}
