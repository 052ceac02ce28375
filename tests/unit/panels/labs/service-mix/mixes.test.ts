import { expect, test } from 'vitest';
import { mixAt } from '../../../../../src/charts/field.ts';
import type { Ground } from '../../../../../src/charts/ground.ts';
import { klAt, predictedAt, truthAt } from '../../../../../src/panels/labs/service-mix/stage/mixes.ts';
import { shortPercent } from '../../../../../src/panels/labs/service-mix/stage/percent.ts';

const city: Ground = {
  K: 2,
  aspect: 1,
  gridSize: 2,
  positions: Float32Array.of(0, 0, 1, 0, 0, 1, 1, 1),
  services: Float32Array.of(0.2, 0.2, 0, 0.9, 0.7, 1),
  tau: 0.3,
  letters: Float32Array.of(0.25, 0.75),
};
const country: Ground = { ...city, gridSize: 0, outline: { aspect: 1, lines: [] } };
const of = (...values: number[]): Float32Array => Float32Array.from(values);
const stage = of(1, 0, 0.5, 0.5, 0.25, 0.75, 0, 1);
const lettered = of(0.3, 0.7);
const scene = { letteredTargets: of(0.6, 0.4), stageTargets: of(0.9, 0.1, 0.8, 0.2, 0.7, 0.3, 0.6, 0.4) };

test('the truth of a city is exact everywhere, that of lettered places and counties is the data', () => {
  const p = new Float32Array(2);
  mixAt(p, city.services, 2, 0.4, 0.1, 0.3);
  expect(truthAt({ x: 0.4, y: 0.1 }, city, scene)).toEqual(p);
  expect(truthAt({ letter: 0 }, city, scene)).toEqual(of(0.6, 0.4));
  expect(truthAt({ point: 2 }, country, scene)).toEqual(of(0.7, 0.3));
  expect(truthAt({ point: 4 }, country, scene)).toBeUndefined();
});

test('the model is interpolated as the map is, but says itself what it says at lettered places', () => {
  const view = { stage, lettered };
  expect(predictedAt({ x: 0.5, y: 0 }, city, view)).toEqual(of(0.75, 0.25));
  expect(predictedAt({ letter: 0 }, city, view)).toEqual(lettered);
  expect(predictedAt({ point: 2 }, country, view)).toEqual(of(0.25, 0.75));
});

test('predictions for other data are none', () => {
  const view = { stage: stage.slice(2), lettered: of(0.3, 0.3, 0.4) };
  expect(predictedAt({ x: 0.5, y: 0 }, city, view)).toBeUndefined();
  expect(predictedAt({ letter: 0 }, city, view)).toBeUndefined();
  expect(predictedAt({ x: 0.5, y: 0 }, city, {})).toBeUndefined();
});

test('KL of one place', () => {
  expect(klAt(of(0.5, 0.5, 1, 0), of(0.5, 0.5, 0.25, 0.75), 0, 2)).toBe(0);
  expect(klAt(of(0.5, 0.5, 1, 0), of(0.5, 0.5, 0.25, 0.75), 1, 2)).toBeCloseTo(Math.log(4), 12);
});

test.each([
  [0.4321, '43\u00a0%'],
  [1, '100\u00a0%'],
  [0.0567, '5.7\u00a0%'],
  [0.0012, '0.12\u00a0%'],
  [0.0004, '< 0.1\u00a0%'],
  [0, '0\u00a0%'],
  [NaN, '–'],
])('a share of %d is short', (share, text) => {
  expect(shortPercent(share)).toBe(text);
});
