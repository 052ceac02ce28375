import type { Chunk, ChunkResult, Datasets, Executor, ExecutorSetup, ParameterState } from '../executor.ts';
import type { ExecutorId, ExecutorInfo, Memory } from '../protocol.ts';

/** What takes effect before a call, by share of the host: it travels with the next call instead of by itself. */
export interface Changes {
  restore?: readonly ParameterState[];
  knobs?: readonly Float64Array[];
}

export interface Opened {
  info: ExecutorInfo;
  memory: Memory;
}

export interface Trained {
  /** By share. */
  results: ChunkResult[];
  /** By share, where it was asked for: as they are after the chunk. */
  states?: ParameterState[];
  memory: Memory;
}

/**
 * What a place that trains members answers. It holds one executor for each share that it was opened with; arrays go by
 * share. Calls to one host never overlap. A call rejects with `HostLost` when the place is gone, and with what the
 * executor threw, by name and message, otherwise.
 */
export interface MemberApi {
  /** Puts executors for these shares in the place of what was there. */
  open: (executor: ExecutorId, setups: readonly ExecutorSetup[]) => Promise<Opened>;
  /** Buffers of the chunks move to the host. @param save whether the states come back with the results */
  train: (chunks: readonly Chunk[], changes: Changes, save: boolean) => Promise<Trained>;
  predict: (set: keyof Datasets, changes: Changes) => Promise<Float64Array[]>;
  save: (changes: Changes) => Promise<ParameterState[]>;
}

/** The near side of such a place: calls cross to it, and it can be ended. */
export interface MemberHost extends MemberApi {
  /** Ends it, with all that it holds; calls that wait reject. */
  close: () => void;
}

/** The place is gone, with the members that it held. */
export class HostLost extends Error {
  override name = 'HostLost';
}

export type CreateExecutor = (id: ExecutorId, setup: ExecutorSetup) => Promise<Executor>;

/** The buffers in a message, each once: what can move instead of being copied. */
export function buffersOf(message: unknown, found = new Set<ArrayBuffer>()): ArrayBuffer[] {
  if (ArrayBuffer.isView(message)) {
    if (message.buffer instanceof ArrayBuffer) found.add(message.buffer);
  } else if (typeof message === 'object' && message !== null)
    for (const part of Object.values(message)) buffersOf(part, found);
  return [...found];
}
