import type { KeptRun, RunEvent, RunLog, Saved } from '../../../src/engine/protocol.ts';
import type { Keepable } from '../../../src/run/kept/kept.ts';
import { SeriesStore } from '../../../src/run/state/series.ts';
import { keptRun, type KeptOptions } from '../../support/kept.ts';

/** A run of the page without a trainer: sends the states that it is told to. */
export class FakeKeepable implements Keepable {
  id: string;
  parent = '';
  untouched = false;
  end = 0;
  readonly series = new SeriesStore();
  told: RunLog = keptRun().log;
  readonly reopened: { run: KeptRun; id: string; parent: string | undefined }[] = [];
  readonly #listeners = new Set<(saved: Saved) => void>();

  constructor(id: string) {
    this.id = id;
  }

  get events(): readonly RunEvent[] {
    return this.told.events;
  }

  watch(listener: (saved: Saved) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  reopen(run: KeptRun, id: string, parent?: string): Promise<void> {
    this.reopened.push({ run, id, parent });
    this.show(run);
    [this.id, this.parent] = [id, parent ?? ''];
    return Promise.resolve();
  }

  /** Trains to a step, and says so. */
  train(fields: KeptOptions): KeptRun {
    const run = keptRun(fields);
    this.show(run);
    this.say(run.saved);
    return run;
  }

  show({ log, saved, series }: KeptRun): void {
    this.told = log;
    this.end = Math.max(this.end, saved.step);
    this.series.clear();
    this.series.append(0, series.columns, series.values);
  }

  say(saved: Saved): void {
    for (const listener of this.#listeners) listener(saved);
  }
}
