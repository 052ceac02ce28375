import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Moves } from '../../../../src/run/state/moves.ts';
import type { KnobValues } from '../../../../src/terms/knob.ts';

/** A worker that takes a message when it is told to. */
class Worker {
  readonly heard: { at: number; knobs: KnobValues; gesture: number | undefined }[] = [];
  readonly #answers: { resolve: () => void; reject: (error: Error) => void }[] = [];
  /** Whether it answers at once. */
  quick = true;

  readonly send = (knobs: KnobValues, gesture: number | undefined): Promise<void> => {
    this.heard.push({ at: performance.now(), knobs: { ...knobs }, gesture });
    if (this.quick) return Promise.resolve();
    return new Promise((resolve, reject) => this.#answers.push({ resolve, reject }));
  };
  async takes(): Promise<void> {
    this.#answers.shift()?.resolve();
    await vi.advanceTimersByTimeAsync(0);
  }
  async refuses(why: string): Promise<void> {
    this.#answers.shift()?.reject(new Error(why));
    await vi.advanceTimersByTimeAsync(0);
  }
  /** Values of one knob, as they were heard. */
  get values(): unknown[] {
    return this.heard.map(({ knobs }) => knobs['T']);
  }
}

let worker: Worker;
let playing: boolean;
let moves: Moves;
beforeEach(() => {
  vi.useFakeTimers();
  worker = new Worker();
  playing = true;
  moves = new Moves(worker.send, () => playing);
});
afterEach(() => {
  vi.useRealTimers();
});

/** A drag of one knob: a value every 10 ms. */
async function dragTo(last: number, from = 1): Promise<void> {
  for (let T = from; T <= last; T++) {
    moves.drag({ T });
    await vi.advanceTimersByTimeAsync(10);
  }
}

describe('a drag while the run plays', () => {
  test('is sent at once, then at most every 100 ms, always with the last value', async () => {
    await dragTo(35);
    expect(worker.values).toEqual([1, 10, 20, 30]);
    const times = worker.heard.map(({ at }) => at);
    times.slice(1).forEach((at, i) => {
      expect(at - (times[i] ?? 0)).toBeGreaterThanOrEqual(100);
    });
    await vi.advanceTimersByTimeAsync(100);
    expect(worker.values.at(-1)).toBe(35);
    await vi.advanceTimersByTimeAsync(1000);
    expect(worker.heard).toHaveLength(5);
  });

  test('sends its last value at once when it is released, in the same gesture', async () => {
    await dragTo(5);
    expect(worker.values).toEqual([1]);
    const released = moves.release();
    expect(worker.values).toEqual([1, 5]);
    await released;
    await dragTo(7, 6);
    await moves.release();
    expect(worker.heard.map(({ gesture }) => gesture)).toEqual([1, 1, 2]);
  });

  test('of several knobs is one gesture, whichever of them move', async () => {
    moves.drag({ s: 2, T: 1 });
    await vi.advanceTimersByTimeAsync(50);
    moves.drag({ s: 3 });
    moves.drag({ on: false });
    await moves.release();
    expect(worker.heard.map(({ knobs, gesture }) => ({ knobs, gesture }))).toEqual([
      { knobs: { s: 2, T: 1 }, gesture: 1 },
      { knobs: { s: 3, on: false }, gesture: 1 },
    ]);
  });

  test('that is released without a move that waits sends nothing more', async () => {
    moves.drag({ T: 1 });
    await moves.release();
    await moves.release();
    expect(worker.values).toEqual([1]);
  });

  test('waits no longer when the run has been paused meanwhile', async () => {
    await dragTo(3);
    playing = false;
    moves.drag({ T: 4 });
    expect(worker.values).toEqual([1, 4]);
  });
});

test('of a paused run each value goes as soon as the one before was taken', async () => {
  playing = false;
  worker.quick = false;
  moves.drag({ T: 1 });
  moves.drag({ T: 2 });
  moves.drag({ T: 3 });
  expect(worker.values).toEqual([1]);
  expect(moves.unconfirmed).toEqual({ T: 3 });
  await worker.takes();
  expect(worker.values).toEqual([1, 3]);
  await worker.takes();
  expect(moves.unconfirmed).toEqual({});
});

test('a change by itself ends a gesture, keeps its place and has no number', async () => {
  moves.drag({ T: 1 });
  moves.drag({ T: 2 });
  await moves.set({ w: 5 });
  moves.drag({ T: 3 });
  await moves.release();
  expect(worker.heard.map(({ knobs, gesture }) => [knobs, gesture])).toEqual([
    [{ T: 1 }, 1],
    [{ T: 2 }, 1],
    [{ w: 5 }, undefined],
    [{ T: 3 }, 2],
  ]);
});

test('two changes by themselves stay two, and a refusal reaches the one that was refused', async () => {
  worker.quick = false;
  const [first, second] = [moves.set({ T: 1 }), moves.set({ T: 2 })];
  const refused = expect(first).rejects.toThrow('No.');
  await worker.refuses('No.');
  await refused;
  await worker.takes();
  await second;
  expect(worker.values).toEqual([1, 2]);
  await moves.set({});
});

test('what was not sent goes with the run that it was meant for', async () => {
  worker.quick = false;
  moves.drag({ T: 1 });
  moves.drag({ T: 2 });
  const waits = moves.set({ w: 1 });
  moves.clear();
  await waits;
  expect(moves.unconfirmed).toEqual({});
  await worker.takes();
  await vi.advanceTimersByTimeAsync(1000);
  expect(worker.values).toEqual([1]);
});
