import type { CreateExecutor } from './handOver.ts';
import type { Plan } from './plan.ts';
import type { ExecutorId, ExecutorInfo, Frame, RunLog } from './protocol.ts';
import type { Task } from './task.ts';
import type { Adapter } from './webgpu/gpu.ts';

/** What a session needs of the place where it runs. */
export interface SessionHost {
  build: (log: RunLog) => Promise<Task>;
  createExecutor: CreateExecutor;
  /** The executor on which a run goes on when its own is lost. */
  refuge: (lost: ExecutorInfo) => ExecutorId;
  /** The executor that trains plans like this one fastest, where that is known and nobody chose. */
  favourite?: (plan: Plan) => ExecutorId | undefined;
  /** Told when an executor was lost: what the page says of it, and what the executor said. */
  lost?: (lost: ExecutorInfo, notice: string, reason: string) => void;
}

/** What a player needs of it beside that. */
export interface PlayerHost extends SessionHost {
  send: (frame: Frame, transfer: Transferable[]) => void;
  /** Milliseconds. */
  now: () => number;
  /** Told once, when the first step of all was trained. */
  trained?: () => void;
  /** Lets waiting messages in. */
  rest: (milliseconds?: number) => Promise<void>;
  /** The GPU that WebGPU would take; undefined where there is none. Cheap: makes no device. */
  adapter?: () => Promise<Adapter | undefined>;
}
