import { describe, expect, test, vi } from 'vitest';
import { ExecutorLost } from '../../../src/engine/executor.ts';
import type { KnobValues } from '../../../src/terms/knob.ts';
import { advanceTo, Observed, openTiny, tinyLog, type Watched } from '../../support/sessions.ts';

// Seconds where the processor is shared; that is no failure.
vi.setConfig({ testTimeout: 60_000 });

/** A session whose first executor is gone for good once `when` has been true. */
async function doomed(
  when: (call: 'train' | 'predict' | 'save', steps: number) => boolean,
  knobs: KnobValues = {},
): Promise<Watched> {
  let gone = false;
  return openTiny(
    tinyLog({ knobs }),
    (setup, count) =>
      new Observed(setup, (call, executor, steps) => {
        if (count > 0) return;
        gone ||= when(call, executor.trained + steps);
        if (gone) throw new ExecutorLost('The GPU device was lost.');
      }),
  );
}

const SCHEDULES: KnobValues[] = [
  {},
  { 'training.scheduler': 'exponential', 'training.lr_decay': 0.97 },
  { 'training.scheduler': 'cosine_warm_restarts', 'training.t_0': 3 },
  { 'training.scheduler': 'reduce_on_plateau', 'training.patience': 0, 'training.learning_rate': 0.2 },
];

describe('a run whose executor is lost', () => {
  test.each(SCHEDULES)(
    'goes on from its checkpoint with the numbers of an undisturbed run: %o',
    async (knobs) => {
      const undisturbed = await openTiny(tinyLog({ knobs }));
      await advanceTo(undisturbed.session, 60);
      const { session, executors, outcome } = await doomed(
        (call, steps) => call === 'train' && steps >= 45,
        knobs,
      );
      await advanceTo(session, 26);
      await session.checkpoint();
      await advanceTo(session, 60);
      expect(executors.length).toBe(2);
      expect((executors[0] as Observed).disposed).toBe(true);
      expect(await outcome()).toEqual(await undisturbed.outcome());
      expect(session.events).toEqual([{ step: 26, key: 'executor', value: 'oracle' }]);
    },
  );

  test('says where it was lost and where it goes on', async () => {
    const { session } = await doomed((call, steps) => call === 'train' && steps >= 8);
    await session.advance(4);
    await session.checkpoint();
    await session.advance(20);
    expect(session.step).toBe(4);
    expect(session.notice).toEqual({
      kind: 'lost',
      text: 'The executor was lost at step 7. The processor goes on from step 4.',
    });
  });

  test('goes on from the start where no other checkpoint was taken', async () => {
    const undisturbed = await openTiny(tinyLog());
    await advanceTo(undisturbed.session, 30);
    const { session, outcome } = await doomed((call, steps) => call === 'train' && steps >= 20);
    await advanceTo(session, 30);
    expect(await outcome()).toEqual(await undisturbed.outcome());
  });

  test('keeps what was set before the first step', async () => {
    const changes = { 'model.temperature': 3, 'training.learning_rate': 0.01 };
    const undisturbed = await openTiny(tinyLog({ knobs: changes }));
    await advanceTo(undisturbed.session, 30);
    const { session, outcome } = await doomed((call, steps) => call === 'train' && steps >= 20);
    await session.set(changes);
    await advanceTo(session, 30);
    expect(await outcome()).toEqual(await undisturbed.outcome());
  });

  /** Deeds at steps; the checkpoint is taken at step 20. */
  const moves: [title: string, when: [step: number, changes: KnobValues][], checkpointFirst: boolean][] = [
    ['before the checkpoint', [[13, { 'model.temperature': 2 }]], true],
    [
      'at the checkpoint, which holds it',
      [[20, { 'model.temperature': 2, 'training.optimizer': 'sgd' }]],
      false,
    ],
    [
      'at the checkpoint, which does not hold it',
      [[20, { 'model.temperature': 2, 'training.optimizer': 'sgd' }]],
      true,
    ],
    [
      'between checkpoint and loss',
      [
        [13, { 'training.optimizer': 'adamw' }],
        [31, { 'model.temperature': 2 }],
        [33, { 'training.optimizer': 'sgd', 'training.scheduler': 'exponential' }],
      ],
      true,
    ],
  ];
  test.each(moves)('comes back to knobs moved %s', async (_, when, checkpointFirst) => {
    const play = async ({ session }: Watched, watch: boolean): Promise<void> => {
      for (const step of [13, 20, 31, 33]) {
        await advanceTo(session, step);
        if (watch && step === 20 && checkpointFirst) await session.checkpoint();
        for (const [at, changes] of when) if (at === step) await session.set(changes);
        if (watch && step === 20 && !checkpointFirst) await session.checkpoint();
      }
      await advanceTo(session, 60);
    };
    const undisturbed = await openTiny(tinyLog());
    await play(undisturbed, false);
    const disturbed = await doomed((call, steps) => call === 'train' && steps >= 45);
    await play(disturbed, true);
    expect(await disturbed.outcome()).toEqual(await undisturbed.outcome());
    // And the log, hand-over included, is that of the run.
    const again = await openTiny(disturbed.session.log);
    await advanceTo(again.session, 60);
    expect(await again.outcome()).toEqual(await undisturbed.outcome());
  });

  test('notices it when it is only looked at', async () => {
    let gone = false;
    const { session, executors } = await doomed((call) => call === 'predict' && gone);
    await session.advance(13);
    await session.checkpoint();
    gone = true;
    await session.advance(1);
    expect((await session.metrics()).step).toBeGreaterThanOrEqual(13);
    expect(executors.length).toBe(2);
  });

  test('notices it when a knob moves, and the log says what was trained', async () => {
    let gone = false;
    const { session, outcome } = await doomed(() => gone);
    await session.advance(13);
    await session.checkpoint();
    await session.advance(10);
    gone = true;
    await session.set({ 'model.temperature': 4 });
    await advanceTo(session, 40);
    expect(session.knobs['model.temperature']).toBe(4);
    const again = await openTiny(session.log);
    await advanceTo(again.session, 40);
    expect(await again.outcome()).toEqual(await outcome());
  });

  test('can still be handed over by hand', async () => {
    let gone = false;
    const { session } = await doomed(() => gone);
    await session.advance(13);
    await session.checkpoint();
    gone = true;
    await session.use('oracle');
    await advanceTo(session, 20);
    expect(session.step).toBe(20);
  });

  test('reports every other failure as it is', async () => {
    const { session } = await openTiny(
      tinyLog(),
      (setup) =>
        new Observed(setup, (call) => {
          if (call === 'train') throw new RangeError('Out of memory.');
        }),
    );
    await expect(session.advance(1)).rejects.toThrow(new RangeError('Out of memory.'));
  });
});
