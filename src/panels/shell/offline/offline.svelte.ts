import type { Kept, ToOffline } from '../../../engine/protocol.ts';

/** Where there is no secure connection, browsers have none; types do not know that. */
export const serviceWorkers = (): ServiceWorkerContainer | undefined =>
  (navigator as Partial<Navigator>).serviceWorker;

/** How this page stands with the worker that keeps it for use without a connection. `keep.ts` keeps it up to date. */
class Offline {
  registration = $state.raw<ServiceWorkerRegistration | undefined>();
  /** A version is being fetched. */
  fetching = $state(false);
  /** Why the last try failed, as a sentence. */
  failure = $state('');
  /** What the worker in force has kept; asked for by {@link count}. */
  kept = $state.raw<Kept | undefined>();
  /** A newer version waits to be taken, or was taken by another tab. */
  update = $state<'' | 'waiting' | 'taken'>('');
  #accepted = false;

  /** Takes the new version; the page comes back with it. */
  accept(): void {
    const waiting = this.registration?.waiting;
    this.#accepted = true;
    if (waiting) waiting.postMessage('accept' satisfies ToOffline);
    // Another tab was faster.
    else location.reload();
  }

  /** Another version is in force. Only the tab that asked for it reloads: another may be in the middle of a run. */
  taken(): void {
    if (this.#accepted) location.reload();
    else this.update = 'taken';
  }

  async count(): Promise<void> {
    const worker = this.registration?.active;
    if (!worker) return;
    const { port1, port2 } = new MessageChannel();
    const answer = new Promise<Kept>((resolve) => {
      port1.onmessage = ({ data }: MessageEvent<Kept>) => {
        resolve(data);
      };
    });
    worker.postMessage('count' satisfies ToOffline, [port2]);
    this.kept = await answer;
    port1.close();
  }
}

export const offline = new Offline();
