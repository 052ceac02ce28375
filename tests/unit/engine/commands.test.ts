import { describe, expect, test } from 'vitest';
import type { KnobValues } from '../../../src/terms/knob.ts';
import type { RunLog } from '../../../src/engine/protocol.ts';
import { Desk } from '../../support/desk.ts';
import { tinyLog } from '../../support/sessions.ts';

const LOG: RunLog = { ...tinyLog(), executor: 'wasm' };

describe('a long count of steps', () => {
  /** A run that is counted on for ever, with a command given at its third rest. */
  async function counting(command: (desk: Desk) => Promise<unknown>): Promise<Desk> {
    const desk = new Desk();
    await desk.player.load(LOG);
    await desk.player.step(20);
    await desk.player.set({ 'model.temperature': 2 });
    let rests = 0;
    let given: Promise<unknown> | undefined;
    desk.onRest = () => {
      if (++rests === 3) given = command(desk);
    };
    await desk.player.step(1_000_000);
    await given;
    desk.onRest = () => undefined;
    return desk;
  }

  test('ends where it is when the run is paused', async () => {
    const desk = await counting(({ player }) => player.pause());
    const { step } = await desk.player.metrics();
    expect(step).toBeGreaterThan(20);
    expect(step).toBeLessThan(10_000);
    expect(desk.last.playing).toBe(false);
  });

  test('ends when the run is gone back in, and the run stands at that step', async () => {
    const desk = await counting(({ player }) => player.jump(7));
    expect((await desk.player.metrics()).step).toBe(7);
  });

  test('ends when a change is taken back, and the run stands where that was made', async () => {
    const desk = await counting(({ player }) => player.undo());
    expect((await desk.player.metrics()).step).toBe(20);
    expect(desk.last.knobs['model.temperature']).toBe(1);
  });

  test('ends when the run is played, which then goes on playing', async () => {
    const desk = await counting(({ player }) => player.play());
    expect(desk.last.playing).toBe(true);
    await desk.player.pause();
  });

  test('says so when another run takes its place', async () => {
    await expect(counting(({ player }) => player.load(LOG))).rejects.toThrow(
      'Another run was loaded meanwhile.',
    );
  });

  test('goes on over a moved knob, and a second count follows the first', async () => {
    const desk = new Desk();
    await desk.player.load(LOG);
    let moved: Promise<void> | undefined;
    desk.onRest = () => (moved ??= desk.player.set({ 'model.temperature': 2 }));
    const [first, second] = await Promise.all([desk.player.step(40), desk.player.step(30)]);
    await moved;
    expect([first.step, second.step]).toEqual([40, 70]);
  });
});

describe('undo and redo', () => {
  test('stay as they were when an executor cannot be had', async () => {
    const desk = new Desk();
    await desk.player.load(LOG);
    await desk.player.step(10);
    await desk.player.set({ 'model.temperature': 2 });
    await desk.player.set({ 'model.temperature': 3 });
    await desk.player.undo();
    const { undo, redo } = desk.last;
    await expect(desk.player.use('webgpu')).rejects.toThrow('There is no webgpu');
    await desk.player.pause();
    expect([desk.last.undo, desk.last.redo]).toEqual([undo, redo]);
    expect(redo?.to).toEqual({ 'model.temperature': 3 });
    expect(desk.player.log().events).toEqual([{ step: 10, key: 'model.temperature', value: 2 }]);
  });

  test('stay as they were when a knob cannot be moved', async () => {
    const desk = new Desk();
    await desk.player.load(LOG);
    await desk.player.step(10);
    await expect(desk.player.set({ 'model.hidden': '9' })).rejects.toThrow('restarts a run');
    await desk.player.pause();
    expect(desk.last.undo).toBeUndefined();
  });

  test('keep their entry when the run that it leads to cannot be had', async () => {
    const desk = new Desk();
    await desk.player.load(LOG);
    await desk.player.step(10);
    await desk.player.load({ ...LOG, seed: 4 });
    await desk.player.step(5);
    for (const id of ['wasm', 'oracle'] as const) desk.refused.add(id);
    let refuseAll = true;
    const { player } = desk;
    // Without an id a machine gives what it has: here nothing.
    desk.refuseDefault = () => refuseAll;
    await expect(player.undo()).rejects.toThrow('on this machine');
    await player.pause();
    expect(desk.last.metrics.step).toBe(5);
    expect(desk.last.undo?.kind).toBe('run');
    refuseAll = false;
    desk.refused.clear();
    expect((await player.undo()).loaded?.log.seed).toBe(0);
    expect(desk.last.metrics.step).toBe(10);
  });

  test('go on on the executor that trains where the one before cannot be had', async () => {
    const desk = new Desk();
    await desk.player.load(LOG);
    await desk.player.step(10);
    await desk.player.use('oracle');
    await desk.player.step(5);
    desk.refused.add('wasm');
    expect((await desk.player.undo()).change?.kind).toBe('executor');
    expect(desk.last.metrics.step).toBe(10);
    expect(desk.last.engine.executor).toBe('oracle');
    expect(desk.last.events).toEqual([{ step: 10, key: 'executor', value: 'oracle' }]);
    expect(desk.notices.length).toBe(1);
  });

  test('do not reject a load that follows at once', async () => {
    const desk = new Desk();
    await desk.player.load(LOG);
    await desk.player.step(10);
    await desk.player.load({ ...LOG, seed: 1 });
    await desk.player.step(3);
    const [undone, loaded] = await Promise.all([desk.player.undo(), desk.player.load({ ...LOG, seed: 2 })]);
    expect(undone.loaded?.log.seed).toBe(0);
    expect(loaded.log.seed).toBe(2);
    expect(loaded.run).toBeGreaterThan(undone.loaded?.run ?? NaN);
    expect(desk.last.run).toBe(loaded.run);
  });
});

describe('a moved knob', () => {
  const NONSENSE: [string, unknown, RegExp][] = [
    ['nothing', null, /as an object/],
    ['a list', [3], /as an object/],
    ['a text', 'model.temperature', /as an object/],
    ['an unknown key', { 'model.temprature': 2 }, /no knob model.temprature/],
    ['a key of every object', { constructor: 2 }, /no knob constructor/],
    ['a structural key', { 'model.hidden': '4' }, /model.hidden restarts a run/],
    ['no number', { 'model.temperature': NaN }, /model.temperature cannot be NaN/],
    ['a text for a number', { 'model.temperature': '2' }, /cannot be 2/],
    ['a number for a switch', { 'model.use_logit_norm': 1 }, /model.use_logit_norm cannot be 1/],
    ['no option of a choice', { 'training.optimizer': 'lion' }, /training.optimizer cannot be lion/],
    [
      'one of several',
      { 'model.temperature': 2, 'loss.nothing': 1, 'data.points': 9 },
      /no knob loss.nothing.*data.points restarts/,
    ],
  ];
  test.each(NONSENSE)(
    'is refused by name where it is %s, and nothing has moved',
    async (_, moved, message) => {
      const desk = new Desk();
      await desk.player.load(LOG);
      await desk.player.step(3);
      const knobs = { ...desk.last.knobs };
      await expect(desk.player.set(moved as KnobValues)).rejects.toThrow(message);
      await desk.player.pause();
      expect(desk.last.knobs).toEqual(knobs);
      expect(desk.player.log().events).toEqual([]);
    },
  );
});

test('a state is kept about once a second while a run plays: a lost worker costs no more', async () => {
  const desk = new Desk();
  await desk.player.load(LOG);
  await desk.playTo(30);
  await desk.player.play();
  const from = desk.frames.length;
  const started = desk.now;
  while (desk.now < started + 5000) {
    desk.now += 60;
    desk.player.answered();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const given = desk.frames.slice(from).filter(({ saved, playing }) => playing && saved).length;
  await desk.player.pause();
  expect(given).toBeGreaterThanOrEqual(4);
  expect(given).toBeLessThanOrEqual(8);
});
