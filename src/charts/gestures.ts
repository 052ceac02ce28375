/** Pointing at a chart and choosing its steps: with mouse, pen, fingers, wheel and keys. */
import type { ChartSpec, Layout } from './lineChart.ts';
import { nearestRow, rowAt } from './rows.ts';
import type { StepAxis } from './stepAxis.svelte.ts';
import { pan, pinched, showing, zoomAround } from './zoom.ts';

/** The chart as it is on screen. */
export interface Shown {
  spec: ChartSpec;
  layout: Layout;
}

/** Less than this is a click, in pixels. */
const DRAG_PX = 5;
const KEY_ZOOM = 2;
const ROWS_WITH_SHIFT = 10;
/** What d3 takes for a wheel that is a pinch. */
const WHEEL_ZOOM = 0.01;
/** Pixels in a line, where wheels count lines. */
const LINE_PX = 16;

type Pointer = Pick<PointerEvent, 'pointerId' | 'pointerType' | 'button' | 'offsetX'>;

/** Pixels are counted from the left edge of the chart. */
export class Gestures {
  readonly #axis: StepAxis;
  readonly #shown: () => Shown | undefined;
  /** Where a mouse was pressed. */
  #pressed: number | undefined;
  /** Fingers by id: where they are, and the step that they took hold of. */
  readonly #fingers = new Map<number, { x: number; step: number }>();

  constructor(axis: StepAxis, shown: () => Shown | undefined) {
    this.#axis = axis;
    this.#shown = shown;
  }

  down({ pointerId, pointerType, button, offsetX }: Pointer): void {
    const shown = this.#shown();
    if (!shown || button !== 0) return;
    if (pointerType === 'touch') {
      this.#fingers.set(pointerId, { x: offsetX, step: shown.layout.stepAt(offsetX) });
      if (this.#fingers.size === 1) this.#point(shown, offsetX);
      else this.#axis.leave();
    } else this.#pressed = inPlot(shown, offsetX);
  }

  move({ pointerId, pointerType, offsetX }: Pointer): void {
    const shown = this.#shown();
    if (!shown) return;
    if (pointerType === 'touch') {
      const finger = this.#fingers.get(pointerId);
      if (!finger) return;
      finger.x = offsetX;
      if (this.#fingers.size === 1) this.#point(shown, offsetX);
      else this.#pinch(shown);
      return;
    }
    this.#point(shown, offsetX);
    if (this.#pressed === undefined) return;
    const ends = [this.#pressed, inPlot(shown, offsetX)].sort((a, b) => a - b) as [number, number];
    const [from, to] = ends.map((x) => Math.round(shown.layout.stepAt(x))) as [number, number];
    this.#axis.selection = ends[1] - ends[0] < DRAG_PX ? undefined : [from, to];
  }

  up({ pointerId }: Pick<PointerEvent, 'pointerId'>): void {
    this.#fingers.delete(pointerId);
    const { selection } = this.#axis;
    const shown = this.#shown();
    if (this.#pressed !== undefined && selection && shown) {
      const [from, to] = selection;
      this.#axis.span = zoomAround(selection, shown.spec.all, (from + to) / 2, 1);
      this.#axis.leave();
    }
    this.#pressed = undefined;
    this.#axis.selection = undefined;
  }

  /** The pointer was taken away: the page scrolls, say. */
  cancel({ pointerId }: Pick<PointerEvent, 'pointerId'>): void {
    this.#fingers.delete(pointerId);
    this.#pressed = undefined;
    this.#axis.leave();
  }

  /** What a finger pointed at stays to be read. */
  out({ pointerType }: Pick<PointerEvent, 'pointerType'>): void {
    if (pointerType !== 'touch' && this.#pressed === undefined) this.#axis.leave();
  }

  /** @returns whether the wheel was meant for the chart */
  wheel({
    ctrlKey,
    deltaX,
    deltaY,
    deltaMode,
    offsetX,
  }: Pick<WheelEvent, 'ctrlKey' | 'deltaX' | 'deltaY' | 'deltaMode' | 'offsetX'>): boolean {
    const shown = this.#shown();
    if (!shown) return false;
    const { spec, layout } = shown;
    const unit = deltaMode === 1 ? LINE_PX : 1;
    if (ctrlKey) {
      const factor = Math.exp(Math.min(50, Math.max(-50, deltaY * unit)) * WHEEL_ZOOM);
      this.#axis.span = zoomAround(spec.x, spec.all, layout.stepAt(inPlot(shown, offsetX)), factor);
      return true;
    }
    if (!this.#axis.span || Math.abs(deltaX) <= Math.abs(deltaY)) return false;
    const perPixel = (spec.x[1] - spec.x[0]) / (layout.plot.right - layout.plot.left);
    this.#axis.span = pan(spec.x, spec.all, deltaX * unit * perPixel);
    return true;
  }

  /** @returns whether the key was meant for the chart */
  key({
    key,
    shiftKey,
    altKey,
    ctrlKey,
    metaKey,
  }: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'altKey' | 'ctrlKey' | 'metaKey'>): boolean {
    const shown = this.#shown();
    if (!shown || altKey || ctrlKey || metaKey) return false;
    const { spec, layout } = shown;
    const axis = this.#axis;
    const rows = shiftKey ? ROWS_WITH_SHIFT : 1;
    const row = axis.row ?? layout.last;
    const zoom = (factor: number): void => {
      const step = row === undefined ? undefined : spec.steps[row];
      axis.span = zoomAround(spec.x, spec.all, step ?? (spec.x[0] + spec.x[1]) / 2, factor);
    };
    if (key === 'ArrowLeft' || key === 'ArrowDown') this.#go(shown, (row ?? 0) - rows);
    else if (key === 'ArrowRight' || key === 'ArrowUp') this.#go(shown, (row ?? 0) + rows);
    else if (key === 'Home') this.#go(shown, 0);
    else if (key === 'End') this.#go(shown, Infinity);
    else if (key === '+' || key === '=') zoom(1 / KEY_ZOOM);
    else if (key === '-' || key === '\u2212') zoom(KEY_ZOOM);
    else if (key === '0') axis.showAll();
    else if (key !== 'Escape') return false;
    // One thing at a time: first what is being done, then where one points, then the zoom.
    else if (axis.selection) this.#stop();
    else if (axis.row !== undefined) axis.leave();
    else if (axis.span) axis.showAll();
    else return false;
    return true;
  }

  #stop(): void {
    this.#pressed = undefined;
    this.#axis.selection = undefined;
  }

  /** To a row, with the view following. */
  #go({ spec }: Shown, row: number): void {
    const last = spec.steps.length - 1;
    if (last < 0) return;
    this.#axis.row = Math.min(last, Math.max(0, row));
    const step = spec.steps[this.#axis.row] as number;
    if (this.#axis.span) this.#axis.span = showing(spec.x, spec.all, step);
  }

  #point({ spec, layout }: Shown, x: number): void {
    const row = nearestRow(spec.steps, layout.stepAt(x));
    if (row === undefined) return;
    // What is nearest may lie just outside of what is shown.
    const step = spec.steps[row] as number;
    const [from, to] = spec.x;
    const seen = step > to ? rowAt(spec.steps, to) : step < from ? row + 1 : row;
    const at = seen === undefined ? undefined : spec.steps[seen];
    this.#axis.row = at !== undefined && at >= from && at <= to ? seen : undefined;
  }

  #pinch({ spec, layout: { plot } }: Shown): void {
    const [a, b] = [...this.#fingers.values()].sort((first, second) => first.step - second.step);
    if (!a || !b) return;
    const share = (x: number): number => (x - plot.left) / (plot.right - plot.left);
    this.#axis.span = pinched([a.step, b.step], [share(a.x), share(b.x)], spec.all);
  }
}

const inPlot = ({ layout: { plot } }: Shown, x: number): number =>
  Math.min(plot.right, Math.max(plot.left, x));
