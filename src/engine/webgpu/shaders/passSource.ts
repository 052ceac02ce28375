import type { SetName } from './bindings.ts';

/** One dispatch of a step, before it is compiled. */
export interface PassSource {
  label: string;
  set: SetName;
  code: string;
  /** Invocations for each member; what meets in one workgroup cannot be cut. */
  threads: (rows: number) => number;
  whole: boolean;
  /** Multiplications of one invocation, about. */
  work: (rows: number) => number;
}
