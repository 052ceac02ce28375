import { describe, expect, it } from 'vitest';
import type { Datasets } from '../../../src/engine/executor.ts';
import { city } from '../../../src/labs/service-mix/city.ts';
import { datasets, type TargetOptions } from '../../../src/labs/service-mix/samples.ts';
import type { World } from '../../../src/labs/service-mix/world.ts';
import { randomStream } from '../../../src/science/random.ts';
import { mean, standardDeviation } from '../../../src/science/statistics.ts';

const K = 8;
const POINTS = 4000;
const world = city(randomStream(1, 'data'), {
  categories: K,
  servicesPerCategory: 6,
  tau: 0.04,
  points: POINTS,
  validation: 300,
});
const make = (options: Partial<TargetOptions> = {}, seed = 1, of: World = world): Datasets =>
  datasets(of, randomStream(seed, 'data'), { sampled: false, labelNoise: 0, ...options });
const column = (features: Float32Array, f: number): number[] => [
  ...features.filter((_, i) => i % (2 + K) === f),
];
const rowsOf = (targets: Float32Array): Float32Array[] =>
  Array.from({ length: targets.length / K }, (_, row) => targets.subarray(row * K, (row + 1) * K));
/** Whether two things hold the same numbers; `toEqual` takes seconds for arrays of this size. */
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
const plain = make();

describe('features', () => {
  it('are standardised by the training set', () => {
    for (let f = 0; f < 2 + K; f++) {
      expect(mean(column(plain.train.features, f))).toBeCloseTo(0, 5);
      expect(standardDeviation(column(plain.train.features, f))).toBeCloseTo(1, 5);
    }
  });

  it('of validation and stage are measured in the same units, not in their own', () => {
    const raw = ({ rows, positions, distances }: World['train'], f: number): number[] =>
      Array.from({ length: rows }, (_, row) =>
        f < 2 ? (positions[2 * row + f] as number) : (distances[row * K + f - 2] as number),
      );
    for (let f = 0; f < 2 + K; f++) {
      const train = raw(world.train, f);
      const [centre, spread] = [mean(train), standardDeviation(train)];
      for (const [set, places] of [
        [plain.validation, world.validation],
        [plain.stage, world.stage],
      ] as const) {
        const got = column(set.features, f);
        const off = raw(places, f).map((value, row) =>
          Math.abs((value - centre) / spread - (got[row] ?? NaN)),
        );
        expect(Math.max(...off)).toBeLessThan(1e-5);
        expect(Math.abs(mean(got))).toBeGreaterThan(1e-6);
      }
    }
  });

  it('that are the same everywhere stay small', () => {
    const flat = { ...world.train, positions: world.train.positions.map(() => 0.5) };
    const { train } = make({}, 1, { ...world, train: flat });
    expect(column(train.features, 0).every((x) => Math.abs(x) < 1e-6)).toBe(true);
    expect(train.features.every(Number.isFinite)).toBe(true);
  });
});

describe('training targets', () => {
  it('are the distributions, unless something else is asked for', () => {
    expect(same(plain.train.targets, Float32Array.from(world.train.targets))).toBe(true);
    expect(same(plain.validation.targets, Float32Array.from(world.validation.targets))).toBe(true);
  });

  it('drawn are one-hot, and as frequent as the distributions say', () => {
    const { train, validation } = make({ sampled: true });
    for (const row of rowsOf(train.targets)) expect([...row].sort().join()).toBe('0,0,0,0,0,0,0,1');
    for (let c = 0; c < K; c++) {
      const drawn = mean(rowsOf(train.targets).map((row) => row[c] as number));
      const meant = mean(rowsOf(plain.train.targets).map((row) => row[c] as number));
      // Four standard errors of a share.
      expect(Math.abs(drawn - meant)).toBeLessThan(4 * Math.sqrt((meant * (1 - meant)) / POINTS));
    }
    expect(same(validation, plain.validation)).toBe(true);
  });

  it('drawn follow each place’s own distribution', () => {
    const drawn = rowsOf(make({ sampled: true }).train.targets);
    const likely = mean(
      rowsOf(plain.train.targets).map((row, i) => row[drawn[i]?.indexOf(1) ?? 0] as number),
    );
    const expected = mean(rowsOf(plain.train.targets).map((row) => row.reduce((sum, p) => sum + p * p, 0)));
    expect(Math.abs(likely - expected)).toBeLessThan(0.02);
  });

  it.each([0.1, 0.5, 1])('with label noise %d: so large a share is that of another place', (labelNoise) => {
    const noisy = rowsOf(make({ labelNoise }).train.targets);
    const given = rowsOf(plain.train.targets);
    const known = new Set(given.map((row) => row.join()));
    expect(noisy.every((row) => known.has(row.join()))).toBe(true);
    const changed = noisy.filter((row, i) => row.join() !== given[i]?.join()).length / POINTS;
    expect(Math.abs(changed - labelNoise)).toBeLessThan(
      4 * Math.sqrt((labelNoise * (1 - labelNoise)) / POINTS) + 2e-3,
    );
  });

  it('more noise spoils the same places and more', () => {
    const given = rowsOf(plain.train.targets);
    const spoilt = (labelNoise: number): Set<number> =>
      new Set(
        rowsOf(make({ labelNoise }).train.targets).flatMap((row, i) =>
          row.join() === given[i]?.join() ? [] : [i],
        ),
      );
    const much = spoilt(0.4);
    for (const row of spoilt(0.2)) expect(much.has(row)).toBe(true);
  });

  it('are noisy in training only, the same again for the same seed, and others for another', () => {
    const noisy = make({ labelNoise: 0.5, sampled: true });
    expect(same(noisy.validation, plain.validation)).toBe(true);
    expect(noisy.stage.targets).toBeUndefined();
    expect(same(make({ labelNoise: 0.5, sampled: true }), noisy)).toBe(true);
    expect(same(make({ labelNoise: 0.5, sampled: true }, 2).train, noisy.train)).toBe(false);
  });
});
