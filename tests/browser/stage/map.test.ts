import { expect, test } from 'vitest';
import { certaintyColor, oklchToRgb } from '../../../src/charts/color.ts';
import type { Ground } from '../../../src/charts/ground.ts';
import { MixPainter } from '../../../src/charts/mixMap.ts';
import { CanvasTheme } from '../../../src/charts/theme.ts';
import { entropyOfProbabilities } from '../../../src/science/distributions.ts';

const SIZE = { width: 120, height: 60, ratio: 1 };
const theme = new CanvasTheme();

function drawn(ground: Ground, mixes: Float32Array, factor: number) {
  const canvas = document.createElement('canvas');
  canvas.width = SIZE.width;
  canvas.height = SIZE.height;
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  const painter = new MixPainter();
  painter.draw(context, SIZE, theme, ground, mixes, 'none', 1);
  // The same painter again: it must not keep what it made for another factor.
  context.clearRect(0, 0, SIZE.width, SIZE.height);
  painter.draw(context, SIZE, theme, ground, mixes, 'none', factor);
  const pixel = (x: number, y: number): number[] => [
    ...context.getImageData(Math.floor(x * SIZE.width), Math.floor(y * SIZE.height), 1, 1).data,
  ];
  return { painter, pixel };
}
/** What a mix looks like when its certainty is multiplied. */
function color(p: readonly number[], factor: number): number[] {
  const s = factor * (1 - entropyOfProbabilities(p) / Math.log(p.length));
  const top = p.indexOf(Math.max(...p));
  return [...oklchToRgb(certaintyColor(top, s, 'light')).map((x) => Math.round(255 * x)), 255];
}
const close = (a: readonly number[], b: readonly number[]): void => {
  a.forEach((value, i) => {
    expect(Math.abs(value - (b[i] ?? NaN)), `${a.join()} and ${b.join()}`).toBeLessThanOrEqual(1);
  });
};

const ALMOST = [0.24, 0.27, 0.245, 0.245];

test.each([1, 100, 500])('a city that is almost flat has its own colours, × %d', (factor) => {
  const city: Ground = {
    K: 4,
    aspect: 0.5,
    gridSize: 2,
    positions: Float32Array.of(0, 0, 1, 0, 0, 1, 1, 1),
    services: new Float32Array(0),
    tau: 1,
    letters: new Float32Array(0),
  };
  const { painter, pixel } = drawn(city, Float32Array.from([0, 1, 2, 3].flatMap(() => ALMOST)), factor);
  close(pixel(0.5, 0.5), color(ALMOST, factor));
  expect(painter.placeAt(city, 0.25, 0.75)).toEqual({ x: 0.25, y: 0.75 });
});

test('a country has colours, places and borders on land, and nothing in the sea', () => {
  const country: Ground = {
    K: 4,
    aspect: 0.5,
    gridSize: 0,
    positions: Float32Array.of(0.3, 0.25, 0.7, 0.25),
    services: new Float32Array(0),
    tau: 1,
    letters: new Float32Array(0),
    // Land from .1 to .9, with a border in the middle.
    outline: {
      aspect: 0.5,
      lines: [
        [0.1, 0.05, 0.9, 0.05, 0.9, 0.45, 0.1, 0.45, 0.1, 0.05],
        [60.5 / 120, 0.05, 60.5 / 120, 0.45],
      ],
    },
  };
  const east = [0.01, 0.01, 0.97, 0.01];
  const { painter, pixel } = drawn(country, Float32Array.from([...ALMOST, ...east]), 50);
  close(pixel(0.3, 0.5), color(ALMOST, 50));
  expect(pixel(0.02, 0.5)[3]).toBe(0);
  expect(painter.placeAt(country, 0.4, 0.5)).toEqual({ point: 0 });
  expect(painter.placeAt(country, 0.8, 0.7)).toEqual({ point: 1 });
  expect(painter.placeAt(country, 0.02, 0.5)).toBeUndefined();
  expect(painter.placeAt(country, 1, 0.5)).toBeUndefined();
  expect(painter.placeAt(country, 0.5, 1)).toBeUndefined();
  // The border can be told from the land on both of its sides: by its dark line or by the pale one around it.
  const light = (x: number): number => pixel(x, 0.5).reduce((sum, value) => sum + value, 0);
  for (const [land, beside] of [
    [0.3, 59.5 / 120],
    [0.7, 61.5 / 120],
  ] as const)
    expect(
      Math.max(...[0.5, beside].map((x) => Math.abs(light(x) - light(land)))),
      String(land),
    ).toBeGreaterThan(90);
  expect(light(0.5)).toBeLessThan(light(61.5 / 120) - 40);
});
