/** What a chart over steps shows, its layout in pixels, and its drawing. No Svelte, no DOM but the canvas. */
import { bisectLeft, scaleLinear, scaleLog, type ScaleContinuousNumeric } from 'd3';
import { decimate } from './decimate.ts';
import { fillHatch } from './hatch.ts';
import { joinChanges, spread, type Change, type Pin } from './pins.ts';
import type { CanvasTheme } from './theme.ts';

/** Values by step: `[rows]`, as long as the chart's steps. */
export type Values = ArrayLike<number>;

/** Drawn in order. Colours are tokens of the theme. */
export type Mark =
  | { kind: 'line'; values: Values; color: string; width?: number; dash?: readonly number[]; dot?: boolean }
  | { kind: 'band'; low: Values; high: Values; color: string; alpha: number }
  /** A level that holds for the whole chart. */
  | { kind: 'rule'; at: number; color: string; dash: readonly number[] }
  /**
   * Out of reach, from the bottom of the chart to these values; each holds until the next step, and `now` from the last
   * one on. The label stands in the middle of what holds now, or so many pixels higher.
   */
  | { kind: 'hatch'; to: Values; now: number; label?: string; lift?: number };

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
  x: readonly [number, number];
  y: readonly [number, number];
  log?: boolean;
  marks: readonly Mark[];
  labels: readonly EndLabel[];
  changes: readonly Change[];
}

export interface Margins {
  top: number;
  right: number;
  bottom: number;
  left: number;
}

/** Everything that SVG draws, in pixels. */
export interface Layout {
  width: number;
  height: number;
  plot: { left: number; right: number; top: number; bottom: number };
  xTicks: { at: number; text: string }[];
  yTicks: { at: number; text: string }[];
  labels: { y: number; text: string; color: string; strong: boolean }[];
  pins: (Pin & { shown: boolean; end: boolean })[];
  /** Words inside a hatch that is large enough for them. */
  notes: { x: number; y: number; text: string }[];
}

export interface Formats {
  step: (step: number) => string;
  value: (value: number) => string;
  /** Round numbers, as short as they can be. */
  tick: (value: number) => string;
}

const LABEL_GAP = 13;
const PIXELS_PER_CHARACTER = 6;
const NOTE_HEIGHT = 26;
/** Beyond the plot, so that a clipped line leaves it visibly. */
const CLIP_MARGIN = 2;

interface Scales {
  x: ScaleContinuousNumeric<number, number>;
  y: ScaleContinuousNumeric<number, number>;
}

function scalesOf(spec: ChartSpec, plot: Layout['plot']): Scales {
  const y = spec.log ? scaleLog() : scaleLinear();
  return {
    x: scaleLinear([...spec.x], [plot.left, plot.right]),
    y: y.domain([...spec.y]).range([plot.bottom, plot.top]),
  };
}

export function layOut(
  spec: ChartSpec,
  width: number,
  height: number,
  margins: Margins,
  format: Formats,
): Layout {
  const plot = {
    left: margins.left,
    right: Math.max(margins.left + 1, width - margins.right),
    top: margins.top,
    bottom: Math.max(margins.top + 1, height - margins.bottom),
  };
  const { x, y } = scalesOf(spec, plot);
  const wanted = Math.max(2, Math.floor((plot.right - plot.left) / 55));
  const inside = spec.labels.filter(({ at }) => Number.isFinite(at));
  const heights = spread(
    inside.map(({ at }) => Math.min(plot.bottom, Math.max(plot.top, y(at)))),
    LABEL_GAP,
    plot.top - 2,
    plot.bottom + 2,
  );
  return {
    width,
    height,
    plot,
    xTicks: x.ticks(Math.min(5, wanted)).map((step) => ({ at: x(step), text: format.step(step) })),
    yTicks: yTicksOf(spec, y, plot).map((value) => ({ at: y(value), text: format.tick(value) })),
    labels: inside.map(({ text, color, strong = false }, i) => ({
      y: heights[i] as number,
      text,
      color,
      strong,
    })),
    pins: placePins(joinChanges(spec.changes, x), plot),
    notes: spec.marks.flatMap((mark) =>
      mark.kind === 'hatch' && mark.label ? noteIn(mark, mark.label, spec.steps, { x, y }, plot) : [],
    ),
  };
}

function yTicksOf(spec: ChartSpec, y: Scales['y'], plot: Layout['plot']): number[] {
  const count = plot.bottom - plot.top > 70 ? 3 : 2;
  if (!spec.log) return y.ticks(count);
  const tens = y.ticks(10).filter((value) => Number.isInteger(Math.round(Math.log10(value) * 1e9) / 1e9));
  const every = Math.ceil(tens.length / count);
  return tens.filter((_, i) => i % every === 0);
}

/** Words for as many pins as there is room for, the latest first; each to the side where it fits. */
function placePins(pins: readonly Pin[], plot: Layout['plot']): Layout['pins'] {
  let free = plot.right;
  return pins
    .map((pin) => ({ ...pin, shown: false, end: false }))
    .reverse()
    .map((pin) => {
      const room = 10 + pin.text.length * PIXELS_PER_CHARACTER;
      const end = pin.x + room > free;
      const fits = end ? pin.x <= free && pin.x - room >= plot.left - 24 : true;
      if (fits) free = end ? pin.x - room : pin.x - 8;
      else free = Math.min(free, pin.x - 8);
      return { ...pin, shown: fits, end };
    })
    .reverse();
}

/** In the middle of what is out of reach now, where there is room. */
function noteIn(
  { to, now, lift = 0 }: Of<'hatch'>,
  label: string,
  steps: readonly number[],
  { x, y }: Scales,
  plot: Layout['plot'],
): Layout['notes'] {
  if (!(now > 0)) return [];
  let first = to.length - 1;
  while (first > 0 && near(to[first - 1], now)) first--;
  const left = x(steps[Math.max(0, first)] ?? 0);
  const height = plot.bottom - Math.max(plot.top, y(now));
  if (plot.right - left < label.length * PIXELS_PER_CHARACTER || height < NOTE_HEIGHT) return [];
  return [{ x: (left + plot.right) / 2, y: plot.bottom - height / 2 - lift, text: label }];
}

const near = (a: number | undefined, b: number): boolean => Math.abs((a ?? NaN) - b) < 1e-9;

/** Draws the marks. What lies outside of the plot is cut off at its edge. */
export function paintChart(
  context: CanvasRenderingContext2D,
  theme: CanvasTheme,
  spec: ChartSpec,
  layout: Layout,
): void {
  const { plot } = layout;
  const scales = scalesOf(spec, plot);
  context.lineWidth = 1;
  context.strokeStyle = theme.color('line');
  context.beginPath();
  for (const { at } of layout.yTicks) {
    const y = Math.round(at) + 0.5;
    context.moveTo(plot.left, y);
    context.lineTo(plot.right, y);
  }
  context.stroke();
  context.save();
  context.beginPath();
  context.rect(
    plot.left,
    plot.top - CLIP_MARGIN,
    plot.right - plot.left,
    plot.bottom - plot.top + 2 * CLIP_MARGIN,
  );
  context.clip();
  // Worked out once for all lines.
  const columns = Int32Array.from(spec.steps, (step) => Math.round(scales.x(step)));
  for (const mark of spec.marks) {
    context.setLineDash([]);
    context.globalAlpha = 1;
    if (mark.kind === 'line') line(context, theme, mark, spec, scales, columns);
    else if (mark.kind === 'band') band(context, theme, mark, spec, scales, columns);
    else if (mark.kind === 'rule') rule(context, theme, mark, scales, plot);
    else hatch(context, theme, mark, spec, scales, plot);
  }
  context.restore();
  for (const mark of spec.marks)
    if (mark.kind === 'line' && mark.dot) dot(context, theme, mark, spec, scales, plot);
  changes(context, theme, layout);
}

type Of<K extends Mark['kind']> = Extract<Mark, { kind: K }>;

function line(
  context: CanvasRenderingContext2D,
  theme: CanvasTheme,
  mark: Of<'line'>,
  { steps }: ChartSpec,
  { x, y }: Scales,
  columns: Int32Array,
): void {
  context.beginPath();
  let drawing = false;
  for (const i of decimate(mark.values, columns)) {
    const value = mark.values[i] as number;
    const finite = Number.isFinite(value);
    if (finite && drawing) context.lineTo(x(steps[i] as number), y(value));
    else if (finite) context.moveTo(x(steps[i] as number), y(value));
    drawing = finite;
  }
  context.strokeStyle = theme.color(mark.color);
  context.lineWidth = mark.width ?? 2;
  context.lineJoin = 'round';
  context.lineCap = mark.dash ? 'butt' : 'round';
  context.setLineDash([...(mark.dash ?? [])]);
  context.stroke();
}

function band(
  context: CanvasRenderingContext2D,
  theme: CanvasTheme,
  mark: Of<'band'>,
  { steps }: ChartSpec,
  { x, y }: Scales,
  columns: Int32Array,
): void {
  context.fillStyle = theme.color(mark.color);
  context.globalAlpha = mark.alpha;
  // Both edges keep their own extremes; a gap in either ends a piece.
  const rows = [...new Set([...decimate(mark.low, columns), ...decimate(mark.high, columns)])].sort(
    (a, b) => a - b,
  );
  let piece: number[] = [];
  const close = (): void => {
    if (piece.length > 1) {
      context.beginPath();
      for (const i of piece) context.lineTo(x(steps[i] as number), y(mark.high[i] as number));
      for (const i of piece.reverse()) context.lineTo(x(steps[i] as number), y(mark.low[i] as number));
      context.fill();
    }
    piece = [];
  };
  for (const i of rows) {
    if (Number.isFinite(mark.low[i]) && Number.isFinite(mark.high[i])) piece.push(i);
    else close();
  }
  close();
}

function rule(
  context: CanvasRenderingContext2D,
  theme: CanvasTheme,
  mark: Of<'rule'>,
  { y }: Scales,
  plot: Layout['plot'],
): void {
  if (!Number.isFinite(mark.at)) return;
  const at = y(mark.at);
  context.strokeStyle = theme.color(mark.color);
  context.lineWidth = 1.2;
  context.lineCap = 'butt';
  context.setLineDash([...mark.dash]);
  context.beginPath();
  context.moveTo(plot.left, at);
  context.lineTo(plot.right, at);
  context.stroke();
}

function hatch(
  context: CanvasRenderingContext2D,
  theme: CanvasTheme,
  mark: Of<'hatch'>,
  { steps }: ChartSpec,
  { x, y }: Scales,
  plot: Layout['plot'],
): void {
  const path = new Path2D();
  // Stretches of one height, not one box for each row: edges between boxes would show.
  const box = (top: number, left: number, right: number): void => {
    if (!(top > 0) || right <= left) return;
    const from = Math.max(plot.top, y(top));
    path.rect(left, from, right - left, plot.bottom - from);
  };
  const last = mark.to.length - 1;
  let start = 0;
  for (let i = 1; i <= last; i++) {
    if (near(mark.to[i], mark.to[start] as number)) continue;
    box(mark.to[start] as number, x(steps[start] as number), x(steps[i] as number));
    start = i;
  }
  const tail = mark.to[start] ?? NaN;
  const end = x(steps[last] ?? 0);
  // In one piece with what holds now, where that is the same.
  if (!near(tail, mark.now)) box(tail, x(steps[start] ?? 0), end);
  box(mark.now, near(tail, mark.now) ? x(steps[start] ?? 0) : end, plot.right);
  fillHatch(context, path, theme);
}

function dot(
  context: CanvasRenderingContext2D,
  theme: CanvasTheme,
  mark: Of<'line'>,
  { steps, y: [low, high] }: ChartSpec,
  { x, y }: Scales,
  plot: Layout['plot'],
): void {
  const last = mark.values.length - 1;
  const value = mark.values[last];
  if (value === undefined || !Number.isFinite(value) || value < low) return;
  context.fillStyle = theme.color(mark.color);
  context.beginPath();
  context.arc(x(steps[last] as number), value > high ? plot.top : y(value), 3.5, 0, 2 * Math.PI);
  context.fill();
}

function changes(context: CanvasRenderingContext2D, theme: CanvasTheme, { pins, plot }: Layout): void {
  context.strokeStyle = theme.color('ink');
  context.lineWidth = 1;
  context.globalAlpha = 0.7;
  context.setLineDash([2, 2]);
  context.beginPath();
  for (const { x } of pins) {
    context.moveTo(Math.round(x) + 0.5, plot.top - 4);
    context.lineTo(Math.round(x) + 0.5, plot.bottom);
  }
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/** Steps from 0 to a round number that is at most a fifth beyond the last. */
export function stepDomain(last: number): [number, number] {
  const end = Math.max(last, 20);
  const [, second = end] = scaleLinear([0, end], [0, 1]).ticks(6);
  return [0, Math.ceil(end / second) * second];
}

/** The largest and the smallest finite value; undefined where there is none. */
export function extentOf(values: Values): [number, number] | undefined {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? [low, high] : undefined;
}

/** The row that holds at a step: the last one recorded up to it. */
export function rowAt(steps: readonly number[], step: number): number {
  const next = bisectLeft(steps as number[], step + 0.5);
  return Math.max(0, next - 1);
}

export interface Layer {
  low: number[];
  high: number[];
}

/**
 * Stacks contributions: what is positive from 0 up, what is negative from 0 down. A contribution that changes its sign is
 * in both, so that nothing is drawn between them. What is not a number leaves a gap in its own layer only.
 *
 * @param layers `[rows]` each
 */
export function stack(layers: readonly Values[]): { up: Layer; down: Layer }[] {
  const rows = Math.max(0, ...layers.map((layer) => layer.length));
  const top = new Array<number>(rows).fill(0);
  const bottom = new Array<number>(rows).fill(0);
  return layers.map((layer) => {
    const [up, down]: [Layer, Layer] = [
      { low: [...top], high: [...top] },
      { low: [...bottom], high: [...bottom] },
    ];
    for (let i = 0; i < rows; i++) {
      const value = layer[i] ?? NaN;
      if (value > 0) top[i] = up.high[i] = (top[i] as number) + value;
      else if (value < 0) bottom[i] = down.low[i] = (bottom[i] as number) + value;
      else if (Number.isNaN(value)) up.high[i] = down.low[i] = NaN;
    }
    return { up, down };
  });
}
