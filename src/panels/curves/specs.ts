/** What each chart of the column shows, from the recorded rows. */
import type { ChartSpec, EndLabel, Mark } from '../../charts/lineChart.ts';
import type { Change } from '../../charts/pins.ts';
import { rowAt, type Values } from '../../charts/rows.ts';
import { stack } from '../../charts/stack.ts';
import type { Span } from '../../charts/zoom.ts';
import { reach } from '../../science/reach.ts';
import type { Term } from '../../terms/term.ts';
import { formatNumber } from '../kit/format.ts';
import { lowestEntropies, reachIn, type ReachFrom } from './changes.ts';
import { limits, logLimits } from './limits.ts';
import { formatShort, formatTick } from './ticks.ts';

/** Recorded rows, and what the charts need to read them. */
export interface Recorded {
  column: (name: string) => Values & readonly number[];
  /** All steps, and those that are shown. */
  all: Span;
  x: Span;
  changes: readonly Change[];
  history: readonly ReachFrom[] | undefined;
  /** Classes. */
  K: number;
  /** Terms that add to the loss. */
  penalties: readonly Pick<Term, 'id' | 'label'>[];
}

const DOTS = [1, 3];
const DASHES = [4, 3];
/** Times a flat guess; an exploding loss leaves the chart there. */
const MOST = 4;
const n = (value: number): string => formatNumber(value);

type Drawn = Omit<ChartSpec, 'steps' | 'x' | 'all' | 'changes'>;
const spec = (of: Recorded, drawn: Drawn): ChartSpec => {
  const { all, x, changes } = of;
  return { ...drawn, all, x, changes, steps: of.column('step') };
};

export const at = ({ column }: Recorded, name: string, row: number): number => column(name)[row] ?? NaN;

export const flatEntropy = ({ K }: Recorded): number => (K > 1 ? Math.log(K) : NaN);
/** KL of the flat guess: the same for as long as the data are. */
const flatGuess = (of: Recorded): number => flatEntropy(of) - (of.column('entropyTargetMean').at(-1) ?? NaN);

export const firstWord = (label: string): string => label.split(/[\s(]/)[0] ?? label;
const floorText = (floor: number): string => (floor < 1e-4 ? '< 0.0001' : n(floor));

export function klSpec(of: Recorded, log: boolean): ChartSpec {
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
        label: (row) =>
          history ? `out of reach at R ${formatShort(reachIn(history, at(of, 'step', row)))}` : '',
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

export function sayKl(of: Recorded, row: number): string {
  const floor = at(of, 'floorKl', row);
  return `KL ${n(at(of, 'kl', row))}, floor ${floor > 0 ? floorText(floor) : '0'}, flat guess ${n(flatGuess(of))}`;
}

export function entropySpec(of: Recorded): ChartSpec {
  const { K, history, column } = of;
  const steps = column('step');
  const flat = flatEntropy(of);
  const target = column('entropyTargetMean').at(-1) ?? NaN;
  const lowest = history && K > 1 ? lowestEntropies(history, steps, K) : undefined;
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

export function sayEntropy(of: Recorded, row: number): string {
  const [model, low, high] = ['entropyMean', 'entropyQ05', 'entropyQ95'].map((name) => at(of, name, row)) as [
    number,
    number,
    number,
  ];
  const { history, K } = of;
  const lowest = history && K > 1 ? reach(K, reachIn(history, at(of, 'step', row))).minEntropy : 0;
  return (
    `model ${n(model)}, from ${n(low)} to ${n(high)}, truth ${n(at(of, 'entropyTargetMean', row))}, flat ${n(flatEntropy(of))}` +
    (lowest > 0 ? `, nothing below ${n(lowest)} within reach` : '')
  );
}

/** Terms that have ever contributed. */
const acting = ({ penalties, column }: Recorded): Recorded['penalties'] =>
  penalties.filter(({ id }) => id === 'kl' || column(`terms.${id}`).some((value) => value !== 0));

/** Stacked; on a log axis, where areas cannot be added by eye, lines from the same base. */
export function lossSpec(of: Recorded, log: boolean): ChartSpec {
  const shown = acting(of);
  const total = of.column('total');
  const values = shown.map(({ id }) => of.column(`terms.${id}`));
  const flat = flatGuess(of);
  const most = Number.isFinite(flat) ? flat : 1;
  const label = ({ id, label }: (typeof shown)[number], row: number): EndLabel & { value: number } => {
    const value = at(of, `terms.${id}`, row);
    return {
      at: value,
      value,
      text: `${firstWord(label)} ${n(value)}`,
      color: `color-${id}`,
      strong: true,
    };
  };
  if (log)
    return spec(of, {
      log,
      y: logLimits([total, ...values]),
      marks: [
        { kind: 'line', values: total, color: 'ink2', width: 1.2, dash: DASHES },
        ...shown.map(({ id }, i): Mark => ({
          kind: 'line',
          values: values[i] ?? [],
          color: `color-${id}`,
          smooths: true,
          dot: true,
        })),
      ],
      // Contributions of 0 have no height here.
      labels: (row) => shown.map((term) => label(term, row)).filter(({ value }) => value > 0),
    });
  const layers = stack(values);
  return spec(of, {
    y: limits([...layers.flatMap(({ up, down }) => [down.low, up.high]), total], most, MOST * most),
    marks: [
      ...layers.flatMap(({ up, down }, i): Mark[] => {
        const alpha = shown[i]?.id === 'kl' ? 0.2 : 0.9;
        const color = `color-${shown[i]?.id ?? 'kl'}`;
        return [up, down].map((layer) => ({ kind: 'band', ...layer, color, alpha }));
      }),
      { kind: 'rule', at: 0, color: 'line2', dash: [] },
      { kind: 'line', values: total, color: 'ink', width: 1.2, smooths: true },
    ],
    labels: (row) => {
      let [up, down] = [0, 0];
      return shown.map((term) => {
        const named = label(term, row);
        // In the middle of its own layer.
        const base = named.value < 0 ? down : up;
        if (named.value < 0) down += named.value;
        else up += named.value || 0;
        return { ...named, at: base + named.value / 2 };
      });
    },
  });
}

export const sayLoss = (of: Recorded, row: number): string =>
  [
    `total ${n(at(of, 'total', row))}`,
    ...acting(of).map(({ id, label }) => `${firstWord(label)} ${n(at(of, `terms.${id}`, row))}`),
  ].join(', ');

/** Why a loss has no log axis, if it has none. */
export const unloggableLoss = ({ column }: Recorded): string =>
  column('total').some((value) => value < 0) ? 'No log axis: the total is below 0 at times.' : '';

export function smallSpec(of: Recorded, name: string, log: boolean, smooths: boolean): ChartSpec {
  const values = of.column(name);
  return spec(of, {
    log,
    y: log ? logLimits([values]) : limits([values], 0, Infinity),
    marks: [{ kind: 'line', values, color: 'ink2', width: 1.4, dot: true, smooths }],
    labels: (row) => {
      const value = at(of, name, row);
      return [{ at: value, text: smooths ? n(value) : formatTick(value), color: 'ink', strong: true }];
    },
  });
}

/** The row that is read: under the cursor, else the last that is shown. */
export const readRow = ({ column, x }: Recorded, cursor: number | undefined): number =>
  cursor ?? rowAt(column('step'), x[1]) ?? -1;
