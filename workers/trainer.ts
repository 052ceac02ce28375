import * as Comlink from 'comlink';
import { Player } from '../src/engine/player.ts';
import type { FromPage, ToPage, TrainerApi } from '../src/engine/protocol.ts';
import { sharedKernels } from '../src/engine/wasm/wasmKernels.ts';
import { runtimeOf } from '../src/labs/runtimes.ts';
import { findAdapter } from './adapter.ts';
import { createExecutor, refuge } from './executors.ts';
import { held } from './held.ts';
import { readPublic } from './readPublic.ts';
import { rest } from './rest.ts';

// What nearly every run needs: compiled while the data are made. Who makes an executor is told what went wrong.
sharedKernels().catch(() => undefined);

let frames: MessagePort | undefined;
let base = '';

const player = new Player({
  build: async (log) => {
    const runtime = await runtimeOf(log.lab);
    return runtime.build(log, (path) => readPublic(path, base));
  },
  createExecutor,
  refuge,
  send: (frame, transfer) => frames?.postMessage(frame satisfies ToPage, transfer),
  now: () => performance.now(),
  // For whoever measures the start: in the worker's own timeline.
  trained: () => performance.mark('first-step'),
  rest,
  adapter: findAdapter,
});

const api: TrainerApi = {
  connect: async (port, address, lock) => {
    frames = port;
    base = address;
    port.onmessage = ({ data }: MessageEvent<FromPage>) => {
      if (data.kind === 'drawn') player.answered();
      else port.postMessage(data satisfies ToPage);
    };
    await held(lock);
  },
  load: (run, begin, insist) => player.load(run, begin, insist),
  open: (run) => player.open(run),
  set: (knobs, gesture) => player.set(knobs, gesture),
  play: () => player.play(),
  pause: () => player.pause(),
  reset: () => player.reset(),
  step: (n) => player.step(n),
  jump: (step) => player.jump(step),
  undo: () => player.undo(),
  redo: () => player.redo(),
  use: (executor) => player.use(executor),
  limit: (stepsPerSecond) => {
    player.limit(stepsPerSecond);
    return Promise.resolve();
  },
  visible: (visible) => {
    player.visible(visible);
    return Promise.resolve();
  },
  metrics: () => player.metrics(),
  series: () => Promise.resolve(player.series()),
  samples: (n) => player.samples(n),
  parameters: () => player.parameters(),
  log: () => Promise.resolve(player.log()),
  ask: (question) => player.ask(question),
};

Comlink.expose(api);
