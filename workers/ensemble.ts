import * as Comlink from 'comlink';
import { Ensemble, type Machine } from '../src/engine/ensemble/ensemble.ts';
import { buffersOf, HostLost, type MemberHost } from '../src/engine/ensemble/host.ts';
import type { ExecutorSetup } from '../src/engine/executor.ts';
import { PendingCalls } from '../src/engine/pendingCalls.ts';
import type { ExecutorId } from '../src/engine/protocol.ts';
import { refuge } from './executors.ts';
import type { MemberWorkerApi } from './serveMembers.ts';

/** How long a worker may take to load and answer for the first time. */
const START_MS = 30_000;
/** What 32-bit WebAssembly can address: taken where the browser does not say how much memory there is. */
const ADDRESSABLE = 2 ** 32;

const memberWorker = (): Worker =>
  new Worker(new URL('./member.ts', import.meta.url), { type: 'module', name: 'member' });

/** A member worker as a host. @throws HostLost where it could not start */
export async function openMemberWorker(make: () => Worker = memberWorker): Promise<MemberHost> {
  const worker = make();
  const remote = Comlink.wrap<MemberWorkerApi>(worker);
  const watch = new AbortController();
  const calls = new PendingCalls();
  const end = (reason: Error): void => {
    watch.abort();
    calls.end(reason);
  };
  worker.addEventListener('error', ({ message }) => {
    end(
      new HostLost(message ? `A member worker failed: ${message}.` : 'A member worker could not be loaded.'),
    );
  });
  worker.addEventListener('messageerror', () => {
    end(new HostLost('A message to or from a member worker could not be read.'));
  });
  const close = (): void => {
    end(new Error('The member worker was closed.'));
    worker.terminate();
  };

  const lock = `collapse-lab:member:${crypto.getRandomValues(new Uint32Array(3)).join('-')}`;
  const late = setTimeout(() => {
    end(new HostLost('A member worker did not answer.'));
  }, START_MS);
  try {
    await calls.until(remote.connect(lock));
  } catch (error) {
    close();
    throw error;
  } finally {
    clearTimeout(late);
  }
  // A worker that is killed, by the system or by itself, tells nobody; but its lock becomes free.
  (navigator.locks as LockManager | undefined)
    ?.request(lock, { signal: watch.signal }, () => {
      end(new HostLost('The browser ended it, perhaps for lack of memory.'));
    })
    .catch(() => undefined);

  return {
    open: (executor, setups) => calls.until(remote.open(executor, setups)),
    train: (chunks, changes, save) =>
      calls.until(remote.train(Comlink.transfer(chunks, buffersOf(chunks)), changes, save)),
    predict: (set, changes) => calls.until(remote.predict(set, changes)),
    save: (changes) => calls.until(remote.save(changes)),
    close,
  };
}

/**
 * This machine: a member worker for every core, or one for a GPU, which has all its members side by side; and the memory
 * that the browser says there is.
 */
export const machine = (
  executor: ExecutorId = 'wasm',
  openHost: () => Promise<MemberHost> = openMemberWorker,
): Machine => {
  // GiB, rounded; only in Chromium, and only under TLS.
  const { deviceMemory } = navigator as { deviceMemory?: number };
  return {
    openHost,
    hosts: executor === 'webgpu' ? 1 : navigator.hardwareConcurrency,
    available: deviceMemory === undefined ? ADDRESSABLE : deviceMemory * 2 ** 30,
    now: () => performance.now(),
    refuge,
  };
};

/**
 * K members on as many member workers as there are cores, at most one for each member.
 *
 * @throws OutOfMemory
 */
export const createEnsemble = (
  executor: ExecutorId,
  setup: ExecutorSetup,
  onNotice?: (text: string) => void,
): Promise<Ensemble> => Ensemble.open([setup], machine(executor), executor, onNotice);
