import type { Change, EngineInfo, ExecutorId, Metrics, RunLog, Sample } from '../engine/protocol.ts';
import { labs, loadLab } from '../labs/index.ts';
import type { Problem } from '../labs/lab.ts';
import type { Config } from '../run/documents/config.ts';
import type { RunSummary } from './keptRuns.ts';
import type { Report } from '../run/doctor.ts';
import type { LoadRequest } from '../run/documents/request.ts';
import type { Run } from '../run/run.svelte.ts';
import { linkOf } from '../panels/dialogs/share/linkOf.ts';
import { loadPage, pageOf } from '../panels/labs/pages.svelte.ts';
import type { Knob } from '../terms/knob.ts';

export interface LabInfo {
  id: string;
  title: string;
  text: string;
  knobs: Omit<Knob, 'inactive' | 'check' | 'formula'>[];
  presets: { id: string; title: string; text: string }[];
}

/** `window.lab`, with what the open lab adds to it (`LabPage.console`): documented in docs/console.md, for demos and for pages that embed this one. Every method rejects with an Error. */
export interface Lab {
  version: string;
  ready: () => Promise<EngineInfo>;
  /** Loads what it lists. */
  labs: () => Promise<LabInfo[]>;
  load: (what?: LoadRequest | { checkpoint: Uint8Array }) => Promise<Config>;
  config: () => Config;
  set: (knobs: Record<string, number | boolean | string>) => Promise<void>;
  play: () => void;
  pause: () => Promise<void>;
  reset: () => Promise<void>;
  step: (n?: number) => Promise<Metrics>;
  jump: (step: number) => Promise<Metrics>;
  undo: () => Promise<Change | undefined>;
  redo: () => Promise<Change | undefined>;
  metrics: () => Metrics;
  series: () => Record<string, number[]>;
  samples: (n?: number) => Promise<Sample[]>;
  engine: () => EngineInfo;
  use: (executor: ExecutorId) => Promise<EngineInfo>;
  parameters: () => Promise<Float32Array>;
  problems: () => readonly Problem[];
  share: (options?: { log?: boolean }) => string;
  log: () => Promise<RunLog>;
  doctor: (yaml?: string) => Promise<Report>;
  export: (kind: string) => Promise<string>;
  /** The run with weights, moments and curves, as a safetensors file. */
  checkpoint: () => Promise<Uint8Array>;
  /** What is kept in this browser, newest first. */
  runs: () => Promise<RunSummary[]>;
  open: (id: string) => Promise<Config>;
}

const whole = async () => import('./keptRuns.ts');

export function consoleApi(run: Run, version: string): Lab {
  const metrics = (): Metrics => {
    if (!run.metrics) throw new Error('Nothing is measured yet: await lab.ready() first.');
    return run.metrics;
  };
  const api: Lab = {
    version,
    ready: async () => {
      const engine = await run.ready();
      // A page that does not load says so itself; the run is there all the same.
      await loadPage(run.lab.id).catch(() => undefined);
      return engine;
    },
    labs: async () =>
      (await Promise.all(labs.map(({ id }) => loadLab(id)))).map(({ id, title, text, knobs, presets }) => ({
        id,
        title,
        text,
        // Plain data: functions do not pass to other pages and tools.
        knobs: JSON.parse(
          JSON.stringify(knobs, (key, value: unknown) => (key === 'formula' ? undefined : value)),
        ) as LabInfo['knobs'],
        presets: presets.map((preset) => ({ id: preset.id, title: preset.title, text: preset.text })),
      })),
    load: async (what = {}) =>
      // What is no object is refused by the run.
      Object.hasOwn(Object(what) as object, 'checkpoint')
        ? (await whole()).loadCheckpoint(run, what)
        : run.load(what as LoadRequest, false),
    config: () => run.config,
    set: (knobs) => run.set(knobs),
    play: () => {
      run.play();
    },
    pause: () => run.pause(),
    reset: () => run.reset(),
    step: (n = 1) => run.step(n),
    jump: (step) => run.jump(step),
    undo: () => run.undo(),
    redo: () => run.redo(),
    metrics,
    series: () => run.series.toRecord(),
    samples: (n = 10) => run.samples(n),
    engine: () => run.engine,
    use: (executor) => run.use(executor),
    parameters: () => run.parameters(),
    problems: () => run.problems,
    share: (options = {}) => linkOf(run, options),
    log: () => run.log(),
    doctor: async (yaml) => (await import('../run/doctor.ts')).report(run, yaml),
    export: (kind) => run.export(kind),
    checkpoint: async () => (await whole()).checkpoint(run, version),
    runs: async () => (await whole()).runs(),
    open: async (id) => (await whole()).openRun(run, id),
  };
  return withLab(api, () => (run.hasLab && pageOf(run.lab.id)?.console?.(run)) || {});
}

/** The methods of the page, and those that only the open lab has, for as long as it is open. */
function withLab(api: Lab, own: () => object): Lab {
  return new Proxy(api, {
    get: (target, key): unknown => (key in target ? Reflect.get(target, key) : Reflect.get(own(), key)),
    has: (target, key) => key in target || key in own(),
    ownKeys: (target) => [...new Set([...Reflect.ownKeys(target), ...Reflect.ownKeys(own())])],
    getOwnPropertyDescriptor: (target, key) =>
      Reflect.getOwnPropertyDescriptor(target, key) ?? Reflect.getOwnPropertyDescriptor(own(), key),
  });
}
