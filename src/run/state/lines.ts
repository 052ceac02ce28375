import { newId } from '../id.ts';

/** How the history knows a run. */
export interface Line {
  id: string;
  /** The run that it was branched, restarted or reset from; empty where it began by itself. */
  parent: string;
  /** The step from which it is a run of its own. */
  fork: number;
}

/** How a run is to be known; without an id it gets a new one. */
export interface Naming {
  id?: string;
  parent: string;
}

/**
 * The runs and branches of one worker, by the worker's own numbers. The first frame of a run may come before the answer
 * that says which run it is: until then it has a name of its own, so that no run is ever taken for another.
 */
export class Lines {
  readonly #byBranch = new Map<number, Line>();
  readonly #branchOf = new Map<number, number>();
  readonly #namings = new Map<number, Naming>();

  get(branch: number): Line | undefined {
    return this.#byBranch.get(branch);
  }

  /** The first frame of a run has come. */
  begin(run: number, branch: number, fork: number): void {
    this.#branchOf.set(run, branch);
    this.at(branch, fork, this.#namings.get(run) ?? { parent: '' });
  }

  /** The answer has come that tells which run it is. */
  name(run: number, naming: Naming): void {
    this.#namings.set(run, naming);
    const branch = this.#branchOf.get(run);
    const line = branch === undefined ? undefined : this.#byBranch.get(branch);
    if (branch !== undefined && line) this.#byBranch.set(branch, { ...line, ...naming });
  }

  /** The run of a branch; one that is not known yet begins now. */
  at(branch: number, fork: number, { id = newId(), parent }: Naming): Line {
    const line = this.#byBranch.get(branch) ?? { id, parent, fork };
    this.#byBranch.set(branch, line);
    return line;
  }

  /** Another worker counts anew. */
  clear(): void {
    this.#byBranch.clear();
    this.#branchOf.clear();
    this.#namings.clear();
  }
}
