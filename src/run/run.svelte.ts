import type {
  Arrays,
  EngineInfo,
  ExecutorId,
  Frame,
  Metrics,
  Notice,
  RunEvent,
  RunLog,
  Sample,
  TemperatureFit,
} from '../engine/protocol.ts';
import { labs } from '../labs/index.ts';
import type { Lab, Problem } from '../labs/lab.ts';
import type { KnobValue, KnobValues } from '../terms/knob.ts';
import * as v from 'valibot';
import { Client } from './client.ts';
import { checkKnobs, ConfigError, seedSchema, type Config } from './config.ts';
import { checkExecutor, executorIdOf } from './executors.ts';
import type * as requests from './request.ts';
import type { LoadRequest, toLink } from './request.ts';
import { SeriesStore } from './series.ts';

/** starting: nothing shown yet; loading: a run is being made; ready; dead: the worker is gone, and why is said. */
export type Phase = 'starting' | 'loading' | 'ready' | 'dead';

/**
 * The run as the page sees it, and the only caller of the worker. Big data are raw state: replaced, never proxied.
 * All times are the worker's; nothing here waits for it but the caller who asked.
 */
export class Run {
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
    executor: 'tfjs',
    backend: 'cpu',
    adapter: '',
    software: false,
    stepsPerSecond: 0,
    memory: { tensors: 0, bytes: 0 },
    members: 1,
  });
  events = $state.raw<readonly RunEvent[]>([]);
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

  readonly #client: Client;
  readonly #version: string;
  #pinned: ExecutorId | undefined;
  #startedOn: ExecutorId = 'tfjs';
  /** Events that the run was loaded with. */
  #told: readonly RunEvent[] = [];
  /** What reads and writes links and documents: loaded beside the trainer, for the first picture needs none of it. */
  readonly #requests = import('./request.ts');
  #toLink: typeof toLink | undefined;
  #run = 0;
  #moving: Record<string, KnobValue> = {};
  #sending: Promise<void> | undefined;
  readonly #first: Promise<void>;
  #onFirst: () => void = () => undefined;

  constructor(version: string) {
    this.#version = version;
    this.#requests.catch(() => undefined);
    this.#first = new Promise((resolve) => (this.#onFirst = resolve));
    this.#client = new Client(
      (frame) => {
        this.#take(frame);
      },
      (message) => {
        this.phase = 'dead';
        this.playing = false;
        this.death = message;
      },
    );
  }

  /** Resolves with the first frame. */
  async ready(): Promise<EngineInfo> {
    await this.#first;
    return this.engine;
  }

  get config(): Config {
    return { lab: this.lab.id, preset: this.preset, seed: this.seed, knobs: this.knobs };
  }

  /** Makes a run, paused at step 0. What of a document is wrong is repaired, and named in `problems`. */
  async load(request: LoadRequest = {}): Promise<Config> {
    this.commands++;
    const { resolveRequest, toLink } = await this.#reader();
    this.#toLink = toLink;
    const { log, problems, lab, source } = await resolveRequest(request, {
      lab: this.lab,
      preset: this.preset,
      seed: this.seed,
      executor: this.#pinned,
    });
    await this.#open(log, lab);
    this.#pinned = log.executor;
    this.problems = problems;
    this.source = source;
    return this.config;
  }

  /** Moves knobs: live ones at the next step, others by a new run from step 0. @throws ConfigError by name */
  async set(given: Readonly<Record<string, unknown>>): Promise<void> {
    this.commands++;
    const { seed, ...rest } = given;
    const { knobs, problems } = checkKnobs(this.lab, rest, this.knobs);
    if (seed !== undefined) {
      const checked = v.safeParse(seedSchema, seed);
      if (!checked.success) problems.push({ key: 'seed', text: checked.issues[0].message });
    }
    if (problems.length > 0) throw new ConfigError(problems);
    const structural = this.lab.knobs.filter(
      ({ key, live }) => !live && knobs[key] !== undefined && knobs[key] !== this.knobs[key],
    );
    const reseeded = seed !== undefined && seed !== this.seed;
    if (structural.length > 0 || reseeded) {
      await this.#restart({ ...this.knobs, ...knobs }, (seed as number | undefined) ?? this.seed);
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
    await this.#client.call('reset');
    await this.#client.settle();
    this.notice = undefined;
    const log = await this.#client.call('log');
    this.knobs = this.initial = log.knobs;
    this.#told = log.events;
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

  async use(executor: ExecutorId): Promise<EngineInfo> {
    checkExecutor(executor);
    this.commands++;
    const engine = await this.#client.call('use', executor);
    await this.#client.settle();
    this.#pinned = executor;
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
    if (this.phase !== 'dead') return this.#client.call('log');
    if (this.labels.length === 0) throw new Error('No run was loaded yet.');
    return {
      lab: this.lab.id,
      preset: this.preset,
      seed: this.seed,
      knobs: this.initial,
      events: this.events,
      ...(this.#pinned && { executor: this.#pinned }),
    };
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
    const plan = this.#told;
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
    if (kind === 'yaml') {
      const told = this.#telling ? this.initial : undefined;
      return (await import('./yaml.ts')).toYaml(this.lab, this.config, this.source, told);
    }
    if (kind !== 'csv' && kind !== 'json')
      throw new Error(`There is no export "${kind}". Known: yaml, csv, json.`);
    const { toCsv, toJson } = await import('./documents.ts');
    const series = this.series.toRecord();
    return kind === 'csv' ? toCsv(series) : toJson(this.#version, await this.log(), series);
  }

  /** A frame was drawn: the worker may send the next. */
  drawn(): void {
    this.#client.drawn();
  }

  /** Whether what the run was loaded with is still being told: no hand has taken over. */
  get #telling(): boolean {
    const plan = this.#told;
    return plan.length > 0 && sameEvents(this.events, plan.slice(0, this.events.length));
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
      this.series.clear();
    }
    this.playing = frame.playing;
    this.metrics = frame.metrics;
    this.engine = frame.engine;
    this.view = frame.view;
    // The same as before stays the same object: what is worked out from it need not be again.
    if (!sameEvents(this.events, frame.events)) this.events = frame.events;
    // What is moved before the first step is how the run began, and no event.
    if (frame.metrics.step === 0 && !sameValues(this.initial, frame.knobs)) this.initial = frame.knobs;
    if (frame.notice) this.notice = frame.notice;
    this.series.append(frame.series.from, frame.series.columns, frame.series.values);
    this.recorded++;
    // What is still on its way to the worker is newer than what it says.
    const knobs = { ...frame.knobs, ...this.#moving };
    if (!sameValues(this.knobs, knobs)) this.knobs = knobs;
    if (this.phase !== 'dead') this.phase = 'ready';
    this.#onFirst();
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

  async #open(log: RunLog, lab: Lab): Promise<void> {
    const before = this.phase;
    if (before === 'ready') this.phase = 'loading';
    this.playing = false;
    this.#moving = {};
    try {
      const loaded = await this.#client.call('load', log);
      this.lab = lab;
      this.preset = log.preset;
      this.seed = log.seed;
      this.knobs = this.initial = log.knobs;
      this.scene = loaded.scene;
      this.labels = loaded.labels;
      this.engine = loaded.engine;
      this.#startedOn = log.executor ?? executorIdOf(loaded.engine);
      this.#told = log.events;
      this.notice = undefined;
      await this.#client.settle();
      this.metrics = loaded.metrics;
    } finally {
      if (this.phase === 'loading') this.phase = before;
    }
  }

  async #restart(knobs: KnobValues, seed: number): Promise<void> {
    const playing = this.playing;
    await this.#open(
      {
        lab: this.lab.id,
        preset: this.preset,
        seed,
        knobs,
        events: [],
        ...(this.#pinned && { executor: this.#pinned }),
      },
      this.lab,
    );
    if (playing) this.play();
  }
}

function sameValues(a: KnobValues, b: KnobValues): boolean {
  const keys = Object.keys(b);
  return keys.length === Object.keys(a).length && keys.every((key) => a[key] === b[key]);
}

const sameEvents = (a: readonly RunEvent[], b: readonly RunEvent[]): boolean =>
  a.length === b.length &&
  a.every(({ step, key, value }, i) => {
    const other = b[i];
    return other?.step === step && other.key === key && other.value === value;
  });
