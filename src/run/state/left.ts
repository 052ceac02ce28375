import type { KeptRun } from '../../engine/protocol.ts';

/** A run that was left for one of another lab, and how the history knows it. */
export interface Left {
  run: KeptRun;
  id: string;
  parent: string;
}

/** The last run of each lab that was left, by lab. */
export type LeftRuns = Map<string, Left>;

export const leftRuns = (): LeftRuns => new Map();
