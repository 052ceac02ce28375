/**
 * Colour of a distribution: the hue is its top category, the chroma what it knows. Worked out in OKLCH (Ottosson 2020),
 * without any rescaling: a flat distribution is grey because it is flat.
 */
import { entropyOfProbabilities, argmax } from '../science/distributions.ts';

/** Lightness 0 … 1, chroma from 0, hue in degrees. */
export type Oklch = readonly [L: number, C: number, h: number];
/** sRGB as a display takes it, 0 … 1 each. */
export type Rgb = readonly [number, number, number];

/**
 * Categories in their order, one table for each theme. The first eight are those of the visual language; the last four,
 * for cities of up to twelve, are the colours farthest from all others and from the grey for normal and colour-blind eyes.
 */
const LIGHT: readonly Oklch[] = [
  [0.54, 0.215, 262],
  [0.67, 0.19, 44],
  [0.64, 0.14, 161],
  [0.51, 0.209, 355],
  [0.83, 0.169, 82],
  [0.4, 0.215, 297],
  [0.72, 0.15, 235],
  [0.4, 0.118, 44],
  [0.62, 0.1, 312],
  [0.3, 0.1, 264],
  [0.5, 0.1, 104],
  [0.86, 0.2, 152],
];
const DARK: readonly Oklch[] = [
  [0.51, 0.215, 264],
  [0.72, 0.185, 52],
  [0.7, 0.148, 164],
  [0.58, 0.215, 348],
  [0.88, 0.18, 98],
  [0.73, 0.171, 305],
  [0.87, 0.114, 212],
  [0.52, 0.122, 60],
  [0.44, 0.21, 316],
  [0.6, 0.12, 288],
  [0.78, 0.14, 356],
  [0.92, 0.14, 144],
];

/** Lightness of the grey that says nothing. */
const FLAT_LIGHTNESS = { light: 0.83, dark: 0.38 } as const;
/** Marks need this much against the paper; paler bars get an edge. */
const MARK_CONTRAST = 3;
const EDGE_DARKER = 0.2;

export type ThemeName = keyof typeof FLAT_LIGHTNESS;

/** Steps of certainty that a lookup table tells apart. */
export const LEVELS = 256;

/** The table's own colour of a category; beyond twelve they begin again. */
export function categoryOklch(category: number, theme: ThemeName): Oklch {
  const table = theme === 'dark' ? DARK : LIGHT;
  return table[category % table.length] as Oklch;
}

/** @returns linear sRGB, which may lie outside 0 … 1 */
export function oklchToLinear([L, C, h]: Oklch): Rgb {
  const a = C * Math.cos((h * Math.PI) / 180);
  const b = C * Math.sin((h * Math.PI) / 180);
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

/** To what a display shows: clipped to its gamut, then encoded. */
export function oklchToRgb(color: Oklch): Rgb {
  const [r, g, b] = oklchToLinear(color);
  return [encode(r), encode(g), encode(b)];
}

/** Back again; only colours on the screen are measured so. @param rgb 0 … 1 each */
export function rgbToOklch(rgb: Rgb): Oklch {
  const [r, g, b] = rgb.map(decode) as [number, number, number];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const L = 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const bb = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  return [L, Math.hypot(a, bb), ((Math.atan2(bb, a) * 180) / Math.PI + 360) % 360];
}

export function toHex(rgb: Rgb): string {
  return `#${rgb.map((x) => byte(x).toString(16).padStart(2, '0')).join('')}`;
}

/** How certain a distribution is, 0 flat … 1 one-hot; NaN where the entropy is. @param entropy in nats */
export function certainty(entropy: number, K: number): number {
  return Math.min(1, Math.max(0, 1 - entropy / Math.log(K)));
}

/** From the grey (s = 0) to the category's own colour (s = 1), linear in lightness and chroma. */
export function certaintyColor(category: number, s: number, theme: ThemeName): Oklch {
  const [L, C, h] = categoryOklch(category, theme);
  const flat = FLAT_LIGHTNESS[theme];
  return [flat + s * (L - flat), s * C, h];
}

/** The colour of one distribution, exactly. */
export function distributionColor(p: ArrayLike<number>, theme: ThemeName): Oklch {
  return certaintyColor(argmax(p), certainty(entropyOfProbabilities(p), p.length), theme);
}

/** Categories on one theme, as canvas and SVG want them. */
export interface CategoryColors {
  /** Hex, by category. */
  fill: readonly string[];
  /** A darker edge where the fill alone is too pale for the paper. */
  edge: readonly (string | undefined)[];
}

export function categoryColors(K: number, theme: ThemeName, paper: Rgb): CategoryColors {
  const colors = Array.from({ length: K }, (_, category) => categoryOklch(category, theme));
  return {
    fill: colors.map((color) => toHex(oklchToRgb(color))),
    edge: colors.map((color) => edgeOf(color, paper)),
  };
}

function edgeOf([L, C, h]: Oklch, paper: Rgb): string | undefined {
  const clear = (lightness: number): boolean =>
    contrast(oklchToRgb([lightness, C, h]), paper) >= MARK_CONTRAST;
  if (clear(L)) return undefined;
  let darker = L - EDGE_DARKER;
  while (darker > 0 && !clear(darker)) darker -= 0.02;
  return toHex(oklchToRgb([Math.max(0, darker), C, h]));
}

/**
 * Colours of the codes that fields.ts writes: `[K·256 + 1]` pixels, category by category, the last one (no distribution)
 * transparent. Bytes in memory are R, G, B, A, as ImageData wants them.
 */
export function colorTable(K: number, theme: ThemeName): Uint32Array {
  const bytes = new Uint8Array(4 * (K * LEVELS + 1));
  for (let code = 0; code < K * LEVELS; code++) {
    const s = (code % LEVELS) / (LEVELS - 1);
    const rgb = oklchToRgb(certaintyColor(Math.floor(code / LEVELS), s, theme));
    bytes.set([...rgb.map(byte), 255], 4 * code);
  }
  return new Uint32Array(bytes.buffer);
}

/** WCAG 2: 1 … 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

export function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map(decode) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const byte = (x: number): number => Math.round(255 * x);

function encode(linear: number): number {
  const x = Math.min(1, Math.max(0, linear));
  return x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055;
}

function decode(x: number): number {
  return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
}
