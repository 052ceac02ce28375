import { describe, expect, test } from 'vitest';
import type { Player } from '../../../src/engine/player.ts';
import type { Frame } from '../../../src/engine/protocol.ts';
import { playerOf } from '../../support/players.ts';
import { serviceMixLog } from '../../support/runs.ts';

const SMALL = { 'data.points': 64, 'data.validation': 32, 'model.hidden': '8', 'training.batch_size': 16 };

/** A player whose rests end when the test says so: nothing here depends on speed. */
function makePlayer(): { player: Player; frames: Frame[]; resting: () => number; wake: () => Promise<void> } {
  const frames: Frame[] = [];
  let sleepers: (() => void)[] = [];
  let now = 0;
  const player = playerOf({
    send: (frame) => frames.push(frame),
    now: () => (now += 10),
    rest: () => new Promise((resolve) => sleepers.push(resolve)),
  });
  return {
    player,
    frames,
    resting: () => sleepers.length,
    wake: async () => {
      const woken = sleepers;
      sleepers = [];
      for (const resolve of woken) resolve();
      // A turn of the event loop: everything that was woken has come to its next rest, or ended.
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

const log = serviceMixLog({ preset: 'sufficient', knobs: SMALL });

describe('a player', () => {
  test('trains while it plays, and stops when it is paused', async () => {
    const { player, wake } = makePlayer();
    await player.load(log);
    await player.play();
    for (let i = 0; i < 5; i++) await wake();
    await player.pause();
    const { step } = await player.metrics();
    expect(step).toBeGreaterThan(0);
    await wake();
    expect((await player.metrics()).step).toBe(step);
  });

  test('begins a run by itself, and stands still until the page has drawn something', async () => {
    const { player, frames, wake } = makePlayer();
    await player.load(log, { pace: 30, play: true });
    for (let i = 0; i < 30; i++) await wake();
    expect(frames.length).toBe(2);
    const { step } = await player.metrics();
    expect(step).toBeGreaterThan(0);
    for (let i = 0; i < 10; i++) await wake();
    expect((await player.metrics()).step).toBe(step);
    player.answered();
    for (let i = 0; i < 10; i++) await wake();
    expect((await player.metrics()).step).toBeGreaterThan(step);
  });

  test('begins nothing where something else was asked for meanwhile, or where it may not', async () => {
    const { player, wake } = makePlayer();
    const loading = player.load(log, { pace: 30, play: true });
    await Promise.all([loading, player.load(log)]).catch(() => undefined);
    for (let i = 0; i < 5; i++) await wake();
    expect((await player.metrics()).step).toBe(0);
    await player.load(log, { pace: 30, play: false });
    for (let i = 0; i < 5; i++) await wake();
    expect((await player.metrics()).step).toBe(0);
  });

  test('that is paused and started again plays once, not twice', async () => {
    const { player, resting, wake } = makePlayer();
    await player.load(log);
    await player.play();
    await wake();
    await player.pause();
    await player.play();
    await wake();
    await wake();
    expect(resting()).toBe(1);
  });

  test('labels frames with the run that they show, also while the next one is made', async () => {
    const { player, frames, wake } = makePlayer();
    await player.load(log);
    await player.play();
    await wake();
    const next = player.load(serviceMixLog({ preset: 'before', knobs: SMALL }));
    await wake();
    await next;
    for (const { run, knobs } of frames) expect(knobs['model.use_logit_norm']).toBe(run === 2);
    expect(frames.some(({ run }) => run === 2)).toBe(true);
  });

  test('hands out each recorded row once, in order', async () => {
    const { player, frames, wake } = makePlayer();
    await player.load(log);
    let metrics: unknown;
    void player.step(30).then((found) => (metrics = found));
    while (!metrics) await wake();
    const all: number[] = [];
    for (const { series } of frames) {
      all.length = series.from;
      for (let i = 0; i < series.values.length; i += series.columns.length) all.push(series.values[i] ?? NaN);
    }
    expect(all).toEqual([...all].sort((a, b) => a - b));
    expect(all).toEqual(player.series()['step']);
    expect(all.at(-1)).toBe(30);
  });

  test('refuses counts that are no counts', async () => {
    const { player } = makePlayer();
    await player.load(log);
    await expect(player.step(0)).rejects.toThrow('whole number');
    await expect(player.step(1.5)).rejects.toThrow('whole number');
    await expect(player.step(1e9)).rejects.toThrow('whole number');
  });
});
