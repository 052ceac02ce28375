/** What page and worker say to each other: types and the names of executors, so that the page's bundle holds none of the engine. */
import type { KnobValue, KnobValues } from '../terms/knob.ts';
import type { ScheduleKind, ScheduleState } from './schedules.ts';

/**
 * `wasm` is what a run starts on where nothing is asked for; `webgpu` are compiled kernels on the GPU. `tfjs` takes the WebGPU backend on a hardware adapter and
 * cpu elsewhere; with a backend behind the colon it takes that one, a software adapter included.
 */
export const EXECUTORS = ['oracle', 'wasm', 'webgpu', 'tfjs', 'tfjs:cpu', 'tfjs:webgpu'] as const;
export type ExecutorId = (typeof EXECUTORS)[number];

export interface ExecutorInfo {
  executor: 'oracle' | 'wasm' | 'webgpu' | 'tfjs';
  /** f64 TypeScript, compiled WebAssembly, or the backend of tfjs, whose device `webgpu` computes on. */
  backend: 'typescript' | 'wasm' | 'cpu' | 'webgpu';
  /** The GPU, in its own words; empty where none is used. */
  adapter: string;
  /** True where a GPU is emulated on the processor. */
  software: boolean;
  /** Of wasm: whether it computes with SIMD, which not every browser has. */
  simd?: boolean;
}

/** The id that asks for just what runs. */
export const executorIdOf = ({ executor, backend }: ExecutorInfo): ExecutorId =>
  executor !== 'tfjs' ? executor : backend === 'webgpu' ? 'tfjs:webgpu' : 'tfjs:cpu';

/** What an executor holds; tensors are tfjs's, 0 elsewhere. */
export interface Memory {
  tensors: number;
  bytes: number;
}

/** What is known of WebGPU as a trainer of a run's plan, where nobody chose one. */
export interface Race {
  /** Compiled, then measured beside wasm; `out` where it cannot take part. */
  state: 'preparing' | 'measuring' | 'measured' | 'out';
  /** The GPU, in its own words. */
  adapter: string;
  /** Training steps per second of each on this plan, where both were measured. */
  wasm?: number;
  webgpu?: number;
  /** Why it is out, as a sentence. */
  reason?: string;
}

export interface EngineInfo extends ExecutorInfo {
  /** Mean over the last second of training; 0 before. */
  stepsPerSecond: number;
  members: number;
  memory: Memory;
  race?: Race;
}

export type Status = 'ok' | 'diverged';

/** Everything is measured on the validation set, in nats. Labs add metrics of their own. */
export type Metrics = Readonly<
  {
    step: number;
    epoch: number;
    total: number;
    learningRate: number;
    /** Of the last training step, before clipping. */
    gradientNorm: number;
    status: Status;
    /** Weighted contributions to `total`. */
    terms: Readonly<Record<string, number>>;
  } & Record<string, number | string | Readonly<Record<string, number>>>
>;

/** One row of the validation set with what the model says of it, as plain data; each lab documents its own. */
export type Sample = Readonly<Record<string, unknown>>;

/** Something that changed during a run. `step` is the number of steps done before it took effect. */
export interface RunEvent {
  step: number;
  /** A live knob, or `executor` (handed over), or `pause` (the run stopped to be looked at). */
  key: string;
  value: KnobValue;
  /** The same for all events of one gesture, such as a drag, within a log; absent for a move that is no gesture. */
  gesture?: number;
}

/** A run: with the same executor it gives the same numbers again. */
export interface RunLog {
  lab: string;
  preset: string;
  seed: number;
  /** All knobs at step 0. */
  knobs: KnobValues;
  /** Pinned at step 0; absent: the fastest that is there. */
  executor?: ExecutorId;
  /** Nobody chose the executor: the run may start on the fastest, and be handed over to a faster one as it plays. */
  free?: boolean;
  /** By step; those ahead of the run are applied when it gets there. */
  events: readonly RunEvent[];
}

/** Small numbers that training has changed: plain JSON. */
export interface Progress {
  status: Status;
  /** Of the last step; null before the first, and where it was no number. */
  gradientNorm: number | null;
  /** Steps that the moments have seen. */
  optimizerSteps: number;
  /** The optimizer that the moments belong to. */
  momentsOf: KnobValue | null;
  schedule: ScheduleState;
  /** Where the knobs that moved at one step moved away from. */
  origin: { step: number; scheduler: ScheduleKind; schedule: ScheduleState } | null;
  /** Step of the last event, and of the last recorded row (-1 before the first). */
  lastEvent: number;
  recorded: number;
  /** Recorded rows that belong to it. */
  rows: number;
}

/** What training has changed, at one step: with the log of its run and the recorded rows, the run goes on from it. */
export interface Saved {
  step: number;
  /** Who trains here. */
  executor: ExecutorId;
  /** As they are in force at this step. */
  knobs: KnobValues;
  /** `[K, P]` */
  parameters: Float64Array;
  /** `[K, 2P]` */
  moments: Float64Array;
  progress: Progress;
}

/** A whole run as data: what is stored, exported and opened again where it stopped. */
export interface KeptRun {
  log: RunLog;
  saved: Saved;
  /** Recorded metrics: values `[rows, columns]`. */
  series: { columns: readonly string[]; values: Float64Array };
}

/** What of a lab's data the page draws, by name; each lab says what it sends. */
export type Arrays = Readonly<Record<string, Float32Array>>;

export interface Loaded {
  /** The number that its frames have; they may be here before this is. */
  run: number;
  engine: EngineInfo;
  metrics: Metrics;
  /** The truth behind the stage. */
  scene: Arrays;
  /** Names of the classes, in order. */
  labels: readonly string[];
  log: RunLog;
  /** As they are in force now; `log` has those at step 0. */
  knobs: KnobValues;
}

/** Something done by hand that can be taken back. */
export interface Change {
  /** Knobs moved, training handed over, back to step 0, or another run in the place of this one. */
  kind: 'knobs' | 'executor' | 'reset' | 'run';
  /** At which it was done. */
  step: number;
  /** What it moved, for `knobs`. */
  from: KnobValues;
  to: KnobValues;
}

/** What undo and redo did: `loaded` where another run has come back. */
export interface Undone {
  change: Change | undefined;
  loaded?: Loaded;
}

/** About 20 times a second while training, and after every command that changes something. */
export interface Frame {
  kind: 'frame';
  /** Counts loads; frames of an earlier load are late and dropped. */
  run: number;
  playing: boolean;
  metrics: Metrics;
  engine: EngineInfo;
  /** Rows recorded since the last frame: column names, and `[rows, columns]`. */
  series: { from: number; columns: readonly string[]; values: Float64Array };
  /** Current predictions, for the stage. */
  view: Arrays;
  /** Knobs as they are in force now. */
  knobs: KnobValues;
  /** All events that have taken effect, and those that a replay still holds. */
  events: readonly RunEvent[];
  ahead: readonly RunEvent[];
  /** The last step that this run has been trained to: `step` is less where somebody went back in time. */
  end: number;
  /** Counts runs and branches: a run that is gone back in and then goes another way is another run from there on. */
  branch: number;
  /** What undo would take back, and redo bring back, where there is something. */
  undo?: Change;
  redo?: Change;
  /** The state at this very frame, after commands and about once a second of training. */
  saved?: Saved;
  /** What happened, as a sentence, where something did. */
  notice?: Notice;
}

export interface Notice {
  kind: 'diverged' | 'lost' | 'moved' | 'restarted' | 'paused' | 'link';
  text: string;
  /** Who could train again, where it was lost and has come back. */
  offer?: ExecutorId;
}

/** How a run is shown first: steps per second at most, and whether it plays by itself. */
export interface Beginning {
  pace: number;
  play: boolean;
}

/** What the page says on the port of frames: that one was drawn, or that it wants an echo after all that was sent. */
export type FromPage = { kind: 'drawn' } | { kind: 'echo'; id: number };
export type ToPage = Frame | { kind: 'echo'; id: number };

/** The worker's side of Comlink. Every method rejects with an `Error` whose message can be shown. */
export interface TrainerApi {
  /**
   * Hands over the port on which frames come, and the address of the page, under which bundled data lie. The worker
   * holds the lock of the given name as long as it lives: a worker that is killed says nothing.
   */
  connect: (frames: MessagePort, base: string, lock: string) => Promise<void>;
  /**
   * @param begin whether it plays by itself, and at how many steps per second at most; else it is paused
   * @param insist whether the run's executor was asked for by name: then it is that one or an error; else another one
   *   trains where it cannot be had, and the page says so
   */
  load: (run: RunLog, begin?: Beginning, insist?: boolean) => Promise<Loaded>;
  /** Opens a run where it stopped, paused. @throws Error where the state does not fit the run */
  open: (run: KeptRun) => Promise<Loaded>;
  /** @param gesture moves with the same number are one change: the page counts its gestures */
  set: (knobs: KnobValues, gesture?: number) => Promise<void>;
  play: () => Promise<void>;
  pause: () => Promise<void>;
  /** Back to step 0 and to the same initial weights, with the knobs as they are now and an empty log. */
  reset: () => Promise<Loaded>;
  step: (n: number) => Promise<Metrics>;
  /** Goes to a step between 0 and the end of the run, paused: the state as it was there. */
  jump: (step: number) => Promise<Metrics>;
  /** Takes back the last change, or brings back what was taken back: weights, step and curves as they were, paused. */
  undo: () => Promise<Undone>;
  redo: () => Promise<Undone>;
  use: (executor: ExecutorId) => Promise<EngineInfo>;
  /** Steps per second at most; 0: as fast as possible. */
  limit: (stepsPerSecond: number) => Promise<void>;
  visible: (visible: boolean) => Promise<void>;
  metrics: () => Promise<Metrics>;
  series: () => Promise<Record<string, number[]>>;
  samples: (n: number) => Promise<Sample[]>;
  parameters: () => Promise<Float32Array>;
  log: () => Promise<RunLog>;
  /** What only the run's lab can say of its model, by the name of the question. @throws Error where it has no such answer */
  ask: (question: string) => Promise<unknown>;
}

/**
 * What the page says to the worker that keeps it for use without a connection: `accept` the new version, I have
 * `opened`, or `count` what is kept (answered on the port that comes along).
 */
export type ToOffline = 'accept' | 'opened' | 'count';
/** What that worker says by itself: why a version could not be kept. */
export interface FromOffline {
  failed: string;
}
/** Files that are kept, of all that there are. */
export interface Kept {
  kept: number;
  of: number;
}
