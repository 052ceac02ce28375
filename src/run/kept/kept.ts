import type { KeptRun, RunEvent, RunLog, Saved } from '../../engine/protocol.ts';
import type { SeriesStore } from '../state/series.ts';

/** What keeping a run needs of the run on the page: `Run` is one. */
export interface Keepable {
  /** Names the run in the history; another after each load, restart and branch, and the same again when reopened. */
  readonly id: string;
  /** The run that this one was branched, restarted or reset from; empty where it began by itself. */
  readonly parent: string;
  /** What the run was loaded with tells itself, and no hand has touched it: the opening story. */
  readonly untouched: boolean;
  /** The last step that the run was trained to: where somebody has gone back in time, the state is of an earlier one. */
  readonly end: number;
  readonly series: SeriesStore;
  readonly events: readonly RunEvent[];
  /** The log as the page knows it. */
  readonly told: RunLog;
  /** Calls back with each state that the trainer sends: after commands, and about once a second of training. */
  watch: (listener: (saved: Saved) => void) => () => void;
  /** Makes a stored run the run of the page, paused where it stopped. @throws Error with a sentence */
  reopen: (run: KeptRun, id: string, parent?: string) => Promise<void>;
}
