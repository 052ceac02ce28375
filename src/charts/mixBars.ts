import { LEVELS } from './color.ts';
import { fillHatch } from './hatch.ts';
import type { Size } from './surface.ts';
import type { CanvasTheme } from './theme.ts';

/** Places side by side: the true mix grows up from a line, the model's grows down. */
export interface MixPairs {
  K: number;
  /** `[n, K]` */
  targets: Float32Array;
  /** `[n, K]`; absent before there is a prediction. */
  predicted: Float32Array | undefined;
  /** Nothing that the model says can be larger; 1 where nothing limits it. */
  pMax: number;
  /** Pixels between two places. */
  gap: number;
}

/** Bars of this share of the box stand for certainty. */
const FULL = 0.96;
/** A wall that is almost at the end says nothing. */
const BINDING = 0.985;

export function drawPairs(
  context: CanvasRenderingContext2D,
  { width, height }: Size,
  theme: CanvasTheme,
  { K, targets, predicted, pMax, gap }: MixPairs,
): void {
  const n = targets.length / K;
  const cell = (width + gap) / n;
  const middle = Math.round(height / 2);
  const unit = (height / 2) * FULL;
  const { fill, edge } = theme.categories(K);
  const step = (cell - gap) / K;
  const bar = Math.max(1, step - Math.min(1.2, step / 5));
  if (pMax < BINDING)
    wall(context, theme, { n, cell, gap, top: middle + pMax * unit, bottom: middle + unit });
  for (let i = 0; i < n * K; i++) {
    const k = i % K;
    const x = Math.floor(i / K) * cell + k * step + (step - bar) / 2;
    const p = predicted?.[i] ?? 0;
    const up = Math.min(1, targets[i] as number) * unit;
    // What is not a number has no bar.
    const down = p > 0 ? Math.min(1, p) * unit : 0;
    context.fillStyle = fill[k] as string;
    context.fillRect(x, middle - up, bar, up);
    context.fillRect(x, middle, bar, down);
    const rim = edge[k];
    if (rim !== undefined) {
      context.strokeStyle = rim;
      context.lineWidth = 1;
      if (up > 2) context.strokeRect(x + 0.5, middle - up + 0.5, bar - 1, up);
      if (down > 2) context.strokeRect(x + 0.5, middle - 0.5, bar - 1, down);
    }
  }
  context.fillStyle = theme.color('ink2');
  for (let i = 0; i < n; i++) context.fillRect(i * cell, middle - 0.5, cell - gap, 1);
}

/** What the head cannot say, below each place. */
function wall(
  context: CanvasRenderingContext2D,
  theme: CanvasTheme,
  { n, cell, gap, top, bottom }: { n: number; cell: number; gap: number; top: number; bottom: number },
): void {
  const path = new Path2D();
  for (let i = 0; i < n; i++) path.rect(i * cell, top, cell - gap, bottom - top);
  fillHatch(context, path, theme);
  context.fillStyle = theme.color('reach');
  for (let i = 0; i < n; i++) context.fillRect(i * cell, Math.round(top) - 0.75, cell - gap, 1.5);
}

/** The scale of the maps' colours: a stripe for each category, from certain on the left to flat on the right. */
export function drawScale(
  context: CanvasRenderingContext2D,
  { width, height }: Size,
  theme: CanvasTheme,
  K: number,
): void {
  const table = theme.table(K);
  const levels = LEVELS;
  const image = new ImageData(levels, K);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < pixels.length; i++) {
    const [k, x] = [Math.floor(i / levels), i % levels];
    pixels[i] = table[k * levels + levels - 1 - x] as number;
  }
  const stripes = document.createElement('canvas');
  stripes.width = levels;
  stripes.height = K;
  stripes.getContext('2d')?.putImageData(image, 0, 0);
  // Stripes keep their edges, steps along them are too fine to be seen.
  context.imageSmoothingEnabled = false;
  context.drawImage(stripes, 0, 0, width, height);
}
