import { describe, expect, it } from 'vitest';
import { city, GRID, type CityOptions } from '../../../src/labs/service-mix/city.ts';
import type { World } from '../../../src/labs/service-mix/world.ts';
import { centredLogRatioNorm, entropyOfProbabilities } from '../../../src/science/distributions.ts';
import { randomStream } from '../../../src/science/random.ts';
import { mean, quantiles, standardDeviation } from '../../../src/science/statistics.ts';

const usual: CityOptions = { categories: 8, servicesPerCategory: 6, tau: 0.04, points: 16, validation: 1000 };
const draw = (seed: number, options: Partial<CityOptions> = {}): World =>
  city(randomStream(seed, 'data'), { ...usual, ...options });
const entropies = ({ validation, categories }: World): number[] =>
  Array.from({ length: validation.rows }, (_, row) =>
    entropyOfProbabilities(validation.targets, row * categories.length, categories.length),
  );
const SEEDS = Array.from({ length: 16 }, (_, seed) => seed);

describe('a city is like the reference cities', () => {
  const drawn = SEEDS.map((seed) => draw(seed));
  const perCity = drawn.map(entropies);

  it('in the entropy of its targets, over seeds', () => {
    const average = mean(perCity.map((h) => mean(h)));
    expect(average).toBeGreaterThan(1.09 - 0.08);
    expect(average).toBeLessThan(1.09 + 0.08);
    expect(mean(perCity.map((h) => standardDeviation(h)))).toBeCloseTo(0.35, 1);
  });

  it('in their quantiles: most are neither sharp nor flat', () => {
    const all = perCity.flat();
    const [q05, q50, q95] = quantiles(all, [0.05, 0.5, 0.95]) as [number, number, number];
    expect(Math.abs(q05 - 0.45)).toBeLessThan(0.1);
    expect(Math.abs(q50 - 1.13)).toBeLessThan(0.1);
    expect(Math.abs(q95 - 1.61)).toBeLessThan(0.1);
    expect(all.filter((h) => h >= 0.5 && h <= 1.5).length / all.length).toBeCloseTo(0.82, 1);
  });

  it('in the reach that its targets need', () => {
    const needed = drawn.flatMap(({ validation: { rows, targets } }) =>
      Array.from({ length: rows }, (_, row) => centredLogRatioNorm(targets, row * 8, 8)),
    );
    const got = quantiles(needed, [0.05, 0.5, 0.95]);
    expect(got.map((q, i) => q / ([4, 7.3, 13.2][i] as number)).every((r) => r > 0.85 && r < 1.15)).toBe(
      true,
    );
  });

  it.each([
    [0.03, 0.88],
    [0.05, 1.26],
    [0.1, 1.71],
  ])('at τ = %d: mean entropy about %d', (tau, expected) => {
    const average = mean(
      SEEDS.slice(0, 8).map((seed) => mean(entropies(draw(seed, { tau, validation: 500 })))),
    );
    expect(Math.abs(average - expected)).toBeLessThan(0.08);
  });

  it('and each of the first five is typical', () => {
    for (const h of perCity.slice(0, 5)) expect(Math.abs(mean(h) - 1.09)).toBeLessThan(0.15);
  });
});

describe('a city is drawn from its stream', () => {
  it('the same again, and another for another seed', () => {
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3).services).not.toEqual(draw(4).services);
    expect(draw(3).train.positions).not.toEqual(draw(4).train.positions);
  });

  it('and more or fewer places move neither its services nor the other places', () => {
    const few = draw(1, { points: 16, validation: 20 });
    const many = draw(1, { points: 600, validation: 50 });
    expect(many.services).toEqual(few.services);
    expect(many.stage).toEqual(few.stage);
    expect(many.train.positions.subarray(0, 32)).toEqual(few.train.positions);
    expect(many.validation.targets.subarray(0, 160)).toEqual(few.validation.targets);
  });

  it('and other knobs do not move its places', () => {
    const { train, validation } = draw(1);
    for (const options of [{ tau: 0.5 }, { categories: 5 }, { servicesPerCategory: 50 }]) {
      const other = draw(1, options);
      expect(other.train.positions).toEqual(train.positions);
      expect(other.validation.positions).toEqual(validation.positions);
    }
  });

  it('training and validation share no place', () => {
    const { train, validation } = draw(2, { points: 5000, validation: 5000 });
    const places = [train, validation].flatMap(({ rows, positions }) =>
      Array.from({ length: rows }, (_, row) => positions.slice(2 * row, 2 * row + 2).join()),
    );
    expect(new Set(places).size).toBe(10_000);
  });
});

describe('a city has', () => {
  it.each([3, 8, 12])('%d categories where it is asked for so many', (categories) => {
    const world = draw(0, { categories, validation: 50 });
    expect(world.categories).toHaveLength(categories);
    expect(new Set(world.categories).size).toBe(categories);
    const { rows, distances, targets } = world.validation;
    expect([rows, distances.length, targets.length]).toEqual([50, 50 * categories, 50 * categories]);
    expect([...new Set(world.services.filter((_, i) => i % 3 === 2))]).toEqual([...Array(categories).keys()]);
    expect(world.services).toHaveLength(3 * 6 * categories);
  });

  it('everything inside the unit square', () => {
    const { train, validation, services } = draw(0, { points: 500 });
    const coordinates = [
      ...train.positions,
      ...validation.positions,
      ...services.filter((_, i) => i % 3 < 2),
    ];
    expect(Math.min(...coordinates)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...coordinates)).toBeLessThanOrEqual(1);
  });

  it('distances to the nearest of the services that it shows', () => {
    const { services, validation } = draw(5, { validation: 20 });
    for (let row = 0; row < 20; row++)
      for (let c = 0; c < 8; c++) {
        const away = Array.from({ length: 48 }, (_, j) => services.subarray(3 * j, 3 * j + 3))
          .filter((service) => service[2] === c)
          .map(([x, y]) =>
            Math.hypot(
              (x as number) - (validation.positions[2 * row] as number),
              (y as number) - (validation.positions[2 * row + 1] as number),
            ),
          );
        expect(validation.distances[row * 8 + c]).toBeCloseTo(Math.min(...away), 6);
      }
  });

  it('targets that are softmax(−d/τ) of them', () => {
    const { distances, targets } = draw(5, { validation: 20 }).validation;
    for (let from = 0; from < targets.length; from += 8) {
      const weights = Array.from(distances.subarray(from, from + 8), (d) => Math.exp(-d / 0.04));
      const total = weights.reduce((a, b) => a + b);
      weights.forEach((w, c) => {
        expect(targets[from + c]).toBeCloseTo(w / total, 12);
      });
    }
  });

  it('a map from edge to edge, row by row', () => {
    const { stage, gridSize } = draw(0);
    expect(gridSize).toBe(GRID);
    expect(stage.rows).toBe(GRID * GRID);
    expect([...stage.positions.slice(0, 2)]).toEqual([0, 0]);
    expect([...stage.positions.slice(2 * GRID - 2, 2 * GRID)]).toEqual([1, 0]);
    expect([...stage.positions.slice(2 * GRID, 2 * GRID + 2)]).toEqual([0, 1 / (GRID - 1)]);
    expect([...stage.positions.slice(-2)]).toEqual([1, 1]);
  });
});
