import {
  codeOf,
  encodeCity,
  encodeGrid,
  encodeRows,
  mixAt,
  noCode,
  paintCodes,
  sampleGrid,
} from './field.ts';
import { LEVELS } from './color.ts';
import type { Ground } from './ground.ts';
import { landCells, SEA, traceOutline, type Outline } from './land.ts';
import type { Place } from './place.ts';
import type { Size } from './surface.ts';
import type { CanvasTheme } from './theme.ts';

/** Mixes at the points of the ground, `[n, K]`, or the truth of the city itself, which is known everywhere. */
export type Mixes = Float32Array | 'truth';

/** Combs: small bars that show the mix itself, where colour cannot. */
const COMBS = 6;
const COMB_WIDTH = 28;
const COMB_HEIGHT = 30;
/** On smaller maps the letters are enough. */
const COMBS_FROM_WIDTH = 230;
const CLEAR_OF_LETTERS = 26;
/** Combs speak for the grey: where a map has this certainty, colour speaks, and they step back. */
const COLOURFUL = 0.3;
const COMB_ALPHA = { speaking: 0.8, asked: 0.6 };

const BORDERS = [
  ['paper', 0.45, 2],
  ['ink', 0.5, 0.8],
] as const;

/** Frames that may be slow before a map halves its resolution. */
const SLOW_MS = 8;
const PATIENCE = 5;

/** Draws one map, and keeps between two drawings what has not changed. */
export class MixPainter {
  #ground: Ground | undefined;
  #mixes: Mixes | undefined;
  #factor = 1;
  #codes = new Uint16Array(0);
  #image: ImageData | undefined;
  #cells: Uint16Array | undefined;
  #buffer: HTMLCanvasElement | undefined;
  #slow = 0;
  #settled = false;

  /** The next drawing is a fine one, however long it takes. */
  settle(): void {
    this.#settled = true;
  }

  /**
   * @param combs where it is grey, everywhere because someone asked, or nowhere
   * @param factor by which the certainty of mixes is multiplied before it is drawn
   * @returns whether the map is drawn coarsely, to keep up
   */
  draw(
    context: CanvasRenderingContext2D,
    size: Size,
    theme: CanvasTheme,
    ground: Ground,
    mixes: Mixes,
    combs: 'grey' | 'all' | 'none',
    factor = 1,
  ): boolean {
    const start = performance.now();
    const coarse = this.#slow >= PATIENCE && !this.#settled;
    const scale = coarse ? 0.5 : 1;
    const width = Math.max(1, Math.round(context.canvas.width * scale));
    const height = Math.max(1, Math.round(context.canvas.height * scale));
    const image = this.#encode(ground, mixes, factor, width, height);
    if (!image) return false;
    paintCodes(new Uint32Array(image.data.buffer), this.#codes, theme.table(ground.K));
    this.#put(context, image, size);
    if (!coarse && !this.#settled) this.#slow = performance.now() - start > SLOW_MS ? this.#slow + 1 : 0;
    this.#settled = false;
    if (ground.outline) drawBorders(context, ground.outline, size, theme);
    if (combs !== 'none' && size.width >= COMBS_FROM_WIDTH)
      this.#combs(context, size, theme, ground, mixes, combs === 'all');
    return coarse;
  }

  /** The place at a point of the box, 0 … 1 along both sides: in a country the nearest of its points, on land. */
  placeAt(ground: Ground, x: number, y: number): Place | undefined {
    if (!ground.outline) return { x, y };
    if (ground !== this.#ground) return undefined;
    const point = this.#cellAt(x, y);
    return point === SEA ? undefined : { point };
  }

  /** Brings the codes up to date; undefined where the mixes do not fit the ground. */
  #encode(
    ground: Ground,
    mixes: Mixes,
    factor: number,
    width: number,
    height: number,
  ): ImageData | undefined {
    const same = this.#ground === ground && this.#image?.width === width && this.#image.height === height;
    if (same && this.#mixes === mixes && this.#factor === factor) return this.#image;
    if (mixes !== 'truth' && mixes.length !== (ground.positions.length / 2) * ground.K) return undefined;
    if (!same) {
      this.#image = new ImageData(width, height);
      this.#codes = new Uint16Array(width * height);
      this.#cells = undefined;
    }
    this.#ground = ground;
    this.#mixes = mixes;
    this.#factor = factor;
    const { K, gridSize } = ground;
    if (mixes === 'truth') encodeCity(this.#codes, width, height, ground.services, K, ground.tau);
    else if (gridSize > 0) encodeGrid(this.#codes, width, height, mixes, gridSize, K, factor);
    else if (ground.outline) {
      this.#cells ??= landCells(ground.positions, ground.outline, width, height);
      const codes = encodeRows(mixes, K, factor);
      for (let i = 0; i < this.#codes.length; i++) {
        const cell = this.#cells[i] as number;
        this.#codes[i] = cell === SEA ? noCode(K) : (codes[cell] as number);
      }
    } else this.#codes.fill(noCode(K));
    return this.#image;
  }

  #put(context: CanvasRenderingContext2D, image: ImageData, size: Size): void {
    if (image.width === context.canvas.width && image.height === context.canvas.height) {
      context.putImageData(image, 0, 0);
      return;
    }
    const buffer = (this.#buffer ??= document.createElement('canvas'));
    buffer.width = image.width;
    buffer.height = image.height;
    buffer.getContext('2d')?.putImageData(image, 0, 0);
    context.drawImage(buffer, 0, 0, size.width, size.height);
  }

  #combs(
    context: CanvasRenderingContext2D,
    size: Size,
    theme: CanvasTheme,
    ground: Ground,
    mixes: Mixes,
    all: boolean,
  ): void {
    const { K } = ground;
    const found: { x: number; y: number; p: Float32Array; s: number }[] = [];
    for (let i = 0; i < COMBS * COMBS; i++) {
      const x = ((i % COMBS) + 0.5) / COMBS;
      const y = (Math.floor(i / COMBS) + 0.6) / COMBS;
      const p = new Float32Array(K);
      if (!this.#mixAt(p, ground, mixes, x, y)) continue;
      const code = codeOf(p, 0, K);
      if (code === noCode(K)) continue;
      found.push({
        x: Math.round(x * size.width),
        y: Math.round(y * size.height),
        p,
        s: (code % LEVELS) / (LEVELS - 1),
      });
    }
    // All of them fade together: a few that stay would look like dirt.
    const certainty = found.reduce((sum, { s }) => sum + s, 0) / found.length;
    const alpha = Math.max(all ? COMB_ALPHA.asked : 0, COMB_ALPHA.speaking * (1 - certainty / COLOURFUL));
    if (!(alpha > 0.05)) return;
    const tooth = Math.max(1, Math.floor(COMB_WIDTH / K));
    const comb = tooth * K;
    context.fillStyle = theme.color('ink');
    context.globalAlpha = alpha;
    for (const { x, y, p } of found) {
      if (nearLetter(ground, size, x, y - 4)) continue;
      context.fillRect(x - comb / 2, y, comb, 1);
      for (let k = 0; k < K; k++) {
        const height = (p[k] as number) * COMB_HEIGHT;
        // A gap between the teeth: a flat comb must not read as a dash.
        context.fillRect(x - comb / 2 + k * tooth, y - height, Math.max(1, tooth - 1), height);
      }
    }
    context.globalAlpha = 1;
  }

  /** The mix at a point of the box, 0 … 1 along both sides; false where there is none. */
  #mixAt(p: Float32Array, ground: Ground, mixes: Mixes, x: number, y: number): boolean {
    const { K, gridSize } = ground;
    if (mixes === 'truth') mixAt(p, ground.services, K, x, y, ground.tau);
    else if (gridSize > 0) sampleGrid(p, mixes, gridSize, K, x, y);
    else {
      const cell = this.#cellAt(x, y);
      if (cell === SEA) return false;
      p.set(mixes.subarray(cell * K, (cell + 1) * K));
    }
    return true;
  }

  #cellAt(x: number, y: number): number {
    if (!this.#image || !this.#cells) return SEA;
    const { width, height } = this.#image;
    const [column, row] = [Math.floor(x * width), Math.floor(y * height)];
    return column < 0 || column >= width ? SEA : (this.#cells[row * width + column] ?? SEA);
  }
}

function nearLetter({ letters }: Ground, size: Size, x: number, y: number): boolean {
  for (let i = 0; i < letters.length; i += 2) {
    const [dx, dy] = [(letters[i] as number) * size.width - x, (letters[i + 1] as number) * size.width - y];
    if (Math.hypot(dx, dy) < CLEAR_OF_LETTERS) return true;
  }
  return false;
}

function drawBorders(
  context: CanvasRenderingContext2D,
  outline: Outline,
  size: Size,
  theme: CanvasTheme,
): void {
  traceOutline(context, outline, size.width);
  context.lineJoin = 'round';
  // A dark line in a pale one: to be seen on every colour, and on the grey.
  for (const [color, alpha, lineWidth] of BORDERS) {
    context.globalAlpha = alpha;
    context.lineWidth = lineWidth;
    context.strokeStyle = theme.color(color);
    context.stroke();
  }
  context.globalAlpha = 1;
}
