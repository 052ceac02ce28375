import { describe, expect, test } from 'vitest';
import {
  categoryColors,
  categoryOklch,
  certaintyColor,
  colorTable,
  contrast,
  distributionColor,
  LEVELS,
  oklchToRgb,
  rgbToOklch,
  toHex,
  type Rgb,
  type ThemeName,
} from '../../../src/charts/color.ts';

/** The hex columns of the visual language. */
const PUBLISHED: Readonly<Record<ThemeName, readonly string[]>> = {
  light: ['#1d62e9', '#f06410', '#0ea570', '#b7016c', '#fdba0f', '#5a03a9', '#12b2f4', '#792c00'],
  dark: ['#2156de', '#fb7c01', '#08ba85', '#cd2c90', '#f7d710', '#c188fd', '#6de8ff', '#9a5500'],
};
const THEMES = ['light', 'dark'] as const;
const bytes = (hex: string): number[] => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
const PAPER: Rgb = [0xfd / 255, 0xfd / 255, 0xfb / 255];

describe.each(THEMES)('%s', (theme) => {
  test('the categories are the published colours', () => {
    PUBLISHED[theme].forEach((hex, category) => {
      const made = bytes(toHex(oklchToRgb(categoryOklch(category, theme))));
      bytes(hex).forEach((value, i) => {
        expect(Math.abs((made[i] ?? NaN) - value), `${hex} ${String(i)}`).toBeLessThanOrEqual(1);
      });
    });
  });

  test('twelve categories differ by eye, and from the grey', () => {
    const colors = Array.from({ length: 12 }, (_, k) => categoryOklch(k, theme));
    colors.push(certaintyColor(0, 0, theme));
    const labs = colors.map(([L, C, h]) => [
      L,
      C * Math.cos((h * Math.PI) / 180),
      C * Math.sin((h * Math.PI) / 180),
    ]);
    for (const [i, a] of labs.entries())
      for (const b of labs.slice(0, i))
        expect(Math.hypot(...a.map((x, c) => x - (b[c] ?? NaN)))).toBeGreaterThan(0.12);
  });

  test('a flat distribution is neutral grey, a certain one has the colour of its category', () => {
    const [r, g, b] = oklchToRgb(distributionColor(new Float64Array(8).fill(1 / 8), theme));
    expect(Math.max(r, g, b) - Math.min(r, g, b)).toBeLessThan(1e-3);
    expect(distributionColor([0, 0, 1, 0, 0, 0, 0, 0], theme)).toEqual(categoryOklch(2, theme));
  });

  test('chroma is linear in certainty', () => {
    const [, full] = categoryOklch(3, theme);
    expect(certaintyColor(3, 0.25, theme)[1]).toBeCloseTo(0.25 * full, 12);
  });

  test('the table holds these colours, and nothing at its end', () => {
    const table = colorTable(8, theme);
    const pixel = (i: number): number[] => [...new Uint8Array(table.buffer).subarray(4 * i, 4 * i + 4)];
    expect(table).toHaveLength(8 * LEVELS + 1);
    expect(pixel(5 * LEVELS + LEVELS - 1)).toEqual([
      ...bytes(toHex(oklchToRgb(categoryOklch(5, theme)))),
      255,
    ]);
    expect(pixel(8 * LEVELS)).toEqual([0, 0, 0, 0]);
  });
});

test('the flat grey is that of the visual language', () => {
  expect(certaintyColor(0, 0, 'light').slice(0, 2)).toEqual([0.83, 0]);
  expect(certaintyColor(0, 0, 'dark').slice(0, 2)).toEqual([0.38, 0]);
});

test('conversion to OKLCH and back is the identity inside of the gamut', () => {
  const [L, C, h] = rgbToOklch(oklchToRgb([0.6, 0.1, 200]));
  expect(L).toBeCloseTo(0.6, 5);
  expect(C).toBeCloseTo(0.1, 5);
  expect(h).toBeCloseTo(200, 3);
});

test('bars that are too pale for the paper have an edge that is not', () => {
  const { fill, edge } = categoryColors(12, 'light', PAPER);
  const rgb = (hex: string): Rgb => bytes(hex).map((x) => x / 255) as unknown as Rgb;
  fill.forEach((color, k) => {
    expect(contrast(rgb(edge[k] ?? color), PAPER)).toBeGreaterThanOrEqual(2.99);
  });
  // Parks and Gyms, as the visual language says.
  expect(edge[4]).toBeDefined();
  expect(edge[6]).toBeDefined();
  expect(edge[0]).toBeUndefined();
});
