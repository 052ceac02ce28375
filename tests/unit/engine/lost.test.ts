import { describe, expect, test } from 'vitest';
import { ExecutorLost } from '../../../src/engine/executor.ts';
import { REAL, createReal } from '../../support/realExecutors.ts';
import type { KnobValues } from '../../../src/terms/knob.ts';
import { advanceTo, Observed, openTiny, tinyLog, type Watched } from '../../support/sessions.ts';

/** A session that starts on wasm, which is gone for good once `when` has been true; the oracle takes it up. */
async function doomed(
  when: (call: 'train' | 'predict' | 'save', steps: number) => boolean,
  knobs: KnobValues = {},
): Promise<Watched> {
  let gone = false;
  return openTiny({ ...tinyLog({ knobs }), executor: 'wasm' }, (setup, count, id) =>
    count > 0
      ? createReal(id, setup)
      : new Observed(
          setup,
          (call, executor, steps) => {
            gone ||= when(call, executor.trained + steps);
            if (gone) throw new ExecutorLost('The GPU device was lost.');
          },
          REAL.wasm,
        ),
  );
}

/** What the log of a run leads to on executors that are never lost, at a step. */
async function replayed({ session }: Watched, step = session.step): ReturnType<Watched['outcome']> {
  const again = await openTiny(session.log);
  await advanceTo(again.session, step);
  return again.outcome();
}

const SCHEDULES: KnobValues[] = [
  {},
  { 'training.scheduler': 'exponential', 'training.lr_decay': 0.97 },
  { 'training.scheduler': 'cosine_warm_restarts', 'training.t_0': 3 },
  { 'training.scheduler': 'reduce_on_plateau', 'training.patience': 0, 'training.learning_rate': 0.2 },
];

describe('a run whose executor is lost', () => {
  test.each(SCHEDULES)(
    'goes on from its checkpoint, on the executor that its log names from there on: %o',
    async (knobs) => {
      const watched = await doomed((call, steps) => call === 'train' && steps >= 45, knobs);
      const { session, executors, outcome } = watched;
      await advanceTo(session, 26);
      await session.checkpoint();
      await advanceTo(session, 60);
      expect(executors.length).toBe(2);
      expect((executors[0] as Observed).disposed).toBe(true);
      expect(session.events).toEqual([{ step: 26, key: 'executor', value: 'oracle' }]);
      expect(await outcome()).toEqual(await replayed(watched));
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
    const watched = await doomed((call, steps) => call === 'train' && steps >= 20);
    const { session, outcome } = watched;
    await advanceTo(session, 30);
    // Nothing was trained on the executor that is lost.
    expect(session.log).toMatchObject({ executor: 'oracle', events: [] });
    expect(await outcome()).toEqual(await replayed(watched));
  });

  test('keeps what was set before the first step', async () => {
    const changes = { 'model.temperature': 3, 'training.learning_rate': 0.01 };
    const watched = await doomed((call, steps) => call === 'train' && steps >= 20);
    const { session, outcome } = watched;
    await session.set(changes);
    await advanceTo(session, 30);
    expect(session.log.knobs).toMatchObject(changes);
    expect(await outcome()).toEqual(await replayed(watched));
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
    expect(disturbed.session.events.filter(({ key }) => key !== 'executor')).toEqual(
      undisturbed.session.events,
    );
    expect(disturbed.session.knobs).toEqual(undisturbed.session.knobs);
    expect(await disturbed.outcome()).toEqual(await replayed(disturbed));
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
    const watched = await doomed(() => gone);
    const { session, outcome } = watched;
    await session.advance(13);
    await session.checkpoint();
    await session.advance(10);
    gone = true;
    await session.set({ 'model.temperature': 4 });
    await advanceTo(session, 40);
    expect(session.knobs['model.temperature']).toBe(4);
    expect(await outcome()).toEqual(await replayed(watched));
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
