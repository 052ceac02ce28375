import type { CanvasTheme } from './theme.ts';

/** The one hatch of the page: what no weights can get to. Along an axis a period of 6 across is 6 √2. */
const PERIOD = 6 * Math.SQRT2;
const STROKE = 1.6;

/** Fills a path with the hatch. */
export function fillHatch(context: CanvasRenderingContext2D, path: Path2D, theme: CanvasTheme): void {
  const color = theme.color('reach');
  context.save();
  context.fillStyle = color;
  context.globalAlpha = 0.06;
  context.fill(path);
  context.globalAlpha = 0.3;
  context.clip(path);
  context.strokeStyle = color;
  context.lineWidth = STROKE;
  // Lines through the whole canvas: the hatch of two neighbours is one.
  const { a, d } = context.getTransform();
  const [width, height] = [context.canvas.width / a, context.canvas.height / d];
  context.beginPath();
  for (let x = -height; x < width; x += PERIOD) {
    context.moveTo(x, height);
    context.lineTo(x + height, 0);
  }
  context.stroke();
  context.restore();
}
