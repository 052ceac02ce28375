import { newId } from './id.ts';

/** Who a run is, for the history. */
export interface Line {
  id: string;
  /** The run that it was branched, restarted or reset from; empty where it began by itself. */
  parent: string;
  /** The step from which it is a run of its own. */
  fork: number;
}

/** The runs and branches of one worker, by the worker's own numbers. */
export class Lines {
  readonly #known = new Map<number, Line>();

  get(branch: number): Line | undefined {
    return this.#known.get(branch);
  }

  /** The run of a number; one that is not known yet begins now. */
  at(branch: number, fork: number, { id = newId(), parent }: { id?: string; parent: string }): Line {
    const line = this.#known.get(branch) ?? { id, parent, fork };
    this.#known.set(branch, line);
    return line;
  }

  clear(): void {
    this.#known.clear();
  }
}
