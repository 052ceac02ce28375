import { EXECUTORS, type ExecutorId } from '../engine/protocol.ts';

/** @throws Error that names those that there are */
export function checkExecutor(id: string): asserts id is ExecutorId {
  if (!EXECUTORS.some((known) => known === id))
    throw new Error(`There is no executor "${id}". Known: ${EXECUTORS.join(', ')}.`);
}
