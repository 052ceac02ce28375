/** What the charts that every lab has show, from the recorded rows. */
import type { ChartSpec, EndLabel, Mark } from '../../charts/lineChart.ts';
import { rowAt } from '../../charts/rows.ts';
import { stack } from '../../charts/stack.ts';
import { formatNumber } from '../kit/format.ts';
import type { Recorded } from '../labs/page.ts';
import { limits, logLimits } from './limits.ts';
import { formatTick } from './ticks.ts';

/** Of lines that are no measurement: what a guess gives, and what is true. */
export const DOTS = [1, 3];
export const DASHES = [4, 3];
/** Times what a guess gives; an exploding loss leaves the chart there. */
export const MOST = 4;
const n = (value: number): string => formatNumber(value);

export type Drawn = Omit<ChartSpec, 'steps' | 'x' | 'all' | 'changes'>;
/** A chart of recorded rows. */
export const spec = (of: Recorded, drawn: Drawn): ChartSpec => {
  const { all, x, changes } = of;
  return { ...drawn, all, x, changes, steps: of.column('step') };
};

export const at = ({ column }: Recorded, name: string, row: number): number => column(name)[row] ?? NaN;

export const firstWord = (label: string): string => label.split(/[\s(]/)[0] ?? label;

/** The task's own term, and those that have ever contributed. */
const acting = ({ penalties, column }: Recorded): Recorded['penalties'] =>
  penalties.filter(({ id }, i) => i === 0 || column(`terms.${id}`).some((value) => value !== 0));

/**
 * Stacked; on a log axis, where areas cannot be added by eye, lines from the same base.
 *
 * @param guess loss of a model that has learned nothing, where it is known
 */
export function lossSpec(of: Recorded, log: boolean, guess = NaN): ChartSpec {
  const shown = acting(of);
  const total = of.column('total');
  const values = shown.map(({ id }) => of.column(`terms.${id}`));
  const most = Number.isFinite(guess) ? guess : 1;
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
        const alpha = i === 0 ? 0.2 : 0.9;
        const color = `color-${shown[i]?.id ?? ''}`;
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
