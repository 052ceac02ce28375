import type {
  Change,
  EngineInfo,
  ExecutorId,
  KeptRun,
  Loaded,
  Metrics,
  RunLog,
  Sample,
} from '../engine/protocol.ts';
import { loadLab } from '../labs/index.ts';
import type { Lab, Problem } from '../labs/lab.ts';
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
  /** The last run of each lab that was left, by lab, and how the history knows it. */
  readonly #left: Partial<Record<string, { run: KeptRun; id: string; parent: string }>> = {};
  /** How many runs are being made, and what resolves when they are. */
  #making = 0;
  #made: Promise<unknown> = Promise.resolve();
  /** Counts what asks for another run: of several that are asked for at the same time, the last one counts. */
  #requests = 0;
  /** Gets ready what the page shows of a lab, before a run of it is shown. */
  readonly #prepare: (lab: string) => Promise<unknown>;
  readonly #begun: Promise<void>;
  #onBegun: () => void = () => undefined;
  #onNoLab: (error: Error) => void = () => undefined;
  readonly #first: Promise<void>;
  #onFirst: () => void = () => undefined;
  #onNone: (error: Error) => void = () => undefined;

  /**
   * @param client a trainer that was started already
   * @param prepare loads what panels show of a lab; rejects with a sentence
   */
  constructor(
    version: string,
    client = new Client(),
    prepare: (lab: string) => Promise<unknown> = () => Promise.resolve(),
  ) {
    super();
    this.#version = version;
    this.#prepare = prepare;
    this.#begun = new Promise((...settle) => ([this.#onBegun, this.#onNoLab] = settle));
    this.#begun.catch(() => undefined);
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
        this.receive(frame);
      },
      (message) => {
        void this.#died(message);
      },
    );
    return client;
  }

  /** Shows a lab whose first run is to come: its knobs stand on the page before the trainer answers. */
  begin(lab: Lab): void {
    if (!this.hasLab) this.lab = lab;
    this.#onBegun();
  }

  /** Resolves when the first run is there with a frame, and all that was wrong with it is known. */
  async ready(): Promise<EngineInfo> {
    await this.#first;
    return this.engine;
  }

  /** Makes a run that was kept the run of the page, paused where it stopped. @throws Error with a sentence */
  async reopen(run: KeptRun, id = newId(), parent = ''): Promise<void> {
    this.#command();
    await this.#begun;
    await this.#replace(async () => {
      const { withDefaults } = this.#late ?? (await this.#reader());
      const lab = await loadLab(run.log.lab);
      const whole = withDefaults(run, lab);
      const arrival = { lab, naming: { id, parent }, problems: [], source: undefined };
      return { arrival, make: () => this.#client.call('open', whole) };
    });
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
    await this.#begun;
    await this.#replace(async () => {
      const { readRequest } = this.#late ?? (await this.#reader());
      const { lab, preset, seed } = this;
      const resolved = await readRequest(request, { lab, preset, seed, executor: this.origin.pinned });
      const log: RunLog = { ...resolved.log, free: free && !!resolved.free };
      const problems = [...known, ...resolved.problems];
      const arrival = { lab: resolved.lab, naming: { parent: '' }, problems, source: resolved.source };
      // Asked for by name it is that executor or an error; what a link or a log names may be of another machine.
      const insist = request.executor !== undefined;
      return { arrival, make: () => this.#client.call('load', log, undefined, insist) };
    });
    return this.config;
  }

  /** Changes to another lab: to its run as it was left, paused, or to its opening where it was not open before. */
  async visit(lab: string): Promise<void> {
    if (lab === this.lab.id) return;
    // The state that comes with the pause is the one to come back to.
    if (this.phase === 'ready' && this.playing) await this.pause();
    const left = this.#left[lab];
    if (left) await this.reopen(left.run, left.id, left.parent);
    else await this.load({ lab, seed: 0 });
  }

  /** Takes a run that the trainer began before the page was there for the run of the page. */
  async takeUp({ lab, pace, loaded }: Begun): Promise<void> {
    this.#command();
    this.speedLimit = pace;
    await this.#arrival(() => loaded, { lab, naming: { parent: '' } }, true);
  }

  /** Moves knobs: live ones at the next step, others by a new run from step 0. @throws ConfigError by name */
  async set(given: Readonly<Record<string, unknown>>): Promise<void> {
    this.#command();
    const { readSet } = this.#late ?? (await this.#reader());
    // What is asked for while a run is being made is meant for that run.
    while (this.#making > 0) await this.#made;
    const asked = readSet(this, this.origin, given);
    if ('restart' in asked) {
      const { playing, lab, id } = this;
      await this.#arrival(() => this.#client.call('load', asked.restart), { lab, naming: { parent: id } });
      if (playing) this.play();
      this.notice = { kind: 'restarted', text: asked.text };
      return;
    }
    const { knobs } = asked;
    this.knobs = { ...this.knobs, ...knobs };
    await this.#moves.set(knobs);
    await this.#client.settle();
    const isSame = this.#sameRun();
    const metrics = await this.#client.call('metrics');
    if (isSame()) this.metrics = metrics;
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
    this.arrive(await this.#client.call('reset'), { lab, naming: { parent: id } });
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
    const isSame = this.#sameRun();
    const metrics = await this.#pausing(answer);
    if (isSame()) this.metrics = metrics;
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
      this.#client.call(which).then(async (undone) => {
        const { loaded } = undone;
        // It was on the page before, so that its lab is there.
        if (loaded)
          this.arrive(loaded, { lab: await loadLab(loaded.log.lab), problems: [], source: undefined });
        return undone;
      }),
    );
    return change;
  }

  async use(executor: ExecutorId): Promise<EngineInfo> {
    this.#command();
    (this.#late ?? (await this.#reader())).known(executor);
    const isSame = this.#sameRun();
    const engine = await this.#client.call('use', executor);
    await this.#client.settle();
    if (!isSame()) return engine;
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

  /** What only the run's lab can say of its model. @throws Error where it has no such answer */
  ask<T>(question: string): Promise<T> {
    return this.#client.call('ask', question) as Promise<T>;
  }

  /** The run as its log; of a dead trainer, as far as the page has heard of it. */
  async log(): Promise<RunLog> {
    if (this.phase === 'dead' && this.loads === 0) throw new Error('No run was loaded yet.');
    const log = { ...(this.phase === 'dead' ? this.told : await this.#client.call('log')) };
    delete log.free;
    return log;
  }

  /** The run as the hash of a link. @param options as `linkOf` of late.ts takes them */
  link(options: { log?: boolean; told?: boolean } = {}): string {
    if (!this.#late || this.loads === 0) throw new Error('No run was loaded yet.');
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
      this.giveUp(text);
      throw new Error(text);
    }
  }

  /** The page has no trainer, and cannot get one. @param text why, as a sentence */
  giveUp(text: string): void {
    this.phase = 'dead';
    this.playing = false;
    this.death = text;
    const error = new Error(text);
    this.#onNone(error);
    this.#onNoLab(error);
  }

  /** A worker that died is replaced, and the run goes on from the last state that it gave. */
  async #died(message: string): Promise<void> {
    const kept = this.whole;
    if (!kept) {
      this.giveUp(message);
      return;
    }
    const { playing, id, parent, lab, metrics } = this;
    const from = kept.saved.step;
    const step = metrics?.step ?? from;
    const { Revivals, revived } = this.#late ?? (await this.#reader());
    this.#revivals ??= new Revivals();
    if (!this.#revivals.replaces(playing, step, from)) {
      this.giveUp(message);
      return;
    }
    this.#client.dispose();
    this.#client = this.#hear(new Client());
    this.forgetWorker();
    try {
      await this.#arrival(() => this.#client.call('open', revived(kept)), { lab, naming: { id, parent } });
      this.notice = { kind: 'lost', text: this.#revivals.said(step, from) };
      if (playing) this.play();
    } catch (error) {
      this.giveUp(error instanceof Error ? error.message : message);
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

  /** Whether the run on the page is still the one that it was when this was asked for. */
  #sameRun(): () => boolean {
    const { loads } = this;
    return () => this.loads === loads;
  }

  /** Makes another run the run of the page. @throws Error where a later one was asked for meanwhile */
  async #replace(ready: () => Promise<{ arrival: Arrival; make: () => Promise<Loaded> }>): Promise<void> {
    const request = ++this.#requests;
    const { arrival, make } = await ready();
    if (arrival.lab !== this.lab) await this.#prepare(arrival.lab.id);
    if (request !== this.#requests) throw new Error('Another run was loaded meanwhile.');
    await this.#arrival(make, arrival);
  }

  /** Has the worker make a run, and waits until it is on the page. @param plays whether it plays by itself */
  #arrival(make: () => Promise<Loaded>, arrival: Arrival, plays = false): Promise<void> {
    this.#making++;
    if (this.phase === 'ready') this.phase = 'loading';
    if (!plays) this.playing = false;
    this.#moves.clear();
    this.#moves.hold();
    const done = this.#arrived(make, arrival).finally(() => {
      if (--this.#making > 0) return;
      if (this.phase === 'loading') this.phase = 'ready';
      this.#moves.goOn();
    });
    this.#made = Promise.allSettled([this.#made, done]);
    return done;
  }

  async #arrived(make: () => Promise<Loaded>, arrival: Arrival): Promise<void> {
    this.arrive(await make(), arrival);
    await this.#client.settle();
    await this.#reader();
    this.#onFirst();
  }

  protected override get unconfirmed(): KnobValues {
    return this.#moves.unconfirmed;
  }

  protected override leaveLab(): void {
    const run = this.whole;
    if (run) this.#left[this.lab.id] = { run, id: this.id, parent: this.parent };
    // Knobs that were moved for this lab mean nothing in another.
    this.#moves.clear();
  }
}
