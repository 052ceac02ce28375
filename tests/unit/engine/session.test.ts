import { describe, expect, test } from 'vitest';
import type { Chunk, ChunkResult } from '../../../src/engine/executor.ts';
import { nextRecording } from '../../../src/engine/series.ts';
import { nextChunk } from '../../../src/engine/chunks.ts';
import type { KnobValues } from '../../../src/terms/knob.ts';
import { Observed, openTiny, tinyLog } from '../../support/sessions.ts';

const SCHEDULES: [title: string, knobs: KnobValues][] = [
  ['a constant rate', {}],
  ['a rate that decays per step', { 'training.scheduler': 'exponential', 'training.lr_decay': 0.98 }],
  [
    'ReduceLROnPlateau',
    {
      'training.scheduler': 'reduce_on_plateau',
      'training.learning_rate': 0.2,
      'training.patience': 0,
      'training.factor': 0.5,
    },
  ],
  [
    'CosineAnnealingWarmRestarts',
    { 'training.scheduler': 'cosine_warm_restarts', 'training.t_0': 3, 'training.t_mult': 2 },
  ],
];

describe('a session', () => {
  test('takes exactly the steps that it is asked for', async () => {
    const { session, executors } = await openTiny(tinyLog(), (setup) => new Observed(setup));
    for (const [steps, at] of [
      [1, 1],
      [30, 31],
      [69, 100],
    ] as const) {
      await session.advance(steps);
      expect(session.step).toBe(at);
    }
    expect((executors[0] as Observed).trained).toBe(100);
  });

  test.each(SCHEDULES)(
    'gives the same numbers, bit by bit, however its steps are cut, with %s',
    async (_, knobs) => {
      const log = tinyLog({ knobs });
      const cut = async (pieces: (session: { step: number }) => number) => {
        const { session, outcome } = await openTiny(log);
        while (session.step < 60) {
          await session.advance(Math.min(pieces(session), 60 - session.step));
          // A frame in between changes nothing.
          await session.metrics();
          await session.view();
        }
        return outcome();
      };
      const whole = await cut(() => 60);
      expect(await cut(() => 1)).toEqual(whole);
      expect(await cut(({ step }) => 1 + (step % 13))).toEqual(whole);
      expect(new Set(whole.series['learningRate']).size > 1).toBe(Object.keys(knobs).length > 0);
    },
  );

  test('records at the steps that the run alone decides', async () => {
    const { session } = await openTiny(tinyLog());
    await session.advance(75);
    const expected = [0];
    for (let step = nextRecording(0, 0); step <= 75; step = nextRecording(step, 0)) expected.push(step);
    expect(session.series.toRecord()['step']).toEqual(expected);
  });

  test('changes the rate at the ends of epochs, by the validation loss', async () => {
    const { session, executors } = await openTiny(
      tinyLog({
        knobs: {
          'training.scheduler': 'cosine_warm_restarts',
          'training.t_0': 2,
          'training.learning_rate': 0.01,
        },
      }),
      (setup) => new Observed(setup),
    );
    await session.advance(12);
    const rates = (executors[0] as Observed).chunks.flatMap(({ learningRate }) => [...learningRate]);
    expect(rates.map((rate) => rate.toFixed(6))).toEqual(
      [0.01, 0.005, 0.01].flatMap((rate) => Array<string>(4).fill(rate.toFixed(6))),
    );
  });

  test('stops early when it is told that time is up', async () => {
    const { session } = await openTiny(tinyLog());
    await session.advance(1000, { until: () => session.step >= 20 });
    expect(session.step).toBe(20);
  });

  test('starts from the same weights again after a reset', async () => {
    const log = tinyLog({ seed: 4 });
    const first = await openTiny(log);
    const start = await first.outcome();
    await first.session.advance(30);
    await first.session.set({ 'loss.entropy_weight': 2 });
    await first.session.advance(5);
    const { session, outcome } = await openTiny(first.session.restart);
    expect((await outcome()).state).toEqual(start.state);
    expect(session.knobs).toEqual({ ...log.knobs, 'loss.entropy_weight': 2 });
    expect(session.log.events).toEqual([]);
  });

  test('resets to the loaded run, its events included, where nobody touched it', async () => {
    const log = tinyLog({ events: [{ step: 3, key: 'loss.entropy_weight', value: 2 }] });
    const { session } = await openTiny(log);
    await session.advance(10);
    expect(session.restart).toEqual(log);
  });
});

describe('live knobs', () => {
  test('moved before the first step are part of the run, not events', async () => {
    const { session, outcome } = await openTiny(tinyLog());
    await session.set({ 'training.learning_rate': 0.02, 'loss.entropy_weight': 3 });
    await session.set({ 'loss.min_entropy': 1.2 });
    expect(session.log.events).toEqual([]);
    expect(session.log.knobs).toMatchObject({
      'training.learning_rate': 0.02,
      'loss.entropy_weight': 3,
      'loss.min_entropy': 1.2,
    });
    expect(session.series.toRecord()['step']).toEqual([0]);
    await session.advance(20);
    const again = await openTiny(session.log);
    await again.session.advance(20);
    expect(await again.outcome()).toEqual(await outcome());
  });

  test('that are set to what they are leave no trace', async () => {
    const { session } = await openTiny(tinyLog());
    await session.advance(5);
    await session.set({ 'training.learning_rate': session.knobs['training.learning_rate'] ?? NaN });
    expect(session.events).toEqual([]);
    expect(session.series.length).toBe(6);
  });

  test('show both ends of the jump that they make', async () => {
    const { session } = await openTiny(tinyLog());
    await session.advance(37);
    await session.set({ 'model.use_logit_norm': true, 'model.temperature': 4 });
    const { step, kl } = session.series.toRecord();
    expect(step?.slice(-2)).toEqual([37, 37]);
    expect(kl?.at(-1)).not.toBe(kl?.at(-2));
    await session.advance(3);
    expect(session.series.toRecord()['step']?.slice(-3)).toEqual([38, 39, 40]);
  });

  test('a changed optimizer keeps the weights and starts with fresh moments', async () => {
    const { session, executors } = await openTiny(tinyLog(), (setup) => new Observed(setup));
    const executor = executors[0] as Observed;
    await session.advance(20);
    const before = await executor.save();
    await session.set({ 'training.optimizer': 'adamw' });
    expect((await executor.save()).parameters).toEqual(before.parameters);
    await session.advance(1);
    expect(executor.chunks.at(-1)?.correction1[0]).toBeCloseTo(0.1, 12);
    const { moments } = await executor.save();
    // After one step from nothing v is (1 − β₂) g² where m is (1 − β₁) g.
    const half = moments.length / 2;
    for (let i = 0; i < half; i++)
      expect((moments[half + i] ?? NaN) / 0.001).toBeCloseTo(((moments[i] ?? NaN) / 0.1) ** 2, 12);
  });

  test('a changed schedule starts afresh, a changed rate keeps what the schedule has done', async () => {
    const { session } = await openTiny(
      tinyLog({ knobs: { 'training.scheduler': 'exponential', 'training.lr_decay': 0.9 } }),
    );
    const rate = async (): Promise<number> => (await session.metrics()).learningRate;
    await session.advance(10);
    expect(await rate()).toBeCloseTo(3e-3 * 0.9 ** 10, 12);
    await session.set({ 'training.learning_rate': 6e-3 });
    expect(await rate()).toBeCloseTo(6e-3 * 0.9 ** 10, 12);
    await session.set({ 'training.scheduler': 'constant' });
    await session.advance(1);
    expect(await rate()).toBe(6e-3);
    await session.set({ 'training.scheduler': 'exponential' });
    expect(await rate()).toBe(6e-3);
  });
});

describe('a run that is told', () => {
  const intro = tinyLog({ preset: 'intro' });
  const [switched, paused] = ['model.use_logit_norm', 'pause'].map(
    (name) => intro.events.find(({ key }) => key === name)?.step,
  ) as [number, number];

  test('moves its knobs at the marked step, then stops where it says', async () => {
    const { session } = await openTiny(intro);
    expect(await session.advance(switched - 1, { stopAtPause: true })).toEqual({ paused: false });
    expect(session.knobs['model.use_logit_norm']).toBe(false);
    await session.advance(1, { stopAtPause: true });
    expect(session.knobs).toMatchObject({ 'model.use_logit_norm': true, 'model.temperature': 4 });
    expect(await session.advance(1000, { stopAtPause: true })).toEqual({ paused: true });
    expect(session.step).toBe(paused);
    expect(await session.advance(5, { stopAtPause: true })).toEqual({ paused: false });
    expect(session.step).toBe(paused + 5);
  });

  test('stops at a pause that comes at the very end of what was asked for', async () => {
    const { session } = await openTiny(intro);
    expect(await session.advance(paused, { stopAtPause: true })).toEqual({ paused: true });
  });

  test('goes on through its pauses where steps are counted', async () => {
    const { session } = await openTiny(intro);
    expect(await session.advance(paused + 20)).toEqual({ paused: false });
    expect(session.step).toBe(paused + 20);
  });

  test('may move knobs at step 0, and is recorded there once', async () => {
    const { session } = await openTiny(
      tinyLog({ events: [{ step: 0, key: 'model.temperature', value: 4 }] }),
    );
    expect(session.knobs['model.temperature']).toBe(4);
    expect(session.series.toRecord()['step']).toEqual([0]);
  });
});

describe('a run that diverges', () => {
  const stopped = async (knobs: KnobValues, pieces: number) => {
    const watched = await openTiny(tinyLog({ knobs }));
    while (watched.session.step < 400 && watched.session.status === 'ok')
      await watched.session.advance(Math.min(pieces, 400 - watched.session.step));
    return watched;
  };

  test('under raw MaxSup without LogitNorm stops by that name, at the same step however it is cut', async () => {
    const knobs = {
      'loss.maxsup_weight': 0.5,
      'loss.maxsup_form': 'raw',
      'training.learning_rate': 0.1,
    };
    const { session, outcome } = await stopped(knobs, 400);
    expect(session.status).toBe('diverged');
    expect(session.step).toBeLessThan(400);
    expect(session.notice?.kind).toBe('diverged');
    expect(session.notice?.text).toMatch(
      new RegExp(
        `^Stopped at step ${String(session.step)}: MaxSup fell to .*no lower bound without LogitNorm`,
      ),
    );
    for (const pieces of [1, 7]) {
      const other = await stopped(knobs, pieces);
      expect(await other.outcome()).toEqual(await outcome());
    }
    await session.advance(10);
    expect((await outcome()).step).toBe((await (await stopped(knobs, 400)).outcome()).step);
  });

  test('under too high a rate says so, at the same step however it is cut', async () => {
    const knobs = { 'training.optimizer': 'sgd', 'training.learning_rate': 10, 'training.momentum': 0.9 };
    const { session } = await stopped(knobs, 400);
    expect(session.status).toBe('diverged');
    expect(session.notice?.text).toContain('lower the learning rate, now 10');
    for (const pieces of [1, 7]) expect((await stopped(knobs, pieces)).session.step).toBe(session.step);
  });
});

describe('a loss that is no longer a number', () => {
  test.each([NaN, Infinity])(
    'stops the run at the very step at which it is %d, however it is cut',
    async (loss) => {
      class Exploding extends Observed {
        override async train(chunk: Chunk): Promise<ChunkResult> {
          const result = await super.train(chunk);
          const at = 33 - (this.trained - chunk.steps) - 1;
          if (at >= 0 && at < chunk.steps) result.loss[at] = loss;
          return result;
        }
      }
      for (const pieces of [100, 1, 7]) {
        const { session } = await openTiny(tinyLog(), (setup) => new Exploding(setup));
        while (session.step < 100 && session.status === 'ok') await session.advance(pieces);
        expect(session.step).toBe(33);
        expect(session.notice?.text).toMatch(/^Stopped at step 33: The loss is no longer a number/);
      }
    },
  );
});

describe('chunks', () => {
  test('grow by at most half again as much as fits, and never stop', () => {
    expect(nextChunk(10, 10)).toBe(20);
    expect(nextChunk(10, 30)).toBe(10);
    expect(nextChunk(10, 3000)).toBe(1);
    expect(nextChunk(1024, 0)).toBe(1024);
  });
});
