import { isLab, loadLab } from '../../../labs/index.ts';
import { HistoryError, type HistoryStore, type Listing } from '../../../run/kept/history.ts';
import { messageOf } from '../../kit/host.ts';

/** A run that trains is written every second; a list that moved as often could not be read. */
const REFRESH_MS = 1500;
const CLOCK_MS = 20_000;

/** What the dialog shows of the history, and what came of what was done. */
export class HistoryList {
  /** Undefined before it was read, and where it cannot be. */
  listing = $state.raw<Listing>();
  trouble = $state.raw<HistoryError>();
  /** The outcome of the last thing done, as a sentence, and what went wrong in it. */
  said = $state('');
  failed = $state(false);
  details = $state.raw<readonly string[]>([]);
  busy = $state(false);
  now = $state(Date.now());
  readonly #store: HistoryStore;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #read = 0;

  constructor(store: HistoryStore) {
    this.#store = store;
  }

  /** Follows the history until the returned function is called. */
  follow(): () => void {
    const clock = setInterval(() => {
      this.now = Date.now();
    }, CLOCK_MS);
    const unsubscribe = this.#store.subscribe(() => {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        void this.refresh();
      }, REFRESH_MS);
    });
    void this.refresh();
    return () => {
      clearInterval(clock);
      clearTimeout(this.#timer);
      this.#timer = undefined;
      unsubscribe();
    };
  }

  async refresh(): Promise<void> {
    const read = ++this.#read;
    try {
      const listing = await this.#store.list();
      // Presets are called by their titles; of a lab that cannot be loaded, by their ids.
      await Promise.allSettled(
        listing.entries
          .map(({ lab }) => lab)
          .filter(isLab)
          .map(loadLab),
      );
      // Of two that overlap, the later one knows more.
      if (read !== this.#read) return;
      this.listing = listing;
      this.trouble = undefined;
    } catch (thrown) {
      if (read !== this.#read) return;
      this.listing = undefined;
      this.trouble = thrown instanceof HistoryError ? thrown : new HistoryError('failed', messageOf(thrown));
    }
    this.now = Date.now();
  }

  /** Does something, shows the list as it is then, and says what came of it. */
  async act(task: () => Promise<string | { said: string; details: readonly string[] }>): Promise<boolean> {
    this.busy = true;
    this.failed = false;
    this.said = '';
    this.details = [];
    try {
      const outcome = await task();
      if (typeof outcome === 'string') this.said = outcome;
      else [this.said, this.details] = [outcome.said, outcome.details];
      return true;
    } catch (thrown) {
      this.failed = true;
      this.said = messageOf(thrown);
      return false;
    } finally {
      await this.refresh();
      this.busy = false;
    }
  }
}
