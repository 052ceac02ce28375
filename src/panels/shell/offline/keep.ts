import { mount } from 'svelte';
import type { FromOffline, ToOffline } from '../../../engine/protocol.ts';
import { messageOf } from '../../kit/host.ts';
import { offline, serviceWorkers } from './offline.svelte.ts';
import UpdatePrompt from './UpdatePrompt.svelte';

/** A page that stays open for days hears of new versions too, when somebody comes back to it. */
const LOOK_AGAIN_MS = 3_600_000;

/**
 * Has the browser keep the whole page, from the first visit on, and tells when there is a newer version. To be called
 * when everything that the first picture needs is there.
 */
export async function keepOffline(): Promise<void> {
  const workers = serviceWorkers();
  if (!workers) return;
  mount(UpdatePrompt, { target: document.body });
  let controlled = workers.controller !== null;
  workers.addEventListener('controllerchange', () => {
    // The first worker of all takes charge of the page that it came with: nothing is new.
    if (controlled) offline.taken();
    controlled = true;
  });
  workers.addEventListener('message', ({ data }: MessageEvent<FromOffline>) => {
    offline.failure = data.failed;
  });
  workers.startMessages();

  await idle();
  try {
    // What the host says about keeping files must not hide a new version.
    await workers.register(new URL('sw.js', document.baseURI), { updateViaCache: 'none' });
  } catch (error) {
    offline.failure = `The browser refused the worker that keeps the page. (${messageOf(error)})`;
  }
  const registration = await workers.getRegistration(document.baseURI);
  if (registration) follow(registration, workers);
}

function follow(registration: ServiceWorkerRegistration, workers: ServiceWorkerContainer): void {
  offline.registration = registration;
  const look = (): void => {
    const { installing, waiting, active } = registration;
    offline.fetching = installing !== null;
    if (installing) offline.failure = '';
    installing?.addEventListener('statechange', look);
    if (waiting && workers.controller && offline.update === '') offline.update = 'waiting';
    // Counts anew what it shows, if anybody looks.
    if (active && offline.kept) void offline.count();
  };
  registration.addEventListener('updatefound', look);
  look();
  registration.active?.postMessage('opened' satisfies ToOffline);

  let looked = Date.now();
  document.addEventListener('visibilitychange', () => {
    if (document.hidden || Date.now() - looked < LOOK_AGAIN_MS) return;
    looked = Date.now();
    registration.update().catch(() => undefined);
  });
}

/** When the browser has nothing better to do; not every browser says so. */
const idle = (): Promise<void> =>
  new Promise((resolve) => {
    if ('requestIdleCallback' in window)
      requestIdleCallback(
        () => {
          resolve();
        },
        { timeout: 10_000 },
      );
    else setTimeout(resolve, 2000);
  });
