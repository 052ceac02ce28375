import * as Comlink from 'comlink';
import { PendingCalls } from '../engine/pendingCalls.ts';
import type { Frame, FromPage, ToPage, TrainerApi } from '../engine/protocol.ts';
import { newId } from './id.ts';

/** How long the worker may take to load and answer for the first time. */
const START_MS = 30_000;

const STOPPED =
  'The trainer stopped: the browser ended its worker, perhaps for lack of memory. Reload the page to go on.';

const SENTENCE =
  'The trainer could not start: this browser blocked or failed to load its worker. Reload the page; if that does not help, use a current version of Chrome, Edge, Firefox or Safari.';

/** A worker that the built page started before any script of the app: scripts/vite/early.ts. */
interface Started extends Worker {
  /** What its error said, where it could not be loaded. */
  failed?: string;
}

/** It is taken up once; who needs another trainer starts one. */
function takeStarted(): Started | undefined {
  const page = globalThis as { startedTrainer?: Started };
  const { startedTrainer } = page;
  delete page.startedTrainer;
  return startedTrainer;
}

/**
 * The worker as the page sees it: typed commands, and frames through a port of their own. It may be there before anyone
 * listens: frames wait until then.
 */
export class Client {
  readonly #worker: Worker;
  readonly #remote: Comlink.Remote<TrainerApi>;
  readonly #port: MessagePort;
  readonly #calls = new PendingCalls();
  readonly #started: Promise<void>;
  #running = false;
  readonly #echoes = new Map<number, () => void>();
  #echo = 0;
  readonly #watch = new AbortController();
  #onDeath: ((message: string) => void) | undefined;
  /** Why it died, where it did before anyone listened. */
  #died: string | undefined;

  constructor() {
    const started = takeStarted();
    this.#worker =
      started ??
      new Worker(new URL('../../workers/trainer.ts', import.meta.url), { type: 'module', name: 'trainer' });
    this.#remote = Comlink.wrap<TrainerApi>(this.#worker);
    this.#worker.addEventListener('error', ({ message }) => {
      this.#die(message);
    });
    this.#worker.addEventListener('messageerror', () => {
      this.#die('a message could not be read');
    });
    if (started?.failed !== undefined) this.#die(started.failed);
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const lock = `collapse-lab:trainer:${newId()}`;
    const connected = this.#remote.connect(Comlink.transfer(port2, [port2]), document.baseURI, lock);
    this.#started = this.#calls.until(connected);
    const late = setTimeout(() => {
      this.#die('it did not answer');
    }, START_MS);
    this.#started
      .then(
        () => {
          this.#running = true;
          this.#outlive(lock);
        },
        (error: unknown) => {
          this.#die(error instanceof Error ? error.message : '');
        },
      )
      .finally(() => {
        clearTimeout(late);
      });
  }

  /** From now on frames come, those first that were sent before. To be called once. */
  listen(onFrame: (frame: Frame) => void, onDeath: (message: string) => void): void {
    this.#onDeath = onDeath;
    this.#port.onmessage = ({ data }: MessageEvent<ToPage>) => {
      if (data.kind === 'frame') onFrame(data);
      else {
        this.#echoes.get(data.id)?.();
        this.#echoes.delete(data.id);
      }
    };
    if (this.#died !== undefined) onDeath(this.#died);
  }

  /** The worker is gone: calls that wait are rejected, and the listener is told. The first reason counts. */
  #die(detail: string): void {
    if (this.#watch.signal.aborted) return;
    this.#watch.abort();
    this.#died = this.#running ? STOPPED : detail ? `${SENTENCE} (${detail})` : SENTENCE;
    this.#calls.end(new Error(this.#died));
    this.#onDeath?.(this.#died);
  }

  /** A worker that is killed, by the system or by itself, tells nobody; but its lock becomes free. */
  #outlive(lock: string): void {
    const locks = navigator.locks as LockManager | undefined;
    locks
      ?.request(lock, { signal: this.#watch.signal }, () => {
        this.#die('');
      })
      .catch(() => undefined);
  }

  /** Calls the worker; rejects, instead of waiting for ever, when it is dead. */
  async call<K extends keyof TrainerApi>(
    method: K,
    ...args: Parameters<TrainerApi[K]>
  ): Promise<Awaited<ReturnType<TrainerApi[K]>>> {
    const remote = this.#remote[method] as unknown as (
      ...given: Parameters<TrainerApi[K]>
    ) => ReturnType<TrainerApi[K]>;
    // Sent at once: the worker hears it after what it was connected by.
    const [answer] = await Promise.all([this.#calls.until<unknown>(remote(...args)), this.#started]);
    return answer as Awaited<ReturnType<TrainerApi[K]>>;
  }

  /** Resolves when every frame that the worker has sent so far is here: answers and frames come by different ways. */
  async settle(): Promise<void> {
    const id = ++this.#echo;
    const back = new Promise<void>((resolve) => this.#echoes.set(id, resolve));
    this.#port.postMessage({ kind: 'echo', id } satisfies FromPage);
    await this.#calls.until(back);
  }

  /** Asks for the next frame. */
  drawn(): void {
    this.#port.postMessage({ kind: 'drawn' } satisfies FromPage);
  }

  dispose(): void {
    this.#watch.abort();
    this.#calls.end(new Error('The trainer was replaced.'));
    this.#worker.terminate();
    this.#port.close();
  }
}
