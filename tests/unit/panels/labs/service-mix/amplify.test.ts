import { expect, test } from 'vitest';
import { factorFor, freeCorner } from '../../../../../src/panels/labs/service-mix/stage/amplify.ts';

test.each([
  [0.019, 20],
  [0.0014, 500],
  [0.001, 500],
  [0.0008, 1000],
  [1e-7, 100_000],
  [0, 100_000],
])('certainty %d is shown with a round factor', (certainty, factor) => {
  expect(factorFor(certainty)).toBe(factor);
});

test('a factor stays while it shows enough and nothing is cut', () => {
  expect(factorFor(0.0005, 500)).toBe(500);
  expect(factorFor(0.0019, 500)).toBe(500);
  expect(factorFor(0.0021, 500)).toBe(200);
  expect(factorFor(0.0003, 500)).toBe(2000);
});

test('the button takes a corner without letters', () => {
  expect(freeCorner(Float32Array.of(0.5, 0.5), 1)).toEqual(['right', 'bottom']);
  expect(freeCorner(Float32Array.of(0.8, 0.95), 1)).toEqual(['left', 'bottom']);
  expect(freeCorner(Float32Array.of(0.8, 0.95, 0.1, 0.99), 1)).toEqual(['right', 'top']);
  expect(freeCorner(Float32Array.of(0.8, 0.6), 0.63)).toEqual(['left', 'bottom']);
  expect(freeCorner(Float32Array.of(0, 0, 1, 0, 0, 1, 1, 1), 1)).toEqual(['right', 'bottom']);
});
