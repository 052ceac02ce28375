import { describe, expect, test } from 'vitest';
import { ExecutorLost } from '../../../src/engine/executor.ts';
import type { RunLog } from '../../../src/engine/protocol.ts';
import { Desk, outcomeOf } from '../../support/desk.ts';
import { createReal } from '../../support/realExecutors.ts';
import { Observed, tinyLog } from '../../support/sessions.ts';

const LOG: RunLog = { ...tinyLog(), executor: 'wasm' };

/** The run is what its log says, bit by bit: weights, moments, recorded rows, knobs. */
async function expectTrue(desk: Desk): Promise<void> {
  const { step } = (await desk.keep()).saved;
  expect(await desk.outcome()).toEqual(await outcomeOf(desk.player.log(), step));
}

describe('a run trains on the executor that its log names', () => {
  test('when it is gone back in at once after a hand-over while it played', async () => {
    const desk = new Desk();
    await desk.player.load(LOG);
    await desk.playTo(40);
    await desk.player.play();
    await desk.player.use('oracle');
    const { step: at } = desk.last.metrics;
    await desk.player.step(20);
    await desk.player.jump(at + 1);
    expect(desk.last.engine.executor).toBe('oracle');
    await expectTrue(desk);
    await desk.player.jump(at);
    expect(desk.last.engine.executor).toBe('oracle');
    await desk.player.jump(at - 1);
    expect(desk.last.engine.executor).toBe('wasm');
    await desk.player.step(30);
    await expectTrue(desk);
  });

  test('when it is opened from a state that was kept just before a hand-over', async () => {
    const log: RunLog = { ...LOG, events: [{ step: 30, key: 'executor', value: 'oracle' }] };
    const before = new Desk();
    await before.player.load(LOG);
    await before.player.step(30);
    const kept = await before.keep();
    expect(kept.saved.executor).toBe('wasm');
    const desk = new Desk();
    await desk.player.open({ ...kept, log });
    expect(desk.last.engine.executor).toBe('oracle');
    await desk.player.step(15);
    await expectTrue(desk);
  });

  test('when it is opened and then goes back to step 0', async () => {
    const first = new Desk();
    await first.player.load({ ...LOG, events: [{ step: 12, key: 'executor', value: 'oracle' }] });
    await first.player.step(20);
    const desk = new Desk();
    await desk.player.open(await first.keep());
    await desk.player.jump(0);
    expect(desk.last.engine.executor).toBe('wasm');
    await desk.player.step(8);
    await expectTrue(desk);
    await desk.player.step(8);
    await expectTrue(desk);
  });

  test('when it goes back after a loss, although the lost executor can be had again', async () => {
    let gone = false;
    const desk = new Desk((id, setup) =>
      id === 'wasm'
        ? new Observed(
            setup,
            () => {
              if (gone) throw new ExecutorLost('The GPU device was lost.');
            },
            (inner) => createReal('wasm', inner),
          )
        : createReal(id, setup),
    );
    await desk.player.load(LOG);
    await desk.player.step(25);
    await desk.player.pause();
    gone = true;
    await desk.player.step(20);
    gone = false;
    expect(desk.last.events).toEqual([{ step: 25, key: 'executor', value: 'oracle' }]);
    await desk.player.jump(30);
    expect(desk.last.engine.executor).toBe('oracle');
    await desk.player.jump(25);
    expect(desk.last.engine.executor).toBe('oracle');
    await expectTrue(desk);
    await desk.player.jump(24);
    expect(desk.last.engine.executor).toBe('wasm');
    await desk.player.step(30);
    await expectTrue(desk);
  });

  test('in the numbers that were handed over, also where a state was kept just before', async () => {
    const log: RunLog = { ...LOG, executor: 'oracle' };
    const before = new Desk();
    await before.player.load(log);
    await before.player.step(23);
    const kept = await before.keep();
    const desk = new Desk();
    // To the same executor: its double precision is lost on the way all the same, as in a replay.
    await desk.player.open({
      ...kept,
      log: { ...log, events: [{ step: 23, key: 'executor', value: 'oracle' }] },
    });
    await desk.player.step(9);
    await expectTrue(desk);
  });

  test('and when a knob was moved at the very step of the hand-over, in either order', async () => {
    const desk = new Desk();
    await desk.player.load(LOG);
    await desk.player.step(23);
    await desk.player.set({ 'model.temperature': 3 });
    await desk.player.use('oracle');
    await desk.player.step(9);
    await desk.player.use('wasm');
    await desk.player.set({ 'loss.entropy_weight': 1 });
    await desk.player.step(9);
    await expectTrue(desk);
    for (const step of [23, 32, 5, 41]) {
      await desk.player.jump(step);
      await expectTrue(desk);
    }
  });
});

describe('an executor that a log names and that cannot be had', () => {
  const log: RunLog = {
    ...LOG,
    events: [
      { step: 10, key: 'executor', value: 'webgpu' },
      { step: 10, key: 'model.temperature', value: 3 },
      { step: 20, key: 'executor', value: 'webgpu' },
      { step: 25, key: 'loss.entropy_weight', value: 1 },
    ],
  };

  test('leaves the other events of its step in force, is said once, and is no longer in the log', async () => {
    const desk = new Desk();
    await desk.player.load(log);
    await desk.player.step(30);
    expect(desk.last.knobs).toMatchObject({ 'model.temperature': 3, 'loss.entropy_weight': 1 });
    expect(desk.last.events).toEqual(log.events.filter(({ key }) => key !== 'executor'));
    expect(desk.notices).toEqual([
      'The run asks for the executor webgpu at step 10, which cannot be had here; another one trains. (There is no webgpu on this machine.)',
    ]);
    await expectTrue(desk);
  });

  test('from step 0 on is replaced by another, and the log says which', async () => {
    const desk = new Desk();
    await desk.player.load({ ...tinyLog(), executor: 'webgpu' });
    expect(desk.notices[0]).toMatch(
      /^The run asks for the executor webgpu at step 0, which cannot be had here/,
    );
    expect(desk.player.log().executor).toBe('oracle');
    await desk.player.step(12);
    await expectTrue(desk);
  });

  test('is an error where it was asked for by name; the run before stays', async () => {
    const desk = new Desk();
    await desk.player.load(LOG);
    await desk.player.step(5);
    await expect(desk.player.load({ ...LOG, executor: 'webgpu' }, undefined, true)).rejects.toThrow(
      'There is no webgpu',
    );
    expect((await desk.player.metrics()).step).toBe(5);
  });

  test('on the way back makes another run from there on, with the events that were ahead', async () => {
    const desk = new Desk();
    await desk.player.load({
      ...LOG,
      events: [
        { step: 10, key: 'executor', value: 'oracle' },
        { step: 20, key: 'model.temperature', value: 3 },
      ],
    });
    await desk.player.step(15);
    await desk.player.use('wasm');
    await desk.player.step(15);
    const { branch } = desk.last;
    desk.refused.add('oracle');
    await desk.player.jump(12);
    expect(desk.last.branch).not.toBe(branch);
    expect(desk.last.engine.executor).toBe('wasm');
    desk.refused.clear();
    await desk.player.step(15);
    expect(desk.last.knobs['model.temperature']).toBe(3);
    await expectTrue(desk);
  });
});
