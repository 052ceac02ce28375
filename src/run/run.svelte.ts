import {
  executorIdOf,
  type Arrays,
  type Change,
  type EngineInfo,
  type ExecutorId,
  type Frame,
  type KeptRun,
  type Loaded,
  type Metrics,
  type Notice,
  type RunEvent,
  type RunLog,
  type Sample,
  type Saved,
  type TemperatureFit,
} from '../engine/protocol.ts';
import { labById, labs } from '../labs/index.ts';
import type { Lab, Problem } from '../labs/lab.ts';
import type { KnobValue, KnobValues } from '../terms/knob.ts';
import type { Begun } from './begin.ts';
import { Client } from './client.ts';
import type { Config } from './config.ts';
import type { Keepable } from './history/kept.ts';
import { newId } from './id.ts';
import { Lines } from './lines.ts';
import type * as requests from './request.ts';
import type { LoadRequest, toLink } from './request.ts';
import { sameEvents } from './sameEvents.ts';
import { SeriesStore } from './series.ts';

/** starting: nothing shown yet; loading: a run is being made; ready; dead: the worker is gone, and why is said. */
export type Phase = 'starting' | 'loading' | 'ready' | 'dead';

/** Workers that die again and again are not worth the wait: this many within a minute. */
const MAX_REVIVALS = 3;

/**
 * The run as the page sees it, and the only caller of the worker. Big data are raw state: replaced, never proxied.
 * All times are the worker's; nothing here waits for it but the caller who asked.
 */
export class Run implements Keepable {
  phase = $state<Phase>('starting');
  /** Why the page has no trainer, where it has none. */
  death = $state('');
  lab = $state.raw<Lab>(labs[0] as Lab);
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
  /** The last step that this run was trained to: its step is less where somebody has gone back in it. */
  end = $state(0);
  /** What undo would take back, and redo bring back. */
  undoable = $state.raw<Change | undefined>(undefined);
  redoable = $state.raw<Change | undefined>(undefined);
  /** Names the run: another after each load, restart and branch, and the same again where one is opened again. */
  id = $state('');
  /** The run that this one was branched, restarted or reset from; empty where it began by itself. */
  parent = $state('');
  notice = $state.raw<Notice | undefined>(undefined);
  problems = $state.raw<readonly Problem[]>([]);
  /** What is true: sent once for each run. */
  scene = $state.raw<Arrays>({});
  labels = $state.raw<readonly string[]>([]);
  /** What the model says now. */
  view = $state.raw<Arrays>({});
  /** Counts changes of `series`, which is not reactive itself. */
  recorded = $state(0);
  speedLimit = $state(0);
  readonly series = new SeriesStore();
  /** Commands given so far, by whomever: what starts by itself looks here whether somebody else has taken over. */
  commands = 0;
  /** The YAML that the run was loaded from, until another run is loaded: an export keeps its comments. */
  source: string | undefined;

  /** Whether the page itself began this run, as its opening story. */
  opening = false;

  #client: Client;
  readonly #version: string;
  #pinned: ExecutorId | undefined;
  /** Nobody chose who trains: the trainer may hand over by itself. */
  #free = false;
  #startedOn: ExecutorId = 'wasm';
  /** Events that the run was loaded with. */
  #plan: readonly RunEvent[] = [];
  /** What reads and writes links and documents: loaded beside the trainer, for the first picture needs none of it. */
  readonly #requests = import('./request.ts');
  #toLink: typeof toLink | undefined;
  #run = 0;
  /** The run whose log is known here: its first frame comes before that. */
  #adopted = 0;
  /** The last run of which a frame had something to say. */
  #noticed = 0;
  readonly #lines = new Lines();
  #branch = 0;
  /** Who the run is that is being loaded. */
  #next: { id?: string; parent: string } = { parent: '' };
  #saved: Saved | undefined;
  #early: Saved | undefined;
  #watchers: readonly ((saved: Saved) => void)[] = [];
  /** How far the run was when a worker was last replaced: one that dies without getting further is not replaced. */
  #revivedAt = -1;
  /** When, in ms. */
  #revivals: number[] = [];
  #moving: Record<string, KnobValue> = {};
  #sending: Promise<void> | undefined;
  readonly #first: Promise<void>;
  #onFirst: () => void = () => undefined;

  /** @param client a trainer that was started already */
  constructor(version: string, client = new Client()) {
    this.#version = version;
    this.#requests.catch(() => undefined);
    this.#first = new Promise((resolve) => (this.#onFirst = resolve));
    this.#client = this.#hear(client);
  }

  #hear(client: Client): Client {
    client.listen(
      (frame) => {
        this.#take(frame);
      },
      (message) => {
        this.#died(message);
      },
    );
    return client;
  }

  /** Resolves with the first frame. */
  async ready(): Promise<EngineInfo> {
    await this.#first;
    return this.engine;
  }

  get config(): Config {
    return { lab: this.lab.id, preset: this.preset, seed: this.seed, knobs: this.knobs };
  }

  /** The run as its log, as far as the page has heard of it. */
  get told(): RunLog {
    return {
      lab: this.lab.id,
      preset: this.preset,
      seed: this.seed,
      knobs: this.initial,
      events: [...this.events, ...this.ahead],
      executor: this.#startedOn,
      // By itself it goes nowhere else: something was lost.
      ...(this.#free &&
        !this.events.some(({ key, value }) => key === 'executor' && value !== 'webgpu') && { free: true }),
    };
  }

  /** Nothing here is anybody's work: the opening story as it is told, or a branch on which nothing was trained. */
  get untouched(): boolean {
    const step = this.#saved?.step ?? 0;
    if (step === this.#lines.get(this.#branch)?.fork) return true;
    const told = this.#plan.at(-1)?.step ?? 0;
    return this.opening && step <= told && this.#telling;
  }

  watch(listener: (saved: Saved) => void): () => void {
    this.#watchers = [...this.#watchers, listener];
    return () => {
      this.#watchers = this.#watchers.filter((other) => other !== listener);
    };
  }

  #whole(): KeptRun | undefined {
    const saved = this.#saved;
    return saved && { log: this.told, saved, series: this.series.rows(saved.progress.rows) };
  }

  /** The whole run as data, as of the last state that the trainer gave: while it trains at most about a second old. */
  kept(): Promise<KeptRun> {
    const whole = this.#whole();
    return whole ? Promise.resolve(whole) : Promise.reject(new Error('No run was loaded yet.'));
  }

  /** Makes a run that was kept the run of the page, paused where it stopped. @throws Error with a sentence */
  async reopen(run: KeptRun, id = newId(), parent = ''): Promise<void> {
    this.commands++;
    const lab = labById(run.log.lab);
    this.#next = { id, parent };
    const { toLink, withDefaults } = await this.#reader();
    this.#toLink = toLink;
    await this.#bring(() => this.#client.call('open', withDefaults(run, lab)), lab);
    this.opening = false;
    this.source = undefined;
    this.problems = [];
  }

  /**
   * Makes a run, paused at step 0. What of a document is wrong is repaired, and named in `problems`.
   *
   * @param free whether it may be handed over by itself where nobody chose who trains: a visitor wants it fast, a script
   *   wants the same numbers wherever it runs
   */
  async load(request: LoadRequest = {}, free = true): Promise<Config> {
    this.commands++;
    const { resolveRequest, toLink } = await this.#reader();
    this.#toLink = toLink;
    const {
      log,
      problems,
      lab,
      source,
      free: may,
    } = await resolveRequest(request, {
      lab: this.lab,
      preset: this.preset,
      seed: this.seed,
      executor: this.#pinned,
    });
    this.#next = { parent: '' };
    const run: RunLog = { ...log, free: free && !!may };
    await this.#bring(() => this.#client.call('load', run), lab);
    this.opening = false;
    this.problems = problems;
    this.source = source;
    return this.config;
  }

  /** Takes a run that the trainer began before the page was there for the run of the page. */
  async takeUp({ lab, pace, loaded }: Begun): Promise<void> {
    this.commands++;
    this.#next = { parent: '' };
    this.speedLimit = pace;
    await this.#bring(() => loaded, lab, true);
    this.#toLink = (await this.#reader()).toLink;
  }

  /** Moves knobs: live ones at the next step, others by a new run from step 0. @throws ConfigError by name */
  async set(given: Readonly<Record<string, unknown>>): Promise<void> {
    this.commands++;
    const { knobs, seed } = (await this.#reader()).checkMoves(this.lab, given, this.knobs);
    const structural = this.lab.knobs.filter(
      ({ key, live }) => !live && knobs[key] !== undefined && knobs[key] !== this.knobs[key],
    );
    const reseeded = seed !== undefined && seed !== this.seed;
    if (structural.length > 0 || reseeded) {
      await this.#restart({ ...this.knobs, ...knobs }, seed ?? this.seed);
      const names = [...structural.map(({ label }) => label), ...(reseeded ? ['Seed'] : [])];
      this.notice = { kind: 'restarted', text: `${names.join(', ')}: the run restarted from step 0.` };
      return;
    }
    this.knobs = { ...this.knobs, ...knobs };
    Object.assign(this.#moving, knobs);
    await this.#send();
    await this.#client.settle();
    this.metrics = await this.#client.call('metrics');
  }

  /** For a drag: shows the values at once, and sends the latest ones whenever the worker has taken those before. */
  move(knobs: KnobValues): void {
    this.commands++;
    this.knobs = { ...this.knobs, ...knobs };
    Object.assign(this.#moving, knobs);
    void this.#send().catch(() => undefined);
  }

  play(): void {
    this.commands++;
    this.playing = true;
    void this.#client.call('play').catch(() => (this.playing = false));
  }

  async pause(): Promise<void> {
    this.commands++;
    this.playing = false;
    await this.#client.call('pause');
    await this.#client.settle();
  }

  /** Step 0 with the same initial weights. */
  async reset(): Promise<void> {
    this.commands++;
    const playing = this.playing;
    this.#next = { parent: this.id };
    this.#adopt(await this.#client.call('reset'), this.lab);
    await this.#client.settle();
    if (playing) this.play();
  }

  async step(n = 1): Promise<Metrics> {
    this.commands++;
    this.playing = false;
    const metrics = await this.#client.call('step', n);
    await this.#client.settle();
    this.metrics = metrics;
    return metrics;
  }

  /** Goes to a step that the run has been at, paused; another command ends the way there. */
  async jump(step: number): Promise<Metrics> {
    this.commands++;
    this.playing = false;
    const metrics = await this.#client.call('jump', step);
    await this.#client.settle();
    this.metrics = metrics;
    return metrics;
  }

  /** Takes back the last change, paused; undefined where there is none. */
  undo(): Promise<Change | undefined> {
    return this.#turnBack('undo');
  }

  /** Brings back what was taken back. */
  redo(): Promise<Change | undefined> {
    return this.#turnBack('redo');
  }

  async #turnBack(which: 'undo' | 'redo'): Promise<Change | undefined> {
    this.commands++;
    this.playing = false;
    const { change, loaded } = await this.#client.call(which);
    if (loaded) this.#adopt(loaded, labById(loaded.log.lab));
    await this.#client.settle();
    return change;
  }

  async use(executor: ExecutorId): Promise<EngineInfo> {
    this.commands++;
    (await this.#reader()).known(executor);
    const engine = await this.#client.call('use', executor);
    await this.#client.settle();
    this.#pinned = executor;
    this.#free = false;
    this.engine = engine;
    return engine;
  }

  async limit(stepsPerSecond: number): Promise<void> {
    this.speedLimit = stepsPerSecond;
    await this.#client.call('limit', stepsPerSecond);
  }

  visible(visible: boolean): void {
    void this.#client.call('visible', visible).catch(() => undefined);
  }

  samples(n: number): Promise<Sample[]> {
    return this.#client.call('samples', n);
  }

  parameters(): Promise<Float32Array> {
    return this.#client.call('parameters');
  }

  /** The run as its log; of a dead trainer, as far as the page has heard of it. */
  async log(): Promise<RunLog> {
    if (this.phase === 'dead' && this.labels.length === 0) throw new Error('No run was loaded yet.');
    const log = { ...(this.phase === 'dead' ? this.told : await this.#client.call('log')) };
    delete log.free;
    return log;
  }

  /**
   * The run as the hash of a link, without the #: the configuration as it is now, or the run from step 0 with all that
   * was changed, on the executor that it began on.
   *
   * @param told what is being replayed, and was not taken over by a hand, as it was told: with its events ahead
   */
  link({ log = false, told = false }: { log?: boolean; told?: boolean } = {}): string {
    const toLink = this.#toLink;
    if (!toLink) throw new Error('No run was loaded yet.');
    const of = { lab: this.lab.id, preset: this.preset, seed: this.seed };
    const plan = this.#plan;
    if (this.#telling) {
      const preset = this.lab.presets.find(({ id }) => id === this.preset);
      // What a preset tells by itself needs no words.
      if (preset && sameEvents(plan, preset.events)) return toLink({ ...of, knobs: this.initial });
      if (told) return toLink({ ...of, knobs: this.initial, events: plan, executor: this.#startedOn });
    }
    return toLink({
      ...of,
      knobs: log ? this.initial : this.knobs,
      ...(log && { events: this.events, executor: this.#startedOn }),
    });
  }

  fitTemperature(): Promise<TemperatureFit> {
    return this.#client.call('fitTemperature');
  }

  async export(kind: string): Promise<string> {
    const told = this.#telling ? this.initial : undefined;
    return (await import('./exported.ts')).exported(this, kind, this.#version, told);
  }

  /** A frame was drawn: the worker may send the next. */
  drawn(): void {
    this.#client.drawn();
  }

  /** Whether what the run was loaded with is still being told: no hand has taken over. */
  get #telling(): boolean {
    const plan = this.#plan;
    // Hand-overs that nobody asked for take nothing over.
    const done = this.#free ? this.events.filter(({ key }) => key !== 'executor') : this.events;
    return plan.length > 0 && sameEvents(done, plan.slice(0, done.length));
  }

  async #reader(): Promise<typeof requests> {
    try {
      return await this.#requests;
    } catch {
      const text = 'A part of the page could not be loaded. Check the connection, then reload.';
      this.phase = 'dead';
      this.death = text;
      throw new Error(text);
    }
  }

  #take(frame: Frame): void {
    if (frame.run < this.#run) return;
    if (frame.run > this.#run) {
      this.#run = frame.run;
      this.#lines.at(frame.branch, frame.metrics.step, this.#next);
      this.series.clear();
    }
    if (frame.branch !== this.#branch) this.#onLine(frame);
    this.playing = frame.playing;
    if (frame.metrics.step !== this.#revivedAt) this.#revivedAt = -1;
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
    if (frame.notice) {
      this.notice = frame.notice;
      this.#noticed = frame.run;
    }
    this.series.append(frame.series.from, frame.series.columns, frame.series.values);
    this.recorded++;
    // What is still on its way to the worker is newer than what it says.
    const knobs = { ...frame.knobs, ...this.#moving };
    if (!sameValues(this.knobs, knobs)) this.knobs = knobs;
    if (this.phase === 'starting') this.phase = 'ready';
    if (frame.saved) {
      if (frame.run === this.#adopted) this.#keep(frame.saved);
      else this.#early = frame.saved;
    }
    this.#onFirst();
  }

  #keep(saved: Saved): void {
    this.#saved = saved;
    for (const watcher of this.#watchers) watcher(saved);
  }

  /** The run of a frame is another than that of the frame before. */
  #onLine(frame: Frame): void {
    // A branch that is not yet known goes off from the run before.
    const line = this.#lines.at(frame.branch, frame.metrics.step, { parent: this.id });
    this.#branch = frame.branch;
    this.id = line.id;
    this.parent = line.parent;
  }

  /** A worker that died is replaced, and the run goes on from the last state that it gave. */
  #died(message: string): void {
    const kept = this.#whole();
    const give = (text: string): void => {
      this.phase = 'dead';
      this.playing = false;
      this.death = text;
    };
    const { playing, id, parent } = this;
    const now = performance.now();
    this.#revivals = this.#revivals.filter((at) => now - at < 60_000);
    const stuck = playing && kept?.saved.step === this.#revivedAt;
    if (!kept || stuck || this.#revivals.length >= MAX_REVIVALS) {
      give(message);
      return;
    }
    this.#revivals.push(now);
    const step = this.metrics?.step ?? kept.saved.step;
    this.#revivedAt = kept.saved.step;
    this.#client.dispose();
    this.#client = this.#hear(new Client());
    this.#run = 0;
    this.#noticed = 0;
    this.#adopted = -1;
    this.#branch = 0;
    this.#lines.clear();
    this.#next = { id, parent };
    const open = async (): Promise<Loaded> => this.#client.call('open', (await this.#reader()).revived(kept));
    this.#bring(open, this.lab).then(
      () => {
        this.notice = {
          kind: 'lost',
          text: `The trainer stopped without a word at step ${String(step)}. A new one goes on from step ${String(kept.saved.step)}.`,
        };
        if (playing) this.play();
      },
      (error: unknown) => {
        give(error instanceof Error ? error.message : message);
      },
    );
  }

  /** Sends moved knobs, one message at a time; those moved meanwhile go with the next. */
  #send(): Promise<void> {
    // With nothing to send there is no turn that would end, and so none that could be waited for.
    if (Object.keys(this.#moving).length === 0) return this.#sending ?? Promise.resolve();
    this.#sending ??= (async () => {
      try {
        while (Object.keys(this.#moving).length > 0) {
          const sent = { ...this.#moving };
          await this.#client.call('set', sent);
          this.#moving = Object.fromEntries(
            Object.entries(this.#moving).filter(([key, value]) => sent[key] !== value),
          );
        }
      } catch (error) {
        // The worker's knobs come with its next frame; what it refused must not hide them.
        this.#moving = {};
        throw error;
      } finally {
        this.#sending = undefined;
      }
    })();
    return this.#sending;
  }

  /** Has the worker make another run, and takes it for the run of the page. */
  async #bring(make: () => Promise<Loaded>, lab: Lab, plays = false): Promise<void> {
    const before = this.phase;
    if (before === 'ready') this.phase = 'loading';
    if (!plays) this.playing = false;
    this.#moving = {};
    try {
      const loaded = await make();
      this.#adopt(loaded, lab);
      await this.#client.settle();
      // One that plays has gone on since: its frames are newer.
      if (!plays) this.metrics = loaded.metrics;
    } finally {
      if (this.phase === 'loading') this.phase = before;
    }
  }

  #adopt({ run, log, knobs, scene, labels, engine, metrics }: Loaded, lab: Lab): void {
    this.lab = lab;
    this.preset = log.preset;
    this.seed = log.seed;
    this.initial = log.knobs;
    this.knobs = knobs;
    this.scene = scene;
    this.labels = labels;
    this.engine = engine;
    this.#startedOn = log.executor ?? executorIdOf(engine);
    this.#free = log.free === true;
    const last = log.events.findLast(({ key, step }) => key === 'executor' && step <= metrics.step);
    this.#pinned = this.#free ? undefined : ((last?.value as ExecutorId | undefined) ?? log.executor);
    // Of a run that is opened in its middle, what was done by hand and what was told are the same to us.
    this.#plan = log.events.some(({ step }) => step > metrics.step) || metrics.step === 0 ? log.events : [];
    // What its first frame said comes before it.
    if (this.#noticed !== run) this.notice = undefined;
    this.#adopted = run;
    // The state that came before the log to which it belongs.
    if (this.#run === run && this.#early) this.#keep(this.#early);
    this.#early = undefined;
  }

  async #restart(knobs: KnobValues, seed: number): Promise<void> {
    const playing = this.playing;
    this.#next = { parent: this.id };
    const log: RunLog = {
      lab: this.lab.id,
      preset: this.preset,
      seed,
      knobs,
      events: [],
      ...(this.#pinned && { executor: this.#pinned }),
      free: this.#free,
    };
    await this.#bring(() => this.#client.call('load', log), this.lab);
    if (playing) this.play();
  }
}

function sameValues(a: KnobValues, b: KnobValues): boolean {
  const keys = Object.keys(b);
  return keys.length === Object.keys(a).length && keys.every((key) => a[key] === b[key]);
}
