/** An executor in a worker of its own with nothing around it: what the page could reach at best. */
import * as Comlink from 'comlink';
import type { Bare } from './worker.ts';

declare global {
  interface Window {
    bare: Comlink.Remote<Bare>;
  }
}

window.bare = Comlink.wrap<Bare>(new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }));
