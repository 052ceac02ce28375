import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RunLog } from '../../../src/engine/protocol.ts';
import type { Session } from '../../../src/engine/session.ts';
import { advanceTo, keep, openTiny, tinyLog } from '../../support/sessions.ts';

const STORY: RunLog = tinyLog({
  knobs: {
    'training.scheduler': 'reduce_on_plateau',
    'training.patience': 0,
    'training.learning_rate': 0.05,
  },
  events: [
    { step: 10, key: 'model.temperature', value: 3 },
    { step: 10, key: 'loss.entropy_weight', value: 1 },
    { step: 23, key: 'training.optimizer', value: 'adamw' },
    { step: 23, key: 'pause', value: true },
    { step: 31, key: 'executor', value: 'oracle' },
    { step: 40, key: 'training.scheduler', value: 'exponential' },
    { step: 40, key: 'training.lr_decay', value: 0.98 },
  ],
});

/** As the player does: back to what is known, then on by training. */
async function goTo(session: Session, step: number): Promise<void> {
  await session.rewind(step);
  await advanceTo(session, step);
}

describe('going back in a run', () => {
  test('shows each step as it was, in any order, and leads to the same end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 4 }),
        async (steps, looks) => {
          const { session, outcome } = await openTiny(STORY);
          for (const look of [...looks].sort((a, b) => a - b)) {
            await advanceTo(session, look);
            await session.checkpoint();
          }
          await advanceTo(session, 60);
          for (const step of steps) {
            await goTo(session, step);
            expect(session.end).toBe(60);
            const straight = await openTiny(STORY);
            await advanceTo(straight.session, step);
            // Events due at the step belong to it.
            await straight.session.advance(0);
            expect(await outcome()).toEqual(await straight.outcome());
          }
          await advanceTo(session, 75);
          const straight = await openTiny(STORY);
          await advanceTo(straight.session, 75);
          expect(await outcome()).toEqual(await straight.outcome());
          expect(session.events).toEqual(straight.session.events);
        },
      ),
      { numRuns: 12 },
    );
  });

  test('keeps the branch as long as the same way is gone, and its end in one jump', async () => {
    const { session, executors, outcome } = await openTiny(STORY);
    await advanceTo(session, 60);
    const [branch, end] = [session.branch, await outcome()];
    await goTo(session, 12);
    await advanceTo(session, 20);
    expect(session.branch).toBe(branch);
    const made = executors.length;
    await session.rewind(60);
    expect(await outcome()).toEqual(end);
    expect(executors.length).toBe(made);
  });

  test('and moving a knob there makes another run: what the log still held is over', async () => {
    const { session, outcome } = await openTiny(STORY);
    await advanceTo(session, 42);
    await session.checkpoint();
    await advanceTo(session, 60);
    const { branch } = session;
    await goTo(session, 12);
    await session.set({ 'model.temperature': 1.5 });
    expect(session.branch).not.toBe(branch);
    expect(session.end).toBe(12);
    expect(session.ahead).toEqual([]);
    await advanceTo(session, 50);
    expect(session.events.map(({ step }) => step)).toEqual([10, 10, 12]);
    const replayed = await openTiny(session.log);
    await advanceTo(replayed.session, 50);
    expect(await outcome()).toEqual(await replayed.outcome());
    // Marks of the way not gone are no more of this run.
    await goTo(session, 45);
    const straight = await openTiny(session.log);
    await advanceTo(straight.session, 45);
    expect(await outcome()).toEqual(await straight.outcome());
  });

  test('comes out of a run that diverged', async () => {
    const { session } = await openTiny(tinyLog({ knobs: { 'training.learning_rate': 10 } }));
    await advanceTo(session, 400);
    expect(session.status).toBe('diverged');
    await goTo(session, 0);
    expect(session.status).toBe('ok');
    await session.set({ 'training.learning_rate': 0.001 });
    await advanceTo(session, 30);
    expect({ step: session.step, status: session.status }).toEqual({ step: 30, status: 'ok' });
  });
});

describe('a run that was kept', () => {
  test.each([0, 1, 9, 10, 23, 31, 39, 40, 47])(
    'at step %i goes on with the numbers of one that never stopped',
    async (step) => {
      const first = await openTiny(STORY);
      await advanceTo(first.session, step);
      await first.session.advance(0);
      const { log, ...kept } = await keep(first.session);
      const again = await openTiny(log, undefined, kept);
      expect(await again.outcome()).toEqual(await first.outcome());
      await advanceTo(again.session, 70);
      const straight = await openTiny(STORY);
      await advanceTo(straight.session, 70);
      expect(await again.outcome()).toEqual(await straight.outcome());
      await goTo(again.session, 5);
      const early = await openTiny(STORY);
      await advanceTo(early.session, 5);
      expect(await again.outcome()).toEqual(await early.outcome());
    },
  );

  test('does not stop again where it was stopped', async () => {
    const first = await openTiny(STORY);
    await first.session.advance(60, { stopAtPause: true });
    expect(first.session.step).toBe(23);
    const { log, ...kept } = await keep(first.session);
    const { session } = await openTiny(log, undefined, kept);
    expect(await session.advance(5, { stopAtPause: true })).toEqual({ paused: false });
    expect(session.step).toBe(28);
  });

  test('is refused where its weights are those of another model', async () => {
    const { session } = await openTiny(STORY);
    const { log, ...kept } = await keep(session);
    const saved = { ...kept.saved, parameters: kept.saved.parameters.slice(1) };
    await expect(openTiny(log, undefined, { ...kept, saved })).rejects.toThrow(/do not fit the model/);
  });
});
