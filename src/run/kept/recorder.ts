import type { Metrics, RunLog, Saved } from '../../engine/protocol.ts';
import { loadLab } from '../../labs/index.ts';
import { firstChanged } from './chunks.ts';
import { comparedOf, differences, presetAt, type Compared } from './difference.ts';
import { changesToKeep, finalOf, MAX_THUMBNAIL } from './entry.ts';
import { newId } from '../id.ts';
import type { Keepable } from './kept.ts';
import { claim, release } from './locks.ts';
import { rememberOpen } from './open.ts';
import type { HistoryStore } from './store.ts';
import { troubleOf, type HistoryError } from './trouble.ts';

/** Steps from which a run is worth keeping. */
const MOMENT = 20;
/** Least time from one write to the next: a drag sends far more states than anyone wants back. */
const PAUSE_MS = 250;
/** After a failure: nothing is gained by failing again at once. */
const RETRY_MS = 10_000;
const THUMBNAIL_EVERY_MS = 3_000;
/** Bounds are looked after when a run is new, and this often. */
const TIDY_EVERY_MS = 60_000;
/** Rows may still be on their way when the state that they belong to is here. */
const ROWS_MS = 50;
const ROWS_TRIES = 40;

export interface RecorderOptions {
  /** A small picture of what the model says now. */
  thumbnail?: () => Promise<Blob | undefined>;
  metrics?: () => Metrics | undefined;
  /** Told when keeping fails, and with undefined when it works again. */
  onproblem?: (error: HistoryError | undefined) => void;
}

/** A state with all that was to be known of its run when it came. */
interface Capture {
  id: string;
  parent: string;
  log: RunLog;
  saved: Saved;
  columns: readonly string[];
  /** `[rows, columns]`: those of the state. */
  values: Float64Array;
  metrics: Metrics | undefined;
}

/** Keeps the run of the page: writes each state that the trainer sends, one at a time, and of those waiting the newest. */
export class Recorder {
  readonly #run: Keepable;
  readonly #store: HistoryStore;
  readonly #options: RecorderOptions;
  readonly #writer = newId();
  /** The newest state of each run: one run may follow another before the first is written. */
  readonly #waiting = new Map<string, Capture>();
  /** Runs that another tab has open are kept under another id. */
  readonly #copies = new Map<string, string>();
  /** What was written last. */
  #last: { id: string; columns: string; values: Float64Array } | undefined;
  #base: { id: string; of: Compared | undefined } | undefined;
  #draining: Promise<void> | undefined;
  #urgent = false;
  #wake: () => void = () => undefined;
  #late: ReturnType<typeof setTimeout> | undefined;
  #pictured = { id: '', at: -Infinity };
  #tidied = -Infinity;
  #failed = false;
  readonly #stops: (() => void)[];

  constructor(run: Keepable, store: HistoryStore, options: RecorderOptions = {}) {
    this.#run = run;
    this.#store = store;
    this.#options = options;
    const leave = (): void => void this.flush();
    const hide = (): void => {
      if (document.hidden) leave();
    };
    addEventListener('pagehide', leave);
    document.addEventListener('visibilitychange', hide);
    this.#stops = [
      run.watch((saved) => {
        this.#take(saved);
      }),
      () => {
        removeEventListener('pagehide', leave);
        document.removeEventListener('visibilitychange', hide);
      },
    ];
  }

  stop(): void {
    clearTimeout(this.#late);
    for (const stop of this.#stops) stop();
  }

  /** Writes at once what waits, and resolves when it is written or has failed. */
  async flush(): Promise<void> {
    this.#urgent = true;
    this.#wake();
    await this.#drain();
    this.#urgent = false;
  }

  #take(saved: Saved, tries = 0): void {
    clearTimeout(this.#late);
    const { id, untouched, end, series } = this.#run;
    // What the tab has open now may never become worth keeping; a reload must not bring back the one before.
    if (this.#last && this.#last.id !== this.#keptAs(id)) rememberOpen(undefined);
    // Who has gone back in time looks at the run, and does not undo it.
    if (untouched || saved.step < MOMENT || saved.step < end) return;
    const { rows } = saved.progress;
    if (series.length < rows) {
      if (tries < ROWS_TRIES)
        this.#late = setTimeout(() => {
          if (this.#run.id === id) this.#take(saved, tries + 1);
        }, ROWS_MS);
      return;
    }
    const { columns, values } = series.rows(rows);
    // The page has gone on to other rows by now, as after a jump in time: another state follows.
    const newest = values[(rows - 1) * columns.length + columns.indexOf('step')];
    if (newest !== undefined && newest > saved.step) return;
    const { parent, told } = this.#run;
    const metrics = this.#options.metrics?.();
    this.#waiting.set(id, { id, parent, log: told, saved, columns, values, metrics });
    void this.#drain();
  }

  #drain(): Promise<void> {
    return (this.#draining ??= this.#writeAll().finally(() => {
      this.#draining = undefined;
    }));
  }

  async #writeAll(): Promise<void> {
    for (let next = this.#next(); next; next = this.#next()) {
      let pause = PAUSE_MS;
      try {
        await this.#write(next);
        if (this.#failed) this.#options.onproblem?.(undefined);
        this.#failed = false;
      } catch (thrown) {
        this.#failed = true;
        const error = troubleOf(thrown);
        this.#options.onproblem?.(error);
        // What was refused would be refused again: what is kept stays until a newer state is better.
        if (error.kind !== 'refused') {
          // It is tried again, unless there is a newer one by then.
          if (!this.#waiting.has(next.id)) this.#waiting.set(next.id, next);
          if (this.#urgent) return;
          pause = RETRY_MS;
        }
      }
      if (!this.#urgent) await this.#pause(pause);
    }
  }

  #next(): Capture | undefined {
    const [first] = this.#waiting.values();
    if (first) this.#waiting.delete(first.id);
    return first;
  }

  async #pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => undefined;
  }

  async #write(capture: Capture): Promise<void> {
    const { log, saved, columns, values } = capture;
    const own = await this.#claimed(capture.id);
    const parent = own === capture.id ? this.#keptAs(capture.parent) : capture.id;
    const lab = await loadLab(log.lab);
    if (this.#base?.id !== own) this.#base = { id: own, of: await this.#parentOf(parent, log.lab) };
    const base = this.#base.of ?? presetAt(lab, log.preset, saved.step, log.seed);
    const last = this.#last;
    const same = last?.id === own && last.columns === columns.join();
    const kept = await this.#store.put({
      id: own,
      parent: this.#base.of ? parent : '',
      name: `${lab.presets.find(({ id }) => id === log.preset)?.title ?? lab.title}, seed ${String(log.seed)}`,
      run: { log, saved, series: { columns, values } },
      final: finalOf(saved, capture.metrics),
      differs: changesToKeep(differences(lab, comparedOf(log, saved), base)),
      differsFrom: this.#base.of ? 'parent' : 'preset',
      thumbnail: await this.#picture(capture.id),
      writer: this.#writer,
      from: same ? firstChanged(last.values, values, columns.length) : 0,
    });
    const fresh = last?.id !== own;
    // Of a deleted run nothing was written: should it come back, all of it is new.
    this.#last = { id: own, columns: columns.join(), values: kept ? values : new Float64Array(0) };
    if (this.#run.id === capture.id) rememberOpen(kept ? own : undefined);
    const now = performance.now();
    if (fresh || now - this.#tidied > TIDY_EVERY_MS) {
      this.#tidied = now;
      await this.#store.tidy(own);
    }
  }

  #keptAs(id: string): string {
    return this.#copies.get(id) ?? id;
  }

  /** The id under which this tab may write the run. */
  async #claimed(id: string): Promise<string> {
    let own = this.#keptAs(id);
    if (!(await claim(own))) {
      own = newId();
      this.#copies.set(id, own);
      await claim(own);
    }
    if (this.#last && this.#last.id !== own && this.#last.id !== this.#keptAs(this.#run.id))
      release(this.#last.id);
    return own;
  }

  async #parentOf(parent: string, lab: string): Promise<Compared | undefined> {
    if (parent === '') return undefined;
    try {
      const { run } = await this.#store.read(parent);
      return run.log.lab === lab ? comparedOf(run.log, run.saved) : undefined;
    } catch {
      // It was never kept, or is gone: then the preset is what there is to compare with.
      return undefined;
    }
  }

  /** A new picture now and then; none while the page is being left. */
  async #picture(id: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const now = performance.now();
    const recent = this.#pictured.id === id && now - this.#pictured.at < THUMBNAIL_EVERY_MS;
    if (this.#urgent || recent || this.#run.id !== id) return undefined;
    try {
      const blob = await this.#options.thumbnail?.();
      if (!blob || blob.size > MAX_THUMBNAIL || this.#run.id !== id) return undefined;
      this.#pictured = { id, at: now };
      return new Uint8Array(await blob.arrayBuffer());
    } catch {
      // A run without a picture is still a run.
      return undefined;
    }
  }
}
