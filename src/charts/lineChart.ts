/** What a chart over steps shows, and its layout in pixels. No Svelte, no DOM. */
import { scaleLinear, scaleLog, type ScaleContinuousNumeric } from 'd3';
import type { Box } from './painter.ts';
import {
  JOIN_PX,
  joinChanges,
  placePins,
  spread,
  type Change,
  type Measure,
  type PlacedPin,
} from './pins.ts';
import { rowAt, type Values } from './rows.ts';
import type { Span } from './zoom.ts';

/** Drawn in order. Colours are tokens of the theme. */
export type Mark =
  | {
      kind: 'line';
      values: Values;
      color: string;
      width?: number;
      dash?: readonly number[];
      /** Whether the last value has a dot; under the cursor every line has one. */
      dot?: boolean;
      /** Whether the line may be shown as a mean, where one asks for it. */
      smooths?: boolean;
      /** Drawn as the line; the values are then pale behind it. */
      mean?: Values;
    }
  | { kind: 'band'; low: Values; high: Values; color: string; alpha: number }
  /** A level that holds for the whole chart. */
  | { kind: 'rule'; at: number; color: string; dash: readonly number[] }
  /**
   * Out of reach, from the bottom of the chart to these values; each holds until the next step, and the last one on to the
   * end of the chart. The label stands in the middle of each stretch of one height, or so many pixels higher.
   */
  | { kind: 'hatch'; to: Values; label?: (row: number) => string; lift?: number };
export type MarkOf<K extends Mark['kind']> = Extract<Mark, { kind: K }>;

/** Words at the right end, at the height of what they name. */
export interface EndLabel {
  at: number;
  text: string;
  color: string;
  strong?: boolean;
}

export interface ChartSpec {
  /** `[rows]`, rising. */
  steps: readonly number[];
  /** All steps that can be shown. */
  all: Span;
  /** Steps that are shown. */
  x: Span;
  y: readonly [number, number];
  log?: boolean;
  marks: readonly Mark[];
  /** What stands at the right end for a row. `now`: nothing newer is recorded, and nobody points at anything else. */
  labels: (row: number, now: boolean) => readonly EndLabel[];
  changes: readonly Change[];
}

export interface Margins {
  top: number;
  right: number;
  bottom: number;
  left: number;
}

export interface Layout {
  width: number;
  height: number;
  plot: Box;
  /** Pixel of a step, and of a value; NaN for values that have no place on a log axis. */
  x: (step: number) => number;
  y: (value: number) => number;
  stepAt: (x: number) => number;
  /** Row at the right end of what is shown: there the labels are read. */
  last: number | undefined;
  xTicks: { at: number; text: string }[];
  yTicks: { at: number; text: string }[];
  pins: PlacedPin[];
  /** Words inside a hatch that is large enough for them. */
  notes: { x: number; y: number; text: string }[];
  /** How many recorded values of lines have no place on the log axis. */
  omitted: number;
}

/** What is read at a row. */
export interface Reading {
  row: number;
  x: number;
  labels: { y: number; text: string; color: string; strong: boolean }[];
  dots: { y: number; color: string }[];
}

/** Words as a chart writes them: from its own layout, so that page and files agree. */
export interface Word {
  x: number;
  /** Middle of the line. */
  y: number;
  text: string;
  anchor: 'start' | 'middle' | 'end';
  color: string;
  bold?: boolean;
  /** Paper around the letters, for words that lie on marks. */
  halo?: boolean;
}

export interface Formats {
  step: (step: number) => string;
  value: (value: number) => string;
  /** Round numbers, as short as they can be. */
  tick: (value: number) => string;
}

const LABEL_GAP = 13;
const NOTE_HEIGHT = 26;
/** About what a letter of 11 pixels takes. */
const guess: Measure = (text) => 6 * text.length;

export function layOut(
  spec: ChartSpec,
  width: number,
  height: number,
  margins: Margins,
  format: Formats,
  measure: Measure = guess,
): Layout {
  const plot = {
    left: margins.left,
    right: Math.max(margins.left + 1, width - margins.right),
    top: margins.top,
    bottom: Math.max(margins.top + 1, height - margins.bottom),
  };
  const x = scaleLinear([...spec.x], [plot.left, plot.right]);
  const y = (spec.log ? scaleLog() : scaleLinear()).domain([...spec.y]).range([plot.bottom, plot.top]);
  const place = { plot, x, y: (value: number): number => (spec.log && !(value > 0) ? NaN : y(value)) };
  const wanted = Math.max(2, Math.floor((plot.right - plot.left) / 55));
  const inside = spec.changes.filter(({ step }) => step >= spec.x[0] && step <= spec.x[1]);
  return {
    width,
    height,
    ...place,
    stepAt: (pixel) => x.invert(pixel),
    last: rowAt(spec.steps, spec.x[1]),
    xTicks: x
      .ticks(Math.min(5, wanted))
      .filter(Number.isInteger)
      .map((step) => ({ at: x(step), text: format.step(step) })),
    yTicks: yTicksOf(spec, y, plot).map((value) => ({ at: y(value), text: format.tick(value) })),
    pins: placePins(joinChanges(inside, x, joinPx(plot)), 0, width, measure),
    notes: spec.marks.flatMap((mark) => (mark.kind === 'hatch' ? notesIn(mark, spec, place, measure) : [])),
    omitted: spec.log ? omittedIn(spec) : 0,
  };
}

/** In a narrow chart too, what is one pin in a wide one is one, and no more. */
const joinPx = ({ left, right }: Box): number => Math.min(JOIN_PX, (right - left) / 8);

function yTicksOf(spec: ChartSpec, y: ScaleContinuousNumeric<number, number>, plot: Box): number[] {
  const count = plot.bottom - plot.top > 70 ? 3 : 2;
  if (!spec.log) return y.ticks(count);
  const digits = (of: readonly number[]): number[] =>
    y
      .ticks(10)
      .filter((value) => of.includes(Math.round(value / 10 ** Math.floor(Math.log10(value * 1.001)))));
  const tens = digits([1]);
  // One or two powers of ten alone would leave most of the axis without a number.
  if (tens.length <= 2 && count > 2) return digits(tens.length < 2 ? [1, 2, 3, 5] : [1, 3]);
  const every = Math.ceil(tens.length / count);
  return tens.filter((_, i) => (tens.length - 1 - i) % every === 0);
}

function omittedIn({ marks, steps, x: [from, to] }: ChartSpec): number {
  let count = 0;
  for (const mark of marks)
    if (mark.kind === 'line')
      for (let i = 0; i < steps.length; i++) {
        const step = steps[i] as number;
        if (step >= from && step <= to && (mark.values[i] as number) <= 0) count++;
      }
  return count;
}

/** A part of a hatch of one height. */
export interface Stretch {
  /** Its first row. */
  row: number;
  level: number;
  left: number;
  right: number;
}

const near = (a: number | undefined, b: number): boolean => Math.abs((a ?? NaN) - b) < 1e-9;

/** Stretches of one height, not one box for each row: edges between boxes would show. In sight only. */
export function stretchesOf(
  to: Values,
  steps: readonly number[],
  { x, plot }: Pick<Layout, 'x' | 'plot'>,
): Stretch[] {
  const found: Stretch[] = [];
  let start = 0;
  for (let i = 1; i <= to.length; i++) {
    const level = to[start] as number;
    if (i < to.length && near(to[i], level)) continue;
    const left = Math.max(plot.left, x(steps[start] as number));
    const right = i < to.length ? Math.min(plot.right, x(steps[i] as number)) : plot.right;
    if (right > left) found.push({ row: start, level, left, right });
    start = i;
  }
  return found;
}

/** In the middle of each stretch, where there is room. */
function notesIn(
  { to, label, lift = 0 }: MarkOf<'hatch'>,
  { steps }: ChartSpec,
  place: Pick<Layout, 'x' | 'y' | 'plot'>,
  measure: Measure,
): Layout['notes'] {
  if (!label) return [];
  const { plot, y } = place;
  return stretchesOf(to, steps, place).flatMap(({ row, level, left, right }) => {
    const text = label(row);
    const height = level > 0 ? plot.bottom - Math.max(plot.top, y(level)) : 0;
    if (!text || right - left < measure(text) + 8 || height < NOTE_HEIGHT) return [];
    return [{ x: (left + right) / 2, y: plot.bottom - height / 2 - lift, text }];
  });
}

/** Labels and dots for a row; of the cursor's where there is one, else of the end of what is shown. */
export function readingAt(spec: ChartSpec, layout: Layout, cursor?: number): Reading | undefined {
  const row = cursor ?? layout.last;
  if (row === undefined || row >= spec.steps.length) return undefined;
  const { plot, y } = layout;
  const now = cursor === undefined && row === spec.steps.length - 1;
  const labels = spec.labels(row, now).filter(({ at }) => Number.isFinite(at));
  const heights = spread(
    labels.map(({ at }) => {
      const height = y(at);
      return Number.isNaN(height) ? plot.bottom : Math.min(plot.bottom, Math.max(plot.top, height));
    }),
    LABEL_GAP,
    plot.top - 2,
    plot.bottom + 2,
  );
  const x = layout.x(spec.steps[row] as number);
  const seen = x >= plot.left - 0.5 && x <= plot.right + 0.5;
  return {
    row,
    x,
    labels: labels.map(({ text, color, strong = false }, i) => ({
      y: heights[i] as number,
      text,
      color,
      strong,
    })),
    dots: spec.marks.flatMap((mark) => {
      if (!seen || mark.kind !== 'line' || !(mark.dot ?? cursor !== undefined)) return [];
      const height = y(mark.values[row] ?? NaN);
      // An exploded value leaves the chart at its upper edge, and its dot stays there.
      return height <= plot.bottom + 0.5 ? [{ y: Math.max(plot.top, height), color: mark.color }] : [];
    }),
  };
}

/** The row under the cursor, if it is in sight. */
export function inSight({ steps, x: [from, to] }: ChartSpec, row: number | undefined): number | undefined {
  const step = row === undefined ? undefined : steps[row];
  return step !== undefined && step >= from && step <= to ? row : undefined;
}

/** Axes, and words on hatches. */
export const axisWords = ({ plot, xTicks, yTicks, notes }: Layout): Word[] => [
  ...yTicks.map(({ at, text }): Word => ({ x: plot.left - 6, y: at, text, anchor: 'end', color: 'ink3' })),
  ...xTicks.map(({ at, text }): Word => ({
    x: at,
    y: plot.bottom + 11,
    text,
    anchor: 'middle',
    color: 'ink3',
  })),
  ...notes.map((note): Word => ({
    ...note,
    anchor: 'middle',
    color: 'reach',
    bold: true,
    halo: true,
  })),
];

export const labelWords = ({ plot }: Layout, { labels }: Reading): Word[] =>
  labels.map(({ y, text, color, strong }) => ({
    x: plot.right + 8,
    y,
    text,
    anchor: 'start',
    color,
    bold: strong,
  }));

export const pinWords = ({ pins }: Layout): Word[] =>
  pins
    .filter(({ shown }) => shown !== '')
    .map(({ x, shown, side }) => ({
      x: x + (side === 'left' ? -8 : 8),
      y: 8,
      text: shown,
      anchor: side === 'left' ? 'end' : 'start',
      color: 'ink',
      bold: true,
      halo: true,
    }));

/** Outline of a pin's head. */
export const pinPath = (x: number): string => `M${x - 4.5} 3h9v6l-4.5 5l-4.5 -5z`;

/** Steps from 0 to a round number that is at most a fifth beyond the last. */
export function stepDomain(last: number): [number, number] {
  const end = Math.max(last, 20);
  const [, second = end] = scaleLinear([0, end], [0, 1]).ticks(6);
  return [0, Math.ceil(end / second) * second];
}
