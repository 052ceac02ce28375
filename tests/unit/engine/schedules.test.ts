import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cosineWarmRestarts,
  createSchedule,
  SCHEDULE_DEFAULTS,
  type Schedule,
  type ScheduleHyper,
  type ScheduleKind,
  type ScheduleState,
} from '../../../src/engine/schedules.ts';

const make = (kind: ScheduleKind, change: Partial<ScheduleHyper> = {}, base = 1): Schedule =>
  createSchedule(kind, { ...SCHEDULE_DEFAULTS, ...change }, base);

describe('constant', () => {
  it('stays, and follows its base at once', () => {
    const schedule = make('constant', { decay: 0.5, patience: 0 }, 3e-3);
    schedule.afterStep();
    schedule.afterEpoch(NaN);
    expect(schedule.learningRate).toBe(3e-3);
    schedule.setBase(1e-4);
    expect(schedule.learningRate).toBe(1e-4);
  });
});

describe('exponential', () => {
  it('decays per step, not per epoch, and keeps what it has decayed when the base moves', () => {
    const schedule = make('exponential', { decay: 0.5 });
    schedule.afterStep();
    schedule.afterEpoch(1);
    schedule.afterStep();
    expect(schedule.learningRate).toBe(0.25);
    schedule.setBase(8);
    expect(schedule.learningRate).toBe(2);
    schedule.setHyper({ ...SCHEDULE_DEFAULTS, decay: 0.1 });
    expect(schedule.learningRate).toBe(2);
    schedule.afterStep();
    expect(schedule.learningRate).toBeCloseTo(0.2, 15);
  });
});

describe('reduce_on_plateau', () => {
  const rates = (schedule: Schedule, metrics: number[]): number[] =>
    metrics.map((metric) => {
      schedule.afterEpoch(metric);
      return schedule.learningRate;
    });

  it('bears `patience` bad epochs and falls at the next', () => {
    const schedule = make('reduce_on_plateau', { factor: 0.5, patience: 5 });
    expect(rates(schedule, [1, 1, 1, 1, 1, 1])).toEqual([1, 1, 1, 1, 1, 1]);
    expect(rates(schedule, [1])).toEqual([0.5]);
  });

  it('counts NaN as bad, also at the start', () => {
    const schedule = make('reduce_on_plateau', { factor: 0.5, patience: 1 });
    expect(rates(schedule, [NaN, NaN, 3, NaN, NaN])).toEqual([1, 0.5, 0.5, 0.5, 0.25]);
  });

  it('does not count during the cooldown', () => {
    const schedule = make('reduce_on_plateau', { factor: 0.5, patience: 0, cooldown: 2 });
    expect(rates(schedule, [1, 1, 1, 1, 1])).toEqual([1, 0.5, 0.5, 0.5, 0.25]);
  });

  it('stops at min_lr, and leaves out what is too small a step', () => {
    const floored = make('reduce_on_plateau', { factor: 0.1, patience: 0, minLearningRate: 0.05 });
    expect(rates(floored, [1, 1, 1, 1])).toEqual([1, 0.1, 0.05, 0.05]);
    const careful = make('reduce_on_plateau', { factor: 0.5, patience: 0, eps: 0.3 });
    expect(rates(careful, [1, 1, 1])).toEqual([1, 0.5, 0.5]);
  });

  it('takes a relative threshold of a negative best as PyTorch does: equal is better', () => {
    const schedule = make('reduce_on_plateau', { factor: 0.5, patience: 0 });
    expect(rates(schedule, [-1, -1, -1])).toEqual([1, 1, 1]);
    const absolute = make('reduce_on_plateau', { factor: 0.5, patience: 0, thresholdMode: 'abs' });
    expect(rates(absolute, [-1, -1])).toEqual([1, 0.5]);
  });

  it('wants more of a metric in max mode', () => {
    const schedule = make('reduce_on_plateau', { factor: 0.5, patience: 0, mode: 'max' });
    expect(rates(schedule, [0.1, 0.2, 0.3, 0.2])).toEqual([1, 1, 1, 0.5]);
  });

  it('keeps its reductions when the base moves', () => {
    const schedule = make('reduce_on_plateau', { factor: 0.5, patience: 0 }, 0.004);
    rates(schedule, [1, 1, 1]);
    expect(schedule.learningRate).toBeCloseTo(0.001, 15);
    schedule.setBase(0.4);
    expect(schedule.learningRate).toBeCloseTo(0.1, 15);
    // A base of 0 is no trap.
    schedule.setBase(0);
    expect(rates(schedule, [1])).toEqual([0]);
    schedule.setBase(0.4);
    expect(schedule.learningRate).toBeCloseTo(0.1, 15);
  });

  it('takes up new knobs at the next report', () => {
    const schedule = make('reduce_on_plateau', { factor: 0.5, patience: 9 });
    rates(schedule, [1, 1, 1]);
    schedule.setHyper({ ...SCHEDULE_DEFAULTS, factor: 0.1, patience: 2 });
    expect(schedule.learningRate).toBe(1);
    expect(rates(schedule, [1])).toEqual([0.1]);
  });
});

describe('cosine_warm_restarts', () => {
  it('restarts at the base, and cycles grow', () => {
    const schedule = make('cosine_warm_restarts', { t0: 1, tMult: 3, etaMin: 0.1 });
    const restarts: number[] = [];
    for (let epoch = 0; epoch < 365; epoch++) {
      if (schedule.learningRate === 1) restarts.push(epoch);
      schedule.afterEpoch(0);
    }
    // (3^n − 1) / 2; a formula with logarithms misses 121.
    expect(restarts).toEqual([0, 1, 4, 13, 40, 121, 364]);
  });

  it('does not move within an epoch, and never quite reaches its least', () => {
    const schedule = make('cosine_warm_restarts', { t0: 4, etaMin: 0.1 });
    schedule.afterStep();
    expect(schedule.learningRate).toBe(1);
    for (let epoch = 0; epoch < 3; epoch++) schedule.afterEpoch(0);
    expect(schedule.learningRate).toBeCloseTo(0.1 + 0.45 * (1 + Math.cos(0.75 * Math.PI)), 15);
  });

  it('takes a new base at the same point of the cycle', () => {
    const schedule = make('cosine_warm_restarts', { t0: 4 });
    schedule.afterEpoch(0);
    const before = schedule.learningRate;
    schedule.setBase(10);
    expect(schedule.learningRate).toBeCloseTo(10 * before, 14);
  });

  it('becomes what it would be had the cycles always been these', () => {
    const moved = make('cosine_warm_restarts', { t0: 10 });
    const always = make('cosine_warm_restarts', { t0: 3, tMult: 2 });
    for (let epoch = 0; epoch < 8; epoch++) {
      moved.afterEpoch(0);
      always.afterEpoch(0);
    }
    moved.setHyper({ ...SCHEDULE_DEFAULTS, t0: 3, tMult: 2 });
    expect(moved.learningRate).toBe(always.learningRate);
  });

  it('refuses cycles that would never end a loop', () => {
    expect(() => make('cosine_warm_restarts', { t0: 0 })).toThrow(RangeError);
    expect(() => make('cosine_warm_restarts', { tMult: 0.5 })).toThrow(RangeError);
    expect(() => cosineWarmRestarts(3, 1, { t0: NaN, tMult: 1, etaMin: 0 })).toThrow(RangeError);
    const schedule = make('cosine_warm_restarts');
    expect(() => {
      schedule.setHyper({ ...SCHEDULE_DEFAULTS, t0: 0 });
    }).toThrow(RangeError);
    expect(schedule.learningRate).toBe(1);
    expect(() => make('constant', { t0: 0 })).not.toThrow();
  });
});

describe('state', () => {
  it('survives JSON, and the future is the same', () => {
    const metric = fc.oneof(fc.double({ min: -2, max: 2, noNaN: true }), fc.constant(NaN));
    fc.assert(
      fc.property(
        fc.constantFrom('constant', 'exponential', 'reduce_on_plateau', 'cosine_warm_restarts'),
        fc.record({
          decay: fc.constantFrom(0.9, 0.99),
          mode: fc.constantFrom('min', 'max'),
          patience: fc.integer({ min: 0, max: 2 }),
          cooldown: fc.integer({ min: 0, max: 2 }),
          t0: fc.integer({ min: 1, max: 4 }),
          tMult: fc.integer({ min: 1, max: 3 }),
        }),
        fc.array(metric, { maxLength: 20 }),
        fc.array(metric, { maxLength: 20 }),
        (kind, change, past, future) => {
          const advance = (schedule: Schedule, metrics: number[]): number[] =>
            metrics.map((x) => {
              schedule.afterStep();
              schedule.afterEpoch(x);
              return schedule.learningRate;
            });
          const original = make(kind, change);
          advance(original, past);
          const saved = JSON.parse(JSON.stringify(original.state())) as ScheduleState;
          const rate = original.learningRate;
          const expected = advance(original, future);
          const restored = make(kind, change, 99);
          restored.restore(saved);
          expect(restored.learningRate).toBe(rate);
          expect(advance(restored, future)).toEqual(expected);
        },
      ),
    );
  });

  it('is a copy, and of one kind', () => {
    const schedule = make('exponential', { decay: 0.5 });
    const state = schedule.state();
    state.scale = 7;
    expect(schedule.learningRate).toBe(1);
    const saved = schedule.state();
    schedule.restore(saved);
    schedule.afterStep();
    expect(saved.scale).toBe(1);
    expect(() => {
      make('constant').restore(saved);
    }).toThrow('constant');
  });
});
