/** The curves of a mix: how far it is from the truth, and how certain it is. */
import type { ChartSpec, EndLabel, Mark } from '../../../../charts/lineChart.ts';
import { reach } from '../../../../science/reach.ts';
import { limits, logLimits } from '../../../curves/limits.ts';
import { at, DASHES, DOTS, MOST, spec } from '../../../curves/specs.ts';
import { formatShort } from '../../../curves/ticks.ts';
import { formatNumber } from '../../../kit/format.ts';
import type { LabCurves, LabPage, Recorded } from '../../page.ts';
import { lowestEntropies, reachHistory, reachIn, reachText, type ReachFrom } from './reachHistory.ts';

/** Recorded rows, the number of classes, and how the reach went. */
export interface MixRecorded extends Recorded {
  K: number;
  history: readonly ReachFrom[];
}

const n = (value: number): string => formatNumber(value);
const floorText = (floor: number): string => (floor < 1e-4 ? '< 0.0001' : n(floor));

const flatEntropy = ({ K }: Pick<MixRecorded, 'K'>): number => (K > 1 ? Math.log(K) : NaN);
/** KL of the flat guess: the same for as long as the data are. */
const flatGuess = (of: MixRecorded): number =>
  flatEntropy(of) - (of.column('entropyTargetMean').at(-1) ?? NaN);

/** @see LabPage.curves */
export const curves: LabPage['curves'] = ({ initial, events, labels }): LabCurves => {
  const history = reachHistory(initial, events);
  const mix = (of: Recorded): MixRecorded => ({ ...of, K: labels.length, history });
  return {
    charts: [
      {
        id: 'kl',
        title: 'KL(target‖model)',
        unit: 'nats per place',
        log: true,
        spec: (of, log) => klSpec(mix(of), log),
        say: (of, row) => sayKl(mix(of), row),
        columns: { KL: 'kl', 'KL, sd': 'klSd', floor: 'floorKl', 'in reach': 'shareInReach' },
      },
      {
        id: 'entropy',
        title: 'Entropy',
        unit: 'nats; 5–95 % and middle half of places',
        spec: (of) => entropySpec(mix(of)),
        say: (of, row) => sayEntropy(mix(of), row),
        columns: {
          mean: 'entropyMean',
          '5 %': 'entropyQ05',
          '25 %': 'entropyQ25',
          '75 %': 'entropyQ75',
          '95 %': 'entropyQ95',
          truth: 'entropyTargetMean',
        },
      },
    ],
    guess: (of) => flatGuess(mix(of)),
    changeText: (steps) => reachText(steps, history),
  };
};

export function klSpec(of: MixRecorded, log: boolean): ChartSpec {
  const [values, floors, flat] = [of.column('kl'), of.column('floorKl'), flatGuess(of)];
  const most = Number.isFinite(flat) ? flat : 1;
  const { history } = of;
  return spec(of, {
    log,
    y: log ? logLimits([values, [flat]]) : limits([values], most, MOST * most),
    marks: [
      {
        kind: 'hatch',
        to: floors,
        label: (row) => `out of reach at R ${formatShort(reachIn(history, at(of, 'step', row)))}`,
      },
      { kind: 'rule', at: flat, color: 'ink3', dash: DOTS },
      { kind: 'line', values, color: 'color-kl', dot: true, smooths: true },
    ],
    labels: (row, now) => {
      const [kl, floor] = [at(of, 'kl', row), at(of, 'floorKl', row)];
      const labels: EndLabel[] = [
        { at: flat, text: `flat ${n(flat)}`, color: 'ink3' },
        { at: kl, text: `${now ? 'now' : 'KL'} ${n(kl)}`, color: 'color-kl', strong: true },
      ];
      if (floor > 0)
        labels.push({
          at: floor,
          text: `floor ${floorText(floor)}`,
          color: 'reach',
          strong: true,
        });
      return labels;
    },
  });
}

export function sayKl(of: MixRecorded, row: number): string {
  const floor = at(of, 'floorKl', row);
  return `KL ${n(at(of, 'kl', row))}, floor ${floor > 0 ? floorText(floor) : '0'}, flat guess ${n(flatGuess(of))}`;
}

export function entropySpec(of: MixRecorded): ChartSpec {
  const { K, history, column } = of;
  const steps = column('step');
  const flat = flatEntropy(of);
  const target = column('entropyTargetMean').at(-1) ?? NaN;
  const lowest = K > 1 ? lowestEntropies(history, steps, K) : undefined;
  const outOfReach: Mark[] = lowest
    ? [
        {
          kind: 'hatch',
          to: lowest,
          lift: 12,
          label: (row) => (target < (lowest[row] ?? 0) ? 'the truth lies out of reach' : ''),
        },
      ]
    : [];
  return spec(of, {
    y: [0, (flat || 1) * 1.07],
    marks: [
      ...outOfReach,
      { kind: 'band', low: column('entropyQ05'), high: column('entropyQ95'), color: 'ink', alpha: 0.14 },
      { kind: 'band', low: column('entropyQ25'), high: column('entropyQ75'), color: 'ink', alpha: 0.22 },
      { kind: 'rule', at: flat, color: 'ink3', dash: DOTS },
      { kind: 'rule', at: target, color: 'ink3', dash: DASHES },
      { kind: 'line', values: column('entropyMean'), color: 'ink', dot: true, smooths: true },
    ],
    labels: (row) => {
      const model = at(of, 'entropyMean', row);
      return [
        { at: flat, text: `ln ${K} = ${n(flat)}`, color: 'ink3' },
        { at: model, text: `model ${n(model)}`, color: 'ink', strong: true },
        { at: target, text: `truth ${n(target)}`, color: 'ink2' },
      ];
    },
  });
}

function sayEntropy(of: MixRecorded, row: number): string {
  const [model, low, high] = ['entropyMean', 'entropyQ05', 'entropyQ95'].map((name) => at(of, name, row)) as [
    number,
    number,
    number,
  ];
  const { history, K } = of;
  const lowest = K > 1 ? reach(K, reachIn(history, at(of, 'step', row))).minEntropy : 0;
  return (
    `model ${n(model)}, from ${n(low)} to ${n(high)}, truth ${n(at(of, 'entropyTargetMean', row))}, flat ${n(flatEntropy(of))}` +
    (lowest > 0 ? `, nothing below ${n(lowest)} within reach` : '')
  );
}
