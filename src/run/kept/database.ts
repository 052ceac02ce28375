import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction, type StoreNames } from 'idb';
import type { RunLog, Saved } from '../../engine/protocol.ts';
import type { Entry } from './entry.ts';
import { trouble, troubleOf, type HistoryError } from './trouble.ts';

/** Version of the stores and their keys. A page never opens a history of a higher one. */
export const DATABASE_VERSION = 1;

/** What is in the stores was written by us, or by whatever else had its hands on them: readers check it. */
export interface Schema extends DBSchema {
  entries: { key: string; value: Entry };
  states: {
    key: string;
    value: {
      id: string;
      log: RunLog;
      saved: Saved;
      columns: readonly string[];
      /** Who wrote last: pieces of curves are only added to those of the same writer. */
      writer: string;
    };
  };
  rows: { key: [string, number]; value: { id: string; chunk: number; values: Float64Array } };
}

const STORES = ['entries', 'states', 'rows'] as const;
type Names = StoreNames<Schema>[];
type Transaction<M extends IDBTransactionMode> = IDBPTransaction<Schema, Names, M>;

/** A database that is opened when it is first needed, and again when the browser has closed it. */
export class Database {
  readonly name: string;
  #opening: Promise<IDBPDatabase<Schema>> | undefined;
  /** Why it is not to be opened again. */
  #over: HistoryError | undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** Runs a transaction over all stores. @throws HistoryError */
  async read<T>(work: (tx: Transaction<'readonly'>) => Promise<T>): Promise<T> {
    return this.#run('readonly', work);
  }

  /** The same, and all of it is written or nothing. @throws HistoryError */
  async write<T>(work: (tx: Transaction<'readwrite'>) => Promise<T>): Promise<T> {
    return this.#run('readwrite', work);
  }

  close(): void {
    this.#opening?.then(
      (db) => {
        db.close();
      },
      () => undefined,
    );
    this.#opening = undefined;
  }

  async #run<M extends 'readonly' | 'readwrite', T>(
    mode: M,
    work: (tx: Transaction<M>) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.#attempt(mode, work);
    } catch (thrown) {
      // The browser may have closed it without a word, as Safari does to pages in the background: once more.
      if (!(thrown instanceof DOMException && thrown.name === 'InvalidStateError')) throw troubleOf(thrown);
      this.close();
      try {
        return await this.#attempt(mode, work);
      } catch (again) {
        throw troubleOf(again);
      }
    }
  }

  async #attempt<M extends 'readonly' | 'readwrite', T>(
    mode: M,
    work: (tx: Transaction<M>) => Promise<T>,
  ): Promise<T> {
    const db = await this.#open();
    // Another program's database under our name has no such stores: nothing of it is touched.
    const tx = db.transaction([...STORES], mode) as Transaction<M>;
    // Heard below; a second report of the same would be one that nobody heard.
    tx.done.catch(() => undefined);
    try {
      const result = await work(tx);
      await tx.done;
      return result;
    } catch (thrown) {
      try {
        tx.abort();
      } catch {
        // It has ended already.
      }
      // Why a transaction ended says more than what the request in it was told.
      throw tx.error ?? thrown;
    }
  }

  async #open(): Promise<IDBPDatabase<Schema>> {
    if (this.#over) throw this.#over;
    this.#opening ??= this.#opened();
    try {
      return await this.#opening;
    } catch (thrown) {
      // The next one who asks tries again.
      this.#opening = undefined;
      throw troubleOf(thrown, true);
    }
  }

  #opened(): Promise<IDBPDatabase<Schema>> {
    let blocked: (error: HistoryError) => void = () => undefined;
    const waits = new Promise<never>((_, reject) => (blocked = reject));
    const opening = openDB<Schema>(this.name, DATABASE_VERSION, {
      upgrade: (db, from) => {
        if (from < 1) {
          db.createObjectStore('entries', { keyPath: 'id' });
          db.createObjectStore('states', { keyPath: 'id' });
          db.createObjectStore('rows', { keyPath: ['id', 'chunk'] });
        }
      },
      blocked: () => {
        blocked(trouble('blocked'));
      },
      blocking: (_, wanted) => {
        // A newer page wants to change the stores: whoever keeps them open would keep it from opening. Without a
        // version they are to be deleted, as when a visitor clears the site's data: then they are made anew.
        if (wanted !== null) this.#over = trouble('superseded');
        this.close();
      },
      terminated: () => {
        this.#opening = undefined;
      },
    });
    return Promise.race([opening, waits]).catch((error: unknown) => {
      // It may open yet, when the other tab lets go; nobody waits for it any more.
      opening.then(
        (late) => {
          late.close();
        },
        () => undefined,
      );
      throw error;
    });
  }
}
