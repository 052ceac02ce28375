import type { ExecutorId, RunEvent, RunLog, Saved } from './protocol.ts';
import type { Series } from './series.ts';

/** A run at one moment, with all that is needed to come back to it within this page. */
export interface Snapshot {
  /** The log that the run was opened with. */
  start: RunLog;
  saved: Saved;
  queue: { applied: readonly RunEvent[]; ahead: readonly RunEvent[] };
  series: ReturnType<Series['save']>;
  marks: readonly Saved[];
  /** Knobs and executor at step 0, which move as long as nothing is trained. */
  base: RunLog['knobs'];
  first: ExecutorId;
  /** Whether the log names that executor. */
  named: boolean;
  /** Whether the user has changed anything. */
  edited: boolean;
  /** Whether the run may be handed over without being asked. */
  free: boolean;
  branch: number;
  /** Where the run had got to, where the user had gone back in it. */
  furthest: Snapshot | undefined;
}
