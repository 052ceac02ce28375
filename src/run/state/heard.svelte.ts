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
  /** The run of the last frame. */
  #run = 0;
  /** The run whose log is known here: its first frame comes before that. */
  #adopted = 0;
  /** The last run of which a frame had something to say. */
  #noticed = 0;
  #branch = 0;
  #saved: Saved | undefined;
  #early: Saved | undefined;
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

  /** Whether the run that an answer was about is still that of the page. */
  protected isCurrent({ run }: Loaded): boolean {
    return run === this.#adopted;
  }

  /** @param unconfirmed values that are on their way to the worker, newer than what it says */
  protected take(frame: Frame, unconfirmed: KnobValues): void {
    if (frame.run < this.#run) return;
    const { step } = frame.metrics;
    if (frame.run > this.#run) {
      this.#run = frame.run;
      this.#lines.begin(frame.run, frame.branch, step);
      this.series.clear();
    }
    if (frame.branch !== this.#branch) {
      this.#branch = frame.branch;
      // A branch that is not yet known goes off from the run before.
      this.#called(this.#lines.at(frame.branch, step, { parent: this.id }));
    }
    if (frame.notice) this.#noticed = frame.run;
    this.show(frame, unconfirmed);
    if (!frame.saved) return;
    if (frame.run === this.#adopted) this.#keep(frame.saved);
    else this.#early = frame.saved;
  }

  /** The worker has made a run, which becomes the run of the page. */
  protected adopt(loaded: Loaded, { lab, naming, problems, source }: Arrival): void {
    const { run } = loaded;
    if (naming) this.#lines.name(run, naming);
    const line = this.#lines.get(this.#branch);
    if (line) this.#called(line);
    // Another run has taken its place already, and the answer about that one follows.
    if (run < Math.max(this.#run, this.#adopted)) return;
    this.showRun(loaded, lab);
    this.origin.loaded(loaded);
    if (problems) {
      this.problems = problems;
      this.origin.source = source;
      this.opening = false;
    }
    // What its first frame said comes before it.
    if (this.#noticed !== run) this.notice = undefined;
    this.#adopted = run;
    // The state that came before the log to which it belongs.
    if (this.#run === run && this.#early) this.#keep(this.#early);
    this.#early = undefined;
  }

  /** Another worker counts its runs anew. */
  protected forgetWorker(): void {
    this.#run = 0;
    this.#noticed = 0;
    this.#adopted = -1;
    this.#branch = 0;
    this.#lines.clear();
  }

  #called({ id, parent }: Line): void {
    this.id = id;
    this.parent = parent;
  }

  #keep(saved: Saved): void {
    this.#saved = saved;
    for (const watcher of this.#watchers) watcher(saved);
  }
}
