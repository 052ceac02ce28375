import * as Comlink from 'comlink';
import type { ExecutorId } from '../../../src/engine/protocol.ts';
import { nextChunk } from '../../../src/engine/chunks.ts';
import { createExecutor } from '../../../workers/executors.ts';
import type { Contender } from '../training/contender.ts';
import { ours } from '../training/ours.ts';
import { serviceMixWork } from '../training/work.ts';

/** Steps whose batches are drawn before it begins, over and over again. */
const DRAWN = 4096;

export interface Bare {
  /** Makes an executor for service-mix, in the place of the last one. */
  load: (executor: ExecutorId, preset: string) => Promise<void>;
  /** Trains for some milliseconds, in chunks as the session makes them; gives steps per second. */
  run: (milliseconds: number) => Promise<number>;
}

/** No executor in the place of the one that is asked for. */
const fail = (text: string): never => {
  throw new Error(text);
};

let contender: Contender | undefined;
let chunk = 1;

const bare: Bare = {
  load: async (executor, preset) => {
    const work = await serviceMixWork(preset);
    const drawn = work.batches(0, DRAWN);
    const size = work.setup.plan.batchSize;
    const batches = (from: number, steps: number): Int32Array => {
      const at = Math.min(from % DRAWN, DRAWN - steps);
      return drawn.subarray(at * size, (at + steps) * size);
    };
    contender = await ours({ ...work, batches }, (setup) => createExecutor(executor, setup, fail));
    chunk = 1;
  },
  run: async (milliseconds) => {
    if (!contender) throw new Error('Nothing is loaded.');
    const started = performance.now();
    let [steps, now] = [0, started];
    while (now - started < milliseconds) {
      await contender.train(chunk);
      steps += chunk;
      const after = performance.now();
      chunk = Math.min(DRAWN, nextChunk(chunk, after - now));
      now = after;
    }
    return (1000 * steps) / (now - started);
  },
};

Comlink.expose(bare);
