/** A country as pixels: which of its places is the nearest to each, and where the sea is. */
import { Delaunay } from 'd3';

/** A line map in units of its width. */
export interface Outline {
  /** Height in widths. */
  aspect: number;
  /** x, y, x, y, … of each line. */
  lines: readonly (readonly number[])[];
}

/** The cell of pixels that belong to no place. */
export const SEA = 0xffff;
/** Pixels of water around the map, so that lines along its edges do not cut the sea in pieces. */
const SHORE = 3;
/** Below this share of land the coast must have a gap, and the sea has run through it. */
const LEAST_LAND = 0.3;

/**
 * The nearest place of each pixel.
 *
 * @param positions `[n, 2]` in units of the width, n < 65 535
 * @returns `[width · height]`
 */
export function landCells(
  positions: Float32Array,
  outline: Outline,
  width: number,
  height: number,
): Uint16Array {
  const sea = seaOf(outline, width, height);
  const triangles = new Delaunay(positions);
  const cells = new Uint16Array(width * height).fill(SEA);
  let nearest = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (sea?.[i]) continue;
      // Starting from the neighbour's place, the search takes a step or two.
      nearest = triangles.find((x + 0.5) / width, (y + 0.5) / width, nearest);
      cells[i] = nearest;
    }
  return cells;
}

/** Traces the lines on a canvas of the given width. */
export function traceOutline(context: CanvasRenderingContext2D, { lines }: Outline, width: number): void {
  context.beginPath();
  for (const line of lines)
    for (let i = 0; i < line.length; i += 2) {
      const [x, y] = [(line[i] as number) * width, (line[i + 1] as number) * width];
      if (i === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
}

/** 1 where water is: what can be reached from the edges without crossing a line. Undefined where the coast leaks. */
function seaOf(outline: Outline, width: number, height: number): Uint8Array | undefined {
  const canvas = document.createElement('canvas');
  const [w, h] = [width + 2 * SHORE, height + 2 * SHORE];
  canvas.width = w;
  canvas.height = h;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return undefined;
  context.translate(SHORE, SHORE);
  context.lineWidth = 1.6;
  traceOutline(context, outline, width);
  context.stroke();
  const { data } = context.getImageData(0, 0, w, h);
  const wet = new Uint8Array(w * h);
  const open = [0];
  wet[0] = 1;
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const x = at % w;
    const next = [x > 0 ? at - 1 : -1, x < w - 1 ? at + 1 : -1, at - w, at + w];
    for (const i of next) {
      if (i < 0 || i >= wet.length || wet[i] || (data[4 * i + 3] as number) > 127) continue;
      wet[i] = 1;
      open.push(i);
    }
  }
  const sea = new Uint8Array(width * height);
  let land = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const value = wet[(y + SHORE) * w + x + SHORE] as number;
      sea[y * width + x] = value;
      land += 1 - value;
    }
  return land < LEAST_LAND * sea.length ? undefined : sea;
}
