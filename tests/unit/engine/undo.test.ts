import { describe, expect, test } from 'vitest';
import type { Player } from '../../../src/engine/player.ts';
import type { Frame, RunLog, Saved } from '../../../src/engine/protocol.ts';
import type { Session } from '../../../src/engine/session.ts';
import type { Snapshot } from '../../../src/engine/snapshot.ts';
import { UndoStack, type Undoable } from '../../../src/engine/undoStack.ts';
import { playerOf } from '../../support/players.ts';
import { tinyLog } from '../../support/sessions.ts';

/** A player that never rests, on a clock that stands still unless the test moves it. */
function makePlayer(): {
  player: Player;
  last: () => Frame;
  wait: (ms: number) => void;
  onRest: (f: () => unknown) => void;
} {
  const frames: Frame[] = [];
  let now = 0;
  let rested: () => unknown = () => undefined;
  const player = playerOf({
    send: (frame) => frames.push(structuredClone(frame)),
    now: () => now,
    rest: async () => {
      await Promise.resolve();
      rested();
    },
  });
  return {
    player,
    last: () => frames.at(-1) as Frame,
    wait: (ms) => {
      now += ms;
    },
    onRest: (f) => {
      rested = f;
    },
  };
}

const log: RunLog = tinyLog();

interface State {
  parameters: number[];
  step: number;
  series: Record<string, number[]>;
  temperature: unknown;
}
async function stateOf(player: Player, last: () => Frame): Promise<State> {
  return {
    parameters: [...(await player.parameters())],
    step: last().metrics.step,
    series: player.series(),
    temperature: last().knobs['model.temperature'],
  };
}

describe('undo and redo', () => {
  test('bring back weights, step, knobs and curves as they were', async () => {
    const { player, last } = makePlayer();
    await player.load(log);
    await player.step(20);
    const before = await stateOf(player, last);
    await player.set({ 'model.temperature': 3 });
    await player.step(15);
    const after = await stateOf(player, last);
    expect(last().undo).toEqual({
      kind: 'knobs',
      step: 20,
      from: { 'model.temperature': 1 },
      to: { 'model.temperature': 3 },
    });

    expect((await player.undo()).change?.kind).toBe('knobs');
    expect(await stateOf(player, last)).toEqual(before);
    expect(player.log().events).toEqual([]);
    expect(last().undo).toBeUndefined();
    expect(last().redo?.to).toEqual({ 'model.temperature': 3 });

    await player.redo();
    expect(await stateOf(player, last)).toEqual(after);
    expect(player.log().events).toEqual([{ step: 20, key: 'model.temperature', value: 3 }]);
    expect(last().redo).toBeUndefined();
  });

  test('with nothing to take back change nothing', async () => {
    const { player, last } = makePlayer();
    await player.load(log);
    await player.step(3);
    expect(await player.undo()).toEqual({ change: undefined });
    expect(await player.redo()).toEqual({ change: undefined });
    expect(last().metrics.step).toBe(3);
  });

  test('take a gesture as one change, and the next one as another', async () => {
    const { player, last } = makePlayer();
    await player.load(log);
    await player.step(5);
    for (const temperature of [2, 3, 4]) {
      await player.set({ 'model.temperature': temperature }, 7);
      await player.step(1);
    }
    await player.set({ 'model.temperature': 5 }, 8);
    expect(player.log().events).toEqual([
      { step: 5, key: 'model.temperature', value: 2, gesture: 1 },
      { step: 6, key: 'model.temperature', value: 3, gesture: 1 },
      { step: 7, key: 'model.temperature', value: 4, gesture: 1 },
      { step: 8, key: 'model.temperature', value: 5, gesture: 2 },
    ]);
    expect(last().undo?.from).toEqual({ 'model.temperature': 4 });
    await player.undo();
    expect(last().knobs['model.temperature']).toBe(4);
    expect(last().undo).toMatchObject({ from: { 'model.temperature': 1 }, to: { 'model.temperature': 4 } });
    await player.undo();
    expect(last().metrics.step).toBe(5);
    expect(last().knobs['model.temperature']).toBe(1);
  });

  test('reach over a reset, and over a run in the place of another', async () => {
    const { player, last } = makePlayer();
    await player.load(log);
    await player.step(20);
    const first = await stateOf(player, last);
    await player.reset();
    expect(last().metrics.step).toBe(0);
    await player.step(4);
    await player.load(tinyLog({ seed: 5, preset: 'before' }));
    await player.step(2);
    const third = await stateOf(player, last);

    const { change, loaded } = await player.undo();
    expect(change?.kind).toBe('run');
    expect(loaded?.log.seed).toBe(0);
    expect(last().metrics.step).toBe(4);
    expect((await player.undo()).change?.kind).toBe('reset');
    expect(await stateOf(player, last)).toEqual(first);
    await player.redo();
    expect((await player.redo()).loaded?.log.seed).toBe(5);
    expect(await stateOf(player, last)).toEqual(third);
  });

  test('lead to a run of its own: what was taken back is kept under its own number', async () => {
    const { player, last } = makePlayer();
    await player.load(log);
    await player.step(10);
    await player.set({ 'model.temperature': 3 });
    await player.step(10);
    const { branch } = last();
    await player.undo();
    expect(last().branch).not.toBe(branch);
    await player.redo();
    expect(last().branch).toBe(branch);
  });

  test('what is done anew leaves nothing to be brought back', async () => {
    const { player, last } = makePlayer();
    await player.load(log);
    await player.step(10);
    await player.set({ 'model.temperature': 3 });
    await player.undo();
    await player.set({ 'loss.entropy_weight': 1 });
    expect(last().redo).toBeUndefined();
    expect((await player.redo()).change).toBeUndefined();
  });
});

describe('a jump', () => {
  test('goes to any step that the run has been at, and says how far it can go', async () => {
    const { player, last } = makePlayer();
    await player.load(log);
    await player.step(30);
    const end = await stateOf(player, last);
    expect((await player.jump(7)).step).toBe(7);
    expect(last()).toMatchObject({ end: 30, playing: false });
    expect((await player.jump(30)).step).toBe(30);
    expect(await stateOf(player, last)).toEqual(end);
    await expect(player.jump(31)).rejects.toThrow(/whole number from 0 to 30/);
    await expect(player.jump(-1)).rejects.toThrow(/whole number/);
  });

  test('that another one follows at once ends there', async () => {
    const { player, last } = makePlayer();
    await player.load(log);
    await player.step(30);
    await Promise.all([player.jump(29), player.jump(11)]);
    expect(last().metrics.step).toBe(11);
  });
});

test('a knob moved on the way of a jump ends the way there', async () => {
  const { player, last, onRest } = makePlayer();
  await player.load(log);
  await player.step(40);
  let moved: Promise<void> | undefined;
  onRest(() => (moved ??= player.set({ 'model.temperature': 2 })));
  await player.jump(35);
  await moved;
  expect(last().metrics.step).toBeGreaterThan(0);
  expect(last().metrics.step).toBeLessThan(35);
  expect(last().end).toBe(last().metrics.step);
  expect(last().knobs['model.temperature']).toBe(2);
});

describe('what is held to be taken back', () => {
  /** Two megabytes for each state, none of them filled. */
  const saved = (step: number): Saved =>
    ({ step, parameters: new Float64Array(0), moments: new Float64Array(250_000) }) as unknown as Saved;
  const entry = (step: number, marks: Saved[]): Undoable => ({
    change: { kind: 'run', step, from: {}, to: {} },
    at: { saved: saved(step), marks } as unknown as Snapshot,
  });
  /** A run that can be taken back to any moment. */
  const session = {
    snapshot: () => Promise.resolve(entry(0, []).at),
    comeBack: () => Promise.resolve(),
  } as unknown as Session;
  const depth = async (stack: UndoStack): Promise<number> => {
    let count = 0;
    while ((await stack.turnBack('undo', session, () => Promise.resolve(session))).change) count++;
    return count;
  };

  test('is bounded in size, the states along each run included', async () => {
    const stack = new UndoStack();
    for (let i = 0; i < 20; i++) stack.add(entry(i, [saved(1), saved(2), saved(3)]));
    // 4 × 2 MB each, of 64 MB.
    expect(await depth(stack)).toBe(8);
  });

  test('counts what moments share once', async () => {
    const stack = new UndoStack();
    const shared = Array.from({ length: 10 }, (_, i) => saved(i));
    for (let i = 0; i < 20; i++) stack.add(entry(i, shared));
    expect(await depth(stack)).toBe(20);
  });
});

describe('a run that is opened where it stopped', () => {
  test('is what its last frame held, and trains on', async () => {
    const { player, last } = makePlayer();
    await player.load(log);
    await player.step(12);
    await player.set({ 'model.temperature': 2 });
    await player.step(9);
    const state = await stateOf(player, last);
    const { saved, series } = last();
    const columns = series.columns;
    const record = player.series();
    const rows = record['step']?.length ?? 0;
    const values = Float64Array.from({ length: rows * columns.length }, (_, i) => {
      const list = record[columns[i % columns.length] ?? ''] ?? [];
      return list[Math.floor(i / columns.length)] ?? NaN;
    });
    if (!saved) throw new Error('no state');
    const other = makePlayer();
    const loaded = await other.player.open({ log: player.log(), saved, series: { columns, values } });
    expect(loaded.metrics.step).toBe(21);
    expect(await stateOf(other.player, other.last)).toEqual(state);
    await player.step(10);
    await other.player.step(10);
    expect(await stateOf(other.player, other.last)).toEqual(await stateOf(player, last));
  });
});
