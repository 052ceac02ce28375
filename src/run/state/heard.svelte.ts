import type { Frame, KeptRun, Loaded, RunLog, Saved } from '../../engine/protocol.ts';
import type { Lab, Problem } from '../../labs/lab.ts';
import type { KnobValues } from '../../terms/knob.ts';
import { Lines, type Line, type Naming } from './lines.ts';
import { Origin } from './origin.ts';
import { Shown } from './shown.svelte.ts';

/** How a run comes to the page. */
export interface Arrival {
  lab: Lab;
  /** Absent where a run comes back that has a name already. */
  naming?: Naming;
  /** What was repaired, and the YAML that it is from; absent where the run before is only restarted. */
  problems?: readonly Problem[];
  source?: string | undefined;
}

/** What the page has heard of its run: what panels show, which run it is, and the last state that the trainer gave. */
export class Heard extends Shown {
  /** Whether the page itself began this run, as its opening story. */
  opening = false;
  protected readonly origin = new Origin();
  readonly #lines = new Lines();
  /** The run on the page, by the trainer's number. */
  #run = 0;
  /** A run that the trainer has made, and frames of runs that are not on the page yet: a run comes with its first frame. */
  #arriving: { loaded: Loaded; arrival: Arrival } | undefined;
  #early: readonly Frame[] = [];
  #branch = 0;
  #saved: Saved | undefined;
  #watchers: readonly ((saved: Saved) => void)[] = [];

  get source(): string | undefined {
    return this.origin.source;
  }

  /** The run as its log, as far as the page has heard of it. */
  get told(): RunLog {
    const { startedOn, free } = this.origin;
    return {
      lab: this.lab.id,
      preset: this.preset,
      seed: this.seed,
      knobs: this.initial,
      events: [...this.events, ...this.ahead],
      executor: startedOn,
      // By itself it goes nowhere else: something was lost.
      ...(free &&
        !this.events.some(({ key, value }) => key === 'executor' && value !== 'webgpu') && { free: true }),
    };
  }

  /** Nothing here is anybody's work: the opening story as it is told, or a branch on which nothing was trained. */
  get untouched(): boolean {
    const step = this.#saved?.step ?? 0;
    if (step === this.#lines.get(this.#branch)?.fork) return true;
    const told = this.origin.plan.at(-1)?.step ?? 0;
    return this.opening && step <= told && this.origin.told(this.events);
  }

  watch(listener: (saved: Saved) => void): () => void {
    this.#watchers = [...this.#watchers, listener];
    return () => {
      this.#watchers = this.#watchers.filter((other) => other !== listener);
    };
  }

  /** The whole run as data, as of the last state that the trainer gave: while it trains at most about a second old. */
  kept(): Promise<KeptRun> {
    const whole = this.whole;
    return whole ? Promise.resolve(whole) : Promise.reject(new Error('No run was loaded yet.'));
  }

  protected get whole(): KeptRun | undefined {
    const saved = this.#saved;
    return saved && { log: this.told, saved, series: this.series.rows(saved.progress.rows) };
  }

  /** Values that are on their way to the worker, newer than what it says. */
  protected get unconfirmed(): KnobValues {
    return {};
  }

  /** The run on the page is about to be replaced by one of another lab. */
  protected leaveLab(): void {
    // Nothing is kept here.
  }

  protected receive(frame: Frame): void {
    if (frame.run < this.#run) return;
    const newest = this.#early.at(-1)?.run ?? this.#run;
    if (frame.run > newest) this.#lines.begin(frame.run, frame.branch, frame.metrics.step);
    if (frame.run === this.#run) {
      this.#take(frame);
      return;
    }
    this.#early = [...this.#early, frame];
    this.#enter();
  }

  /** The worker has made a run, which becomes the run of the page as soon as its first frame is here. */
  protected arrive(loaded: Loaded, arrival: Arrival): void {
    const { run } = loaded;
    if (arrival.naming) this.#lines.name(run, arrival.naming);
    // A later run has taken its place already, and the answer about that one follows.
    if (run < Math.max(this.#run, this.#arriving?.loaded.run ?? 0)) return;
    this.#arriving = { loaded, arrival };
    this.#enter();
  }

  /** Changes everything that belongs to the run on the page in one step: lab, knobs, metrics, scene and series. */
  #enter(): void {
    if (!this.#arriving) return;
    const { loaded, arrival } = this.#arriving;
    const { run } = loaded;
    const frames = this.#early.filter((frame) => frame.run === run);
    if (frames.length === 0) return;
    this.#arriving = undefined;
    this.#early = this.#early.filter((frame) => frame.run > run);
    this.#run = run;
    if (this.hasLab && arrival.lab !== this.lab) this.leaveLab();
    this.#saved = undefined;
    this.series.clear();
    this.notice = undefined;
    this.showRun(loaded, arrival.lab);
    this.origin.loaded(loaded);
    if (arrival.problems) {
      this.problems = arrival.problems;
      this.origin.source = arrival.source;
      this.opening = false;
    }
    for (const frame of frames) this.#take(frame);
  }

  #take(frame: Frame): void {
    if (frame.branch !== this.#branch) {
      this.#branch = frame.branch;
      // A branch that is not known yet was forked from the run before.
      this.#called(this.#lines.at(frame.branch, frame.metrics.step, { parent: this.id }));
    }
    this.show(frame, this.unconfirmed);
    if (!frame.saved) return;
    this.#saved = frame.saved;
    for (const watcher of this.#watchers) watcher(frame.saved);
  }

  /** Another worker counts its runs anew. */
  protected forgetWorker(): void {
    this.#run = 0;
    this.#arriving = undefined;
    this.#early = [];
    this.#branch = 0;
    this.#lines.clear();
  }

  #called({ id, parent }: Line): void {
    this.id = id;
    this.parent = parent;
  }
}
