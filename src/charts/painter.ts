import { fillHatch } from './hatch.ts';
import type { CanvasTheme } from './theme.ts';

/** What an outline is made of; canvas paths and d3's text paths both take it. */
export interface Outline {
  moveTo: (x: number, y: number) => void;
  lineTo: (x: number, y: number) => void;
  rect: (x: number, y: number, width: number, height: number) => void;
}
export type Trace = (outline: Outline) => void;

export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Colours are tokens of the theme, lengths pixels. */
export interface Stroke {
  color: string;
  width: number;
  dash?: readonly number[];
  /** 1 where it is not given. */
  alpha?: number;
  /** Round corners and ends. */
  round?: boolean;
}

/** What a chart is drawn with: a canvas, or a picture as text. The chart itself is described once. */
export interface Painter {
  stroke: (trace: Trace, style: Stroke) => void;
  fill: (trace: Trace, color: string, alpha: number) => void;
  /** Out of reach. */
  hatch: (trace: Trace) => void;
  /** Cuts off what `draw` draws outside of the box. */
  within: (box: Box, draw: () => void) => void;
}

export class CanvasPainter implements Painter {
  readonly #context: CanvasRenderingContext2D;
  readonly #theme: CanvasTheme;

  constructor(context: CanvasRenderingContext2D, theme: CanvasTheme) {
    this.#context = context;
    this.#theme = theme;
  }

  stroke(trace: Trace, { color, width, dash = [], alpha = 1, round = false }: Stroke): void {
    const context = this.#context;
    context.strokeStyle = this.#theme.color(color);
    context.lineWidth = width;
    context.globalAlpha = alpha;
    context.lineJoin = round ? 'round' : 'miter';
    context.lineCap = round ? 'round' : 'butt';
    context.setLineDash([...dash]);
    context.beginPath();
    trace(context);
    context.stroke();
  }

  fill(trace: Trace, color: string, alpha: number): void {
    const context = this.#context;
    context.fillStyle = this.#theme.color(color);
    context.globalAlpha = alpha;
    context.beginPath();
    trace(context);
    context.fill();
  }

  hatch(trace: Trace): void {
    const path = new Path2D();
    trace(path);
    this.#context.setLineDash([]);
    fillHatch(this.#context, path, this.#theme);
  }

  within({ left, right, top, bottom }: Box, draw: () => void): void {
    const context = this.#context;
    context.save();
    context.beginPath();
    context.rect(left, top, right - left, bottom - top);
    context.clip();
    draw();
    context.restore();
  }
}
