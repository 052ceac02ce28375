/** Draws the marks of a chart, with whatever painter. Words are not drawn here: they are text of the page. */
import { decimate } from './decimate.ts';
import { stretchesOf, type ChartSpec, type Layout, type MarkOf } from './lineChart.ts';
import { CanvasPainter, type Painter, type Trace } from './painter.ts';
import type { Values } from './rows.ts';
import type { CanvasTheme } from './theme.ts';

/** Beyond the plot, so that a clipped line leaves it visibly. */
const CLIP_MARGIN = 2;
/** Recorded values behind their mean. */
const PALE = 0.35;

export function paintChart(
  context: CanvasRenderingContext2D,
  theme: CanvasTheme,
  spec: ChartSpec,
  layout: Layout,
): void {
  drawChart(new CanvasPainter(context, theme), spec, layout);
}

/** What lies outside of the plot is cut off at its edge. */
export function drawChart(painter: Painter, spec: ChartSpec, layout: Layout): void {
  const { plot } = layout;
  painter.stroke(
    (outline) => {
      for (const { at } of layout.yTicks) {
        outline.moveTo(plot.left, sharp(at));
        outline.lineTo(plot.right, sharp(at));
      }
    },
    { color: 'line', width: 1 },
  );
  const { left, right, top, bottom } = plot;
  painter.within({ left, right, top: top - CLIP_MARGIN, bottom: bottom + CLIP_MARGIN }, () => {
    // Worked out once for all lines. All that is out of sight is one column on each side.
    const columns = columnsOf(spec.steps, layout, left - 2, right + 2);
    for (const mark of spec.marks) {
      if (mark.kind === 'line') line(painter, mark, spec, layout, columns);
      else if (mark.kind === 'band') band(painter, mark, spec, layout, columns);
      else if (mark.kind === 'rule') rule(painter, mark, layout);
      else hatch(painter, mark, spec, layout);
    }
  });
  painter.stroke(
    (outline) => {
      for (const { x } of layout.pins) {
        outline.moveTo(sharp(x), top - 4);
        outline.lineTo(sharp(x), bottom);
      }
    },
    { color: 'ink', width: 1, dash: [2, 2], alpha: 0.7 },
  );
}

/** The pixel column of each step. The axis is linear: two of its points say all, and a scale asked ten thousand times is slow. */
function columnsOf(steps: readonly number[], { x }: Layout, least: number, most: number): Int32Array {
  const [start, perStep] = [x(0), x(1) - x(0)];
  const columns = new Int32Array(steps.length);
  for (let i = 0; i < columns.length; i++)
    columns[i] = Math.round(Math.min(most, Math.max(least, start + perStep * (steps[i] as number))));
  return columns;
}

const sharp = (pixel: number): number => Math.round(pixel) + 0.5;

function line(
  painter: Painter,
  { values, mean, color, width = 2, dash }: MarkOf<'line'>,
  spec: ChartSpec,
  layout: Layout,
  columns: Int32Array,
): void {
  if (mean) painter.stroke(through(values, spec, layout, columns), { color, width: 1, alpha: PALE });
  painter.stroke(
    through(mean ?? values, spec, layout, columns),
    dash ? { color, width, dash } : { color, width, round: true },
  );
}

/** A line through what has a place on the axes. */
function through(values: Values, { steps, log }: ChartSpec, { x, y }: Layout, columns: Int32Array): Trace {
  const placed = log ? Float64Array.from(values, (value) => (value > 0 ? value : NaN)) : values;
  return (outline) => {
    let drawing = false;
    for (const i of decimate(placed, columns)) {
      const value = placed[i] as number;
      const finite = Number.isFinite(value);
      if (finite && drawing) outline.lineTo(x(steps[i] as number), y(value));
      else if (finite) outline.moveTo(x(steps[i] as number), y(value));
      drawing = finite;
    }
  };
}

function band(
  painter: Painter,
  { low, high, color, alpha }: MarkOf<'band'>,
  { steps }: ChartSpec,
  { x, y }: Layout,
  columns: Int32Array,
): void {
  // Both edges keep their own extremes; a gap in either ends a piece.
  const rows = [...new Set([...decimate(low, columns), ...decimate(high, columns)])].sort((a, b) => a - b);
  const pieces: number[][] = [[]];
  for (const i of rows) {
    if (Number.isFinite(low[i]) && Number.isFinite(high[i])) pieces.at(-1)?.push(i);
    else pieces.push([]);
  }
  for (const piece of pieces.filter(({ length }) => length > 1))
    painter.fill(
      (outline) => {
        piece.forEach((i, n) => {
          const [px, py] = [x(steps[i] as number), y(high[i] as number)];
          if (n === 0) outline.moveTo(px, py);
          else outline.lineTo(px, py);
        });
        for (const i of piece.reverse()) outline.lineTo(x(steps[i] as number), y(low[i] as number));
      },
      color,
      alpha,
    );
}

function rule(painter: Painter, { at, color, dash }: MarkOf<'rule'>, { y, plot }: Layout): void {
  const height = y(at);
  if (!Number.isFinite(height)) return;
  painter.stroke(
    (outline) => {
      outline.moveTo(plot.left, height);
      outline.lineTo(plot.right, height);
    },
    { color, width: 1.2, dash },
  );
}

function hatch(painter: Painter, { to }: MarkOf<'hatch'>, { steps }: ChartSpec, layout: Layout): void {
  const { plot, y } = layout;
  const stretches = stretchesOf(to, steps, layout).filter(({ level }) => level > 0 && y(level) < plot.bottom);
  if (stretches.length === 0) return;
  painter.hatch((outline) => {
    for (const { level, left, right } of stretches) {
      const top = Math.max(plot.top, y(level));
      outline.rect(left, top, right - left, plot.bottom - top);
    }
  });
}
