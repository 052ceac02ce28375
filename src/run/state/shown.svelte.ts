import type {
  Arrays,
  Change,
  EngineInfo,
  Frame,
  Loaded,
  Metrics,
  Notice,
  RunEvent,
} from '../../engine/protocol.ts';
import type { Lab, Problem } from '../../labs/lab.ts';
import type { KnobValues } from '../../terms/knob.ts';
import type { Config } from '../documents/config.ts';
import { sameEvents } from './sameEvents.ts';
import { SeriesStore } from './series.ts';

/** starting: nothing shown yet; loading: a run is being made; ready; dead: the worker is gone, and why is said. */
export type Phase = 'starting' | 'loading' | 'ready' | 'dead';

/** What panels read of the run of the page. Big data are raw state: replaced, never proxied. */
export class Shown {
  phase = $state<Phase>('starting');
  /** Why the page has no trainer, where it has none. */
  death = $state('');
  #lab = $state.raw<Lab>();
  preset = $state('');
  seed = $state(0);
  /** What the sliders show: moved at once, before the worker says so. */
  knobs = $state.raw<KnobValues>({});
  /** The same at step 0: with `events` they say how the knobs went. */
  initial = $state.raw<KnobValues>({});
  playing = $state(false);
  metrics = $state.raw<Metrics | undefined>(undefined);
  engine = $state.raw<EngineInfo>({
    executor: 'wasm',
    backend: 'wasm',
    adapter: '',
    software: false,
    stepsPerSecond: 0,
    memory: { tensors: 0, bytes: 0 },
    members: 1,
  });
  events = $state.raw<readonly RunEvent[]>([]);
  /** Those that a replay still holds. */
  ahead = $state.raw<readonly RunEvent[]>([]);
  /** The last step that this run was trained to: its step is less where the user has gone back in it. */
  end = $state(0);
  /** What undo would take back, and redo bring back. */
  undoable = $state.raw<Change | undefined>(undefined);
  redoable = $state.raw<Change | undefined>(undefined);
  /** Names the run: another after each load, restart and branch, and the same again where one is opened again. */
  id = $state('');
  /** The run that this one was branched, restarted or reset from; empty where it began by itself. */
  parent = $state('');
  notice = $state.raw<Notice | undefined>(undefined);
  /** What was wrong with what the run was loaded from, and was repaired. */
  problems = $state.raw<readonly Problem[]>([]);
  /** Counts the runs that came to the page: 0 before the first, and another number after each load, restart and reset. */
  loads = $state(0);
  /** What is true: sent once for each run. */
  scene = $state.raw<Arrays>({});
  /** Names of the classes, in order. */
  labels = $state.raw<readonly string[]>([]);
  /** What the model says now. */
  view = $state.raw<Arrays>({});
  /** Counts changes of `series`, which is not reactive itself. */
  recorded = $state(0);
  speedLimit = $state(0);
  readonly series = new SeriesStore();

  /** Whether a lab is there: before, the page has nothing to show. */
  get hasLab(): boolean {
    return this.#lab !== undefined;
  }

  /** @throws Error before the declaration of the first lab is loaded */
  get lab(): Lab {
    if (!this.#lab) throw new Error('No lab is loaded yet: await lab.ready() first.');
    return this.#lab;
  }

  protected set lab(lab: Lab) {
    this.#lab = lab;
  }

  get config(): Config {
    return { lab: this.lab.id, preset: this.preset, seed: this.seed, knobs: this.knobs };
  }

  /** @param unconfirmed values that are on their way to the worker, newer than what it says */
  protected show(frame: Frame, unconfirmed: KnobValues): void {
    this.playing = frame.playing;
    this.metrics = frame.metrics;
    this.engine = frame.engine;
    this.view = frame.view;
    // The same as before stays the same object: what is worked out from it need not be again.
    if (!sameEvents(this.events, frame.events)) this.events = frame.events;
    if (!sameEvents(this.ahead, frame.ahead)) this.ahead = frame.ahead;
    this.end = frame.end;
    this.undoable = frame.undo;
    this.redoable = frame.redo;
    // What is moved before the first step is how the run began, and no event.
    if (frame.metrics.step === 0 && !sameValues(this.initial, frame.knobs)) this.initial = frame.knobs;
    if (frame.notice) this.notice = frame.notice;
    this.series.append(frame.series.from, frame.series.columns, frame.series.values);
    this.recorded++;
    const knobs = { ...frame.knobs, ...unconfirmed };
    if (!sameValues(this.knobs, knobs)) this.knobs = knobs;
    if (this.phase === 'starting') this.phase = 'ready';
  }

  /** Another run is on the page. */
  protected showRun({ log, knobs, scene, labels, engine }: Loaded, lab: Lab): void {
    this.lab = lab;
    this.loads++;
    this.preset = log.preset;
    this.seed = log.seed;
    this.initial = log.knobs;
    this.knobs = knobs;
    this.scene = scene;
    this.labels = labels;
    this.engine = engine;
  }
}

function sameValues(a: KnobValues, b: KnobValues): boolean {
  const keys = Object.keys(b);
  return keys.length === Object.keys(a).length && keys.every((key) => a[key] === b[key]);
}
