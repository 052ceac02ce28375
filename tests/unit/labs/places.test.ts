import { beforeAll, describe, expect, it } from 'vitest';
import type { Task } from '../../../src/engine/task.ts';
import { readPlaces } from '../../../src/labs/service-mix/places.ts';
import { serviceMixRuntime } from '../../../src/labs/service-mix/runtime.ts';
import type { World } from '../../../src/labs/service-mix/world.ts';
import { entropyOfProbabilities } from '../../../src/science/distributions.ts';
import { randomStream } from '../../../src/science/random.ts';
import { mean, quantiles } from '../../../src/science/statistics.ts';
import type { KnobValues } from '../../../src/terms/knob.ts';
import { openSession, readPublic, serviceMixLog } from '../../support/runs.ts';

const COUNTIES = 3081;
const options = { points: 4000, validation: 1000, tau: 0.04 };
const read = (seed: number, changes: Partial<typeof options> = {}): Promise<World> =>
  readPlaces(readPublic, randomStream(seed, 'data'), { ...options, ...changes });
/** Whether two things hold the same numbers; `toEqual` takes seconds for arrays of this size. */
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
const names = ({ names: given }: World['train']): string[] => [...(given ?? [])];

describe('the counties', () => {
  let world: World;
  beforeAll(async () => {
    world = await read(0);
  });

  it('are all used: on the map, and in training or validation', () => {
    expect(world.stage.rows).toBe(COUNTIES);
    expect([world.train.rows, world.validation.rows]).toEqual([COUNTIES - 1000, 1000]);
    const used = [...names(world.train), ...names(world.validation)];
    expect(used).toHaveLength(COUNTIES);
    expect(new Set([...used, ...names(world.stage)]).size).toBe(COUNTIES);
    expect(world.gridSize).toBe(0);
  });

  it('are told apart by county and state', () => {
    const all = names(world.stage);
    expect(new Set(all).size).toBe(COUNTIES);
    expect(all.every((name) => /^.+, [A-Z]{2}$/.test(name))).toBe(true);
    expect(all).toContain('Los Angeles, CA');
    expect(all).toContain('Cook, IL');
    expect(all).toContain('Cook, GA');
  });

  it('are split without overlap, by the seed', async () => {
    const places = ({ train, validation }: World): string[] =>
      [train, validation].flatMap(({ rows, positions }) =>
        Array.from({ length: rows }, (_, row) => positions.slice(2 * row, 2 * row + 2).join()),
      );
    expect(new Set(places(world)).size).toBe(COUNTIES);
    expect(same(await read(0), world)).toBe(true);
    const other = await read(1);
    const first = new Set(names(world.validation));
    const shared = names(other.validation).filter((name) => first.has(name)).length;
    // As by chance: 1000 · 1000 / 3081.
    expect(Math.abs(shared - 325)).toBeLessThan(60);
    expect(same(other.stage, world.stage)).toBe(true);
  });

  it('keep at least half for training, and give no more places than are asked for', async () => {
    const most = await read(0, { validation: 5000 });
    expect([most.validation.rows, most.train.rows]).toEqual([1540, 1541]);
    const few = await read(0, { points: 100, validation: 50 });
    expect([few.train.rows, few.validation.rows]).toEqual([100, 50]);
    expect(names(few.validation)).toEqual(names(world.validation).slice(0, 50));
  });

  it('have eight kinds of places, each with some on the map', () => {
    expect(world.categories).toHaveLength(8);
    const kinds = [...world.services.filter((_, i) => i % 3 === 2)];
    for (let kind = 0; kind < 8; kind++) expect(kinds.filter((k) => k === kind).length).toBeGreaterThan(40);
    const coordinates = [...world.stage.positions, ...world.services.filter((_, i) => i % 3 < 2)];
    expect(Math.min(...coordinates)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...coordinates)).toBeLessThanOrEqual(1);
  });

  it('have distances in km and targets that are softmax(−d/τ) of them, τ = 25 km', () => {
    expect(world.tau).toBe(25);
    const { distances, targets } = world.validation;
    expect(Math.min(...distances)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...distances)).toBeLessThan(2000);
    for (let from = 0; from < 20 * 8; from += 8) {
      const weights = Array.from(distances.subarray(from, from + 8), (d) => Math.exp(-d / 25));
      const total = weights.reduce((a, b) => a + b);
      weights.forEach((w, c) => {
        expect(targets[from + c]).toBeCloseTo(w / total, 12);
      });
    }
  });

  it('have targets about as varied as the city’s', () => {
    const h = Array.from({ length: COUNTIES }, (_, row) =>
      entropyOfProbabilities(world.stage.targets, row * 8, 8),
    );
    expect(mean(h)).toBeCloseTo(1.1, 1);
    const [q05, q95] = quantiles(h, [0.05, 0.95]) as [number, number];
    expect(q05).toBeGreaterThan(0.3);
    expect(q05).toBeLessThan(0.6);
    expect(q95).toBeGreaterThan(1.5);
    expect(q95).toBeLessThan(1.75);
  });

  it('scale their τ with the knob', async () => {
    expect((await read(0, { tau: 0.08 })).tau).toBe(50);
    const sharp = await read(0, { tau: 0.001 });
    expect(sharp.validation.targets.every(Number.isFinite)).toBe(true);
    expect(sharp.validation.targets.filter((t) => t > 0.99).length).toBeGreaterThan(700);
  });

  it.each([
    null,
    5,
    {},
    { version: 2, kinds: [], places: { km: [] } },
    { version: 1, kinds: [{}], places: { km: [] } },
  ])('of a damaged file are refused with a sentence: %o', async (content) => {
    const damaged = readPlaces(() => Promise.resolve(content), randomStream(0, 'data'), options);
    await expect(damaged).rejects.toThrow(
      'The file data/places/places.json is damaged or of another version. Reload the page, or choose the synthetic city.',
    );
  });
});

describe('a run on the counties', () => {
  const PLACES: KnobValues = { 'data.source': 'places' };

  it('has features with mean 0 and spread 1 over the training places', async () => {
    const { data, labels, scene }: Task = await serviceMixRuntime.build(
      serviceMixLog({ knobs: PLACES }),
      readPublic,
    );
    expect(labels).toContain('Capital');
    expect(data.stage.rows).toBe(COUNTIES);
    expect([...(scene['shape'] ?? [])]).toEqual([8, 0]);
    expect(data.train.features).toHaveLength(10 * (COUNTIES - 1000));
    for (let f = 0; f < 10; f++) {
      const column = data.train.features.filter((_, i) => i % 10 === f);
      expect(mean(column)).toBeCloseTo(0, 4);
      expect(mean(column.map((x) => x * x))).toBeCloseTo(1, 4);
    }
  });

  const after200 = async (preset: string): Promise<Readonly<Record<string, number>>> => {
    const session = await openSession(serviceMixLog({ preset, knobs: PLACES }));
    await session.advance(200);
    return (await session.metrics()) as unknown as Record<string, number>;
  };

  it('collapses under before: it sits on its floor, and says nearly the same everywhere', async () => {
    const { kl, floorKl, entropyMean, betweenSampleSd } = await after200('before');
    expect((kl as number) - (floorKl as number)).toBeGreaterThan(0);
    expect((kl as number) - (floorKl as number)).toBeLessThan(0.05);
    expect(floorKl).toBeGreaterThan(0.7);
    expect(entropyMean).toBeGreaterThan(2.07);
    expect(betweenSampleSd).toBeLessThan(0.03);
  });

  it('recovers under sufficient', async () => {
    const { kl, floorKl, entropyMean, entropyTargetMean, betweenSampleSd } = await after200('sufficient');
    expect(kl).toBeLessThan(0.1);
    expect(floorKl).toBe(0);
    expect(Math.abs((entropyMean as number) - (entropyTargetMean as number))).toBeLessThan(0.1);
    expect(betweenSampleSd).toBeGreaterThan(0.15);
  });
});
