import type {
  Change,
  EngineInfo,
  ExecutorId,
  KeptRun,
  Loaded,
  Metrics,
  RunLog,
  Sample,
  TemperatureFit,
} from '../engine/protocol.ts';
import { labById } from '../labs/index.ts';
import type { Problem } from '../labs/lab.ts';
import type { KnobValues } from '../terms/knob.ts';
import type { Begun } from './begin.ts';
import { Client } from './client.ts';
import type { Config } from './documents/config.ts';
import type { Keepable } from './kept/kept.ts';
import { newId } from './id.ts';
import type { LoadRequest } from './documents/request.ts';
import { Heard, type Arrival } from './state/heard.svelte.ts';
import type * as late from './state/late.ts';
import { Moves } from './state/moves.ts';

/** As the trainer counts them. */
const MAX_STEPS = 10_000_000;

export type { Phase } from './state/shown.svelte.ts';

/**
 * The run as the page sees it, and the only caller of the worker. All times are the worker's; the page never waits for
 * it, only the caller of a command does.
 */
export class Run extends Heard implements Keepable {
  /** Commands given so far, by whomever: what starts by itself looks here whether somebody else has taken over. */
  commands = 0;
  #client: Client;
  readonly #version: string;
  readonly #loading = import('./state/late.ts');
  #late: typeof late | undefined;
  #revivals: late.Revivals | undefined;
  readonly #moves: Moves;
  /** Runs that are being made. */
  #bringing = 0;
  readonly #first: Promise<void>;
  #onFirst: () => void = () => undefined;
  #onNone: (error: Error) => void = () => undefined;

  /** @param client a trainer that was started already */
  constructor(version: string, client = new Client()) {
    super();
    this.#version = version;
    this.#first = new Promise((...settle) => ([this.#onFirst, this.#onNone] = settle));
    this.#first.catch(() => undefined);
    this.#loading.then(
      (loaded) => (this.#late = loaded),
      () => undefined,
    );
    this.#moves = new Moves(
      (knobs, gesture) => this.#client.call('set', knobs, gesture),
      () => this.playing,
    );
    this.#client = this.#hear(client);
  }

  #hear(client: Client): Client {
    client.listen(
      (frame) => {
        this.take(frame, this.#moves.unconfirmed);
      },
      (message) => {
        void this.#died(message);
      },
    );
    return client;
  }

  /** Resolves when the first run is there with a frame, and all that was wrong with it is known. */
  async ready(): Promise<EngineInfo> {
    await this.#first;
    return this.engine;
  }

  /** Makes a run that was kept the run of the page, paused where it stopped. @throws Error with a sentence */
  async reopen(run: KeptRun, id = newId(), parent = ''): Promise<void> {
    this.#command();
    const lab = labById(run.log.lab);
    const whole = (this.#late ?? (await this.#reader())).withDefaults(run, lab);
    const arrival = { lab, naming: { id, parent }, problems: [], source: undefined };
    await this.#bring(() => this.#client.call('open', whole), arrival);
  }

  /**
   * Makes a run, paused at step 0. What of a document is wrong is repaired, and named in `problems`.
   *
   * @param free whether it may be handed over by itself where nobody chose who trains: a visitor wants it fast, a script
   *   wants the same numbers wherever it runs
   * @param known what was wrong before, such as with a link that led to no run
   */
  async load(request: LoadRequest = {}, free = true, known: readonly Problem[] = []): Promise<Config> {
    this.#command();
    const { readRequest } = this.#late ?? (await this.#reader());
    const { lab, preset, seed } = this;
    const resolved = await readRequest(request, { lab, preset, seed, executor: this.origin.pinned });
    const log: RunLog = { ...resolved.log, free: free && !!resolved.free };
    const { lab: its, source } = resolved;
    const problems = [...known, ...resolved.problems];
    const arrival = { lab: its, naming: { parent: '' }, problems, source };
    // Asked for by name it is that executor or an error; what a link or a log names may be of another machine.
    const insist = request.executor !== undefined;
    await this.#bring(() => this.#client.call('load', log, undefined, insist), arrival);
    return this.config;
  }

  /** Takes a run that the trainer began before the page was there for the run of the page. */
  async takeUp({ lab, pace, loaded }: Begun): Promise<void> {
    this.#command();
    this.speedLimit = pace;
    await this.#bring(() => loaded, { lab, naming: { parent: '' } }, true);
  }

  /** Moves knobs: live ones at the next step, others by a new run from step 0. @throws ConfigError by name */
  async set(given: Readonly<Record<string, unknown>>): Promise<void> {
    this.#command();
    const asked = (this.#late ?? (await this.#reader())).readSet(this, this.origin, given);
    if ('restart' in asked) {
      const { playing, lab, id } = this;
      await this.#bring(() => this.#client.call('load', asked.restart), { lab, naming: { parent: id } });
      if (playing) this.play();
      this.notice = { kind: 'restarted', text: asked.text };
      return;
    }
    const { knobs } = asked;
    this.knobs = { ...this.knobs, ...knobs };
    await this.#moves.set(knobs);
    await this.#client.settle();
    this.metrics = await this.#client.call('metrics');
  }

  /**
   * Moves live knobs as part of a gesture, until `release`: shows them at once, and sends them as often as the log may
   * have them. What is moved in one gesture is one change.
   *
   * @throws Error by name
   */
  move(given: KnobValues): void {
    this.commands++;
    // Before this is loaded nothing can move a knob but the page's own handles, which keep to their ranges.
    const knobs = this.#late?.readDrag(this, given) ?? given;
    this.knobs = { ...this.knobs, ...knobs };
    this.#moves.drag(knobs);
  }

  /** Ends a gesture: its last values go at once. Resolves when the run has taken them. */
  async release(): Promise<void> {
    this.commands++;
    await this.#moves.release();
    await this.#client.settle();
  }

  play(): void {
    this.#command();
    this.playing = true;
    void this.#client.call('play').catch(() => (this.playing = false));
  }

  async pause(): Promise<void> {
    this.#command();
    this.playing = false;
    await this.#client.call('pause');
    await this.#client.settle();
  }

  /** Step 0 with the same initial weights. */
  async reset(): Promise<void> {
    this.#command();
    const { playing, lab, id } = this;
    this.adopt(await this.#client.call('reset'), { lab, naming: { parent: id } });
    await this.#client.settle();
    if (playing) this.play();
  }

  async step(n = 1): Promise<Metrics> {
    (this.#late ?? (await this.#reader())).checkWhole('step(n)', n, 1, MAX_STEPS);
    this.#command();
    return this.#measured(this.#client.call('step', n));
  }

  /** Goes to a step that the run has been at, paused; another command ends the way there. */
  async jump(step: number): Promise<Metrics> {
    (this.#late ?? (await this.#reader())).checkWhole('jump(step)', step, 0, this.end);
    this.#command();
    return this.#measured(this.#client.call('jump', step));
  }

  async #measured(answer: Promise<Metrics>): Promise<Metrics> {
    const metrics = await this.#pausing(answer);
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
    this.#command();
    const { change } = await this.#pausing(
      this.#client.call(which).then((undone) => {
        const { loaded } = undone;
        if (loaded) {
          const lab = labById(loaded.log.lab);
          this.adopt(loaded, { lab, problems: [], source: undefined });
        }
        return undone;
      }),
    );
    return change;
  }

  async use(executor: ExecutorId): Promise<EngineInfo> {
    this.#command();
    (this.#late ?? (await this.#reader())).known(executor);
    const engine = await this.#client.call('use', executor);
    await this.#client.settle();
    this.origin.pinned = executor;
    this.origin.free = false;
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

  async samples(n: number): Promise<Sample[]> {
    (this.#late ?? (await this.#reader())).checkWhole('samples(n)', n, 1, MAX_STEPS);
    return this.#client.call('samples', n);
  }

  parameters(): Promise<Float32Array> {
    return this.#client.call('parameters');
  }

  fitTemperature(): Promise<TemperatureFit> {
    return this.#client.call('fitTemperature');
  }

  /** The run as its log; of a dead trainer, as far as the page has heard of it. */
  async log(): Promise<RunLog> {
    if (this.phase === 'dead' && this.labels.length === 0) throw new Error('No run was loaded yet.');
    const log = { ...(this.phase === 'dead' ? this.told : await this.#client.call('log')) };
    delete log.free;
    return log;
  }

  /** The run as the hash of a link. @param options as `linkOf` of late.ts takes them */
  link(options: { log?: boolean; told?: boolean } = {}): string {
    if (!this.#late || this.labels.length === 0) throw new Error('No run was loaded yet.');
    return this.#late.linkOf(this, this.origin, options);
  }

  async export(kind: string): Promise<string> {
    const told = this.origin.told(this.events) ? this.initial : undefined;
    return (await import('./documents/exported.ts')).exported(this, kind, this.#version, told);
  }

  /** A frame was drawn: the worker may send the next. */
  drawn(): void {
    this.#client.drawn();
  }

  /** A command ends the gesture that is being made: what is moved after it is another change. */
  #command(): void {
    this.commands++;
    void this.#moves.release();
  }

  async #reader(): Promise<typeof late> {
    try {
      return await this.#loading;
    } catch {
      const text = 'A part of the page could not be loaded. Check the connection, then reload.';
      this.#give(text);
      throw new Error(text);
    }
  }

  /** The page has no trainer any more. */
  #give(text: string): void {
    this.phase = 'dead';
    this.playing = false;
    this.death = text;
    this.#onNone(new Error(text));
  }

  /** A worker that died is replaced, and the run goes on from the last state that it gave. */
  async #died(message: string): Promise<void> {
    const kept = this.whole;
    if (!kept) {
      this.#give(message);
      return;
    }
    const { playing, id, parent, lab, metrics } = this;
    const from = kept.saved.step;
    const step = metrics?.step ?? from;
    const { Revivals, revived } = this.#late ?? (await this.#reader());
    this.#revivals ??= new Revivals();
    if (!this.#revivals.replaces(playing, step, from)) {
      this.#give(message);
      return;
    }
    this.#client.dispose();
    this.#client = this.#hear(new Client());
    this.forgetWorker();
    try {
      await this.#bring(() => this.#client.call('open', revived(kept)), { lab, naming: { id, parent } });
      this.notice = { kind: 'lost', text: this.#revivals.said(step, from) };
      if (playing) this.play();
    } catch (error) {
      this.#give(error instanceof Error ? error.message : message);
    }
  }

  /** Waits for a command that pauses the run, and for the frames that say so; one that fails may send none. */
  async #pausing<T>(answer: Promise<T>): Promise<T> {
    const given = await answer.catch(async (error: unknown) => {
      await this.#client.settle();
      // A run that plays all the same says so with its next frame.
      this.playing = false;
      throw error;
    });
    await this.#client.settle();
    return given;
  }

  /** Has the worker make another run, and takes it for the run of the page. */
  async #bring(make: () => Promise<Loaded>, arrival: Arrival, plays = false): Promise<void> {
    this.#bringing++;
    if (this.phase === 'ready') this.phase = 'loading';
    if (!plays) this.playing = false;
    this.#moves.clear();
    try {
      const loaded = await make();
      this.adopt(loaded, arrival);
      await this.#client.settle();
      // One that plays has gone on since: its frames are newer.
      if (!plays && this.isCurrent(loaded)) this.metrics = loaded.metrics;
      await this.#reader();
      this.#onFirst();
    } finally {
      if (--this.#bringing === 0 && this.phase === 'loading') this.phase = 'ready';
    }
  }
}
