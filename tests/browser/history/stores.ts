import { deleteDB, openDB, type IDBPDatabase } from 'idb';
import { afterEach, vi } from 'vitest';
import type { KeptRun } from '../../../src/engine/protocol.ts';
import { HistoryStore, type StoreOptions, type Write } from '../../../src/run/kept/store.ts';
import { bitsOf, keptRun, type KeptOptions } from '../../support/kept.ts';

let count = 0;
const used = new Set<string>();
const stores: HistoryStore[] = [];

/** A database name that nobody else has. */
export const freshDatabase = (): string => {
  const name = `test-history-${String(Date.now())}-${String(count++)}`;
  used.add(name);
  return name;
};

export function storeOf(name = freshDatabase(), options: StoreOptions = {}): HistoryStore {
  const store = new HistoryStore(name, { quota: () => Promise.resolve(undefined), ...options });
  stores.push(store);
  return store;
}

afterEach(async () => {
  for (const store of stores.splice(0)) store.close();
  for (const name of used) {
    localStorage.removeItem(name);
    await deleteDB(name);
  }
  used.clear();
});

export const writeOf = (id: string, fields: KeptOptions = {}, more: Partial<Write> = {}): Write => ({
  id,
  parent: '',
  name: 'Before, seed 0',
  run: keptRun(fields),
  final: {
    step: fields.step ?? 120,
    status: 'ok',
    numbers: { kl: 0.872, entropyMean: 2.07, entropyTargetMean: 1.1 },
  },
  differs: [],
  differsFrom: 'preset',
  writer: 'me',
  from: 0,
  ...more,
});

/** The numbers of a run as bits. */
export const bits = ({ saved, series }: KeptRun): number[][] =>
  [saved.parameters, saved.moments, series.values].map(bitsOf);

/** The stores themselves, for putting into them what nobody should. */
export async function raw<T>(name: string, work: (db: IDBPDatabase) => Promise<T>): Promise<T> {
  const db = await openDB(name);
  try {
    return await work(db);
  } finally {
    db.close();
  }
}

export const errorOf = async (task: Promise<unknown>): Promise<string> =>
  task.then(
    () => 'nothing was thrown',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );

type Method = 'put' | 'get' | 'delete' | 'open';

/** A method of the browser's own as it is, to be called by what stands in for it. */
export function methodOf(of: object, name: Method): (self: object, ...given: unknown[]) => never {
  const found = Object.getOwnPropertyDescriptor(of, name)?.value as (...given: unknown[]) => unknown;
  return (self, ...given) => Reflect.apply(found, self, given) as never;
}

/** Requests of stores fail where `why` says so, at once or with what it returns. Ends with the test's mocks. */
export function failing(
  name: 'put' | 'get' | 'delete',
  why: (store: IDBObjectStore, given: unknown) => string | undefined,
): void {
  const real = methodOf(IDBObjectStore.prototype, name);
  vi.spyOn(IDBObjectStore.prototype, name).mockImplementation(function (
    this: IDBObjectStore,
    given: unknown,
  ) {
    const error = why(this, given);
    if (error !== undefined) throw new DOMException('as a test wants it', error);
    return real(this, given);
  });
}
