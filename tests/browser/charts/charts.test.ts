import { afterEach, expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { categoryOklch, rgbToOklch, type Oklch } from '../../../src/charts/color.ts';
import MixMap from '../../../src/charts/MixMap.svelte';
import type { Ground } from '../../../src/charts/ground.ts';

const K = 8;
const GRID = 6;
const ground: Ground = {
  K,
  aspect: 1,
  gridSize: GRID,
  positions: new Float32Array(2 * GRID * GRID),
  services: Float32Array.from({ length: 3 * K }, (_, i) =>
    i % 3 === 2 ? Math.floor(i / 3) : (Math.floor(i / 3) + 0.5) / K,
  ),
  tau: 0.04,
  letters: Float32Array.of(0.1, 0.1, 0.9, 0.9),
};
/** The same mix at every point. */
const everywhere = (p: readonly number[]): Float32Array =>
  Float32Array.from({ length: GRID * GRID * K }, (_, i) => p[i % K] ?? 0);
const flat = everywhere(new Array<number>(K).fill(1 / K));
const certain = everywhere([0, 1, 0, 0, 0, 0, 0, 0]);

const frames = (n: number): Promise<void> =>
  new Promise((resolve) => {
    const next = (left: number): void => {
      if (left === 0) resolve();
      else
        requestAnimationFrame(() => {
          next(left - 1);
        });
    };
    next(n);
  });

/** Colour of a pixel, at shares of width and height. */
function colorAt(canvas: HTMLCanvasElement, x: number, y: number): Oklch {
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  const { data } = context.getImageData(Math.floor(x * canvas.width), Math.floor(y * canvas.height), 1, 1);
  const [r = 0, g = 0, b = 0] = data;
  return rgbToOklch([r / 255, g / 255, b / 255]);
}
const canvasIn = (container: Element): HTMLCanvasElement => {
  const canvas = container.querySelector('canvas');
  if (!canvas) throw new Error('nothing is drawn');
  return canvas;
};

afterEach(() => {
  document.documentElement.removeAttribute('data-theme');
  document.documentElement.removeAttribute('style');
});

test('a collapsed map has no chroma, a certain one has the colour of its category', async () => {
  const { container, rerender } = await render(MixMap, { ground, mixes: flat, description: 'map' });
  await expect.poll(() => colorAt(canvasIn(container), 0.02, 0.02)[0]).toBeCloseTo(0.83, 1);
  const canvas = canvasIn(container);
  for (const at of [0.02, 0.33, 0.98]) expect(colorAt(canvas, at, at)[1]).toBeLessThan(0.02);

  await rerender({ mixes: certain });
  const [L, C, h] = categoryOklch(1, 'light');
  await expect.poll(() => colorAt(canvas, 0.33, 0.33)[1]).toBeGreaterThan(0.02);
  const shown = colorAt(canvas, 0.33, 0.33);
  expect(shown[0]).toBeCloseTo(L, 2);
  expect(shown[1]).toBeCloseTo(C, 2);
  expect(Math.abs(shown[2] - h)).toBeLessThan(2);
});

test('the true city is drawn from its services, and a new theme redraws it', async () => {
  const { container } = await render(MixMap, { ground, mixes: 'truth', description: 'map', combs: 'none' });
  // At a service of category 3.
  const at = 3.5 / K;
  await expect.poll(() => colorAt(canvasIn(container), at, at)[1]).toBeGreaterThan(0.05);
  const light = colorAt(canvasIn(container), 0.98, 0.02)[0];
  document.documentElement.style.setProperty('--paper', '#121315');
  document.documentElement.dataset['theme'] = 'dark';
  await expect.poll(() => colorAt(canvasIn(container), 0.98, 0.02)[0]).toBeLessThan(light - 0.1);
});

test('what is not a number is a hole', async () => {
  const { container, rerender } = await render(MixMap, { ground, mixes: flat, description: 'map' });
  await expect.poll(() => colorAt(canvasIn(container), 0.02, 0.02)[0]).toBeGreaterThan(0.5);
  await rerender({ mixes: new Float32Array(GRID * GRID * K).fill(NaN) });
  await frames(3);
  const canvas = canvasIn(container);
  const alpha = canvas.getContext('2d')?.getImageData(canvas.width >> 1, canvas.height >> 1, 1, 1).data[3];
  expect(alpha).toBe(0);
});
