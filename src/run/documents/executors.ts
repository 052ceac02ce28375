import { EXECUTORS, type ExecutorId } from '../../engine/protocol.ts';

export const isExecutor = (id: unknown): id is ExecutorId => EXECUTORS.some((known) => known === id);

/** @throws Error that names those that there are */
export function checkExecutor(id: string): asserts id is ExecutorId {
  if (!isExecutor(id)) throw new Error(`There is no executor "${id}". Known: ${EXECUTORS.join(', ')}.`);
}
