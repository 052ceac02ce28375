import type { KnobValues } from '../terms/knob.ts';
import { nextChunk } from './chunks.ts';
import type { Executor } from './executor.ts';
import { executorIdOf } from './protocol.ts';
import type {
  Beginning,
  Change,
  EngineInfo,
  ExecutorId,
  ExecutorInfo,
  Frame,
  KeptRun,
  Loaded,
  Metrics,
  Notice,
  RunLog,
  Sample,
  Saved,
  TemperatureFit,
  Undone,
} from './protocol.ts';
import type { Races, Trust } from './race.ts';
import { Session, type SessionHost } from './session.ts';
import { Deeds } from './snapshot.ts';
import type { Adapter } from './webgpu/gpu.ts';

const FRAME_MS = 50;
/** A frame costs predictions: it may take at most this share of the time. */
const FRAME_SHARE = 1 / 3;
/** At most so much training may be lost: with an executor since the last checkpoint, with the worker since the last state that the page was given. */
const CHECKPOINT_MS = 1000;
/** How long the page may leave frames unanswered before it gets the next one all the same: states come with frames. */
const ANSWER_MS = 900;
/** How soon a GPU that was lost is looked for, and at most how seldom later. */
const SEEK_MS = { first: 1000, most: 60_000 };
const MAX_STEPS = 10_000_000;
/** Moves of the same knobs within this time are one drag, and taken back as one. */
const DRAG_MS = 1000;

export interface PlayerHost extends SessionHost {
  send: (frame: Frame, transfer: Transferable[]) => void;
  now: () => number;
  /** Told once, when the first step of all was trained. */
  trained?: () => void;
  /** Lets waiting messages in. */
  rest: (milliseconds?: number) => Promise<void>;
  /** The GPU that WebGPU would take; undefined where there is none. Cheap: makes no device. */
  adapter?: () => Promise<Adapter | undefined>;
}

/** Plays a session: in chunks between which commands are heard, with frames for the page. One at a time, in order. */
export class Player {
  readonly #host: PlayerHost;
  /** Loaded when the first run may be raced. */
  #races: Races | undefined;
  readonly #trust: Trust = { lost: '' };
  /** Whether WebGPU is being made ready or raced, and the executor that is to take a run over. */
  #racing = false;
  /** Counts searches for a GPU that was lost. */
  #searches = 0;
  #winner: { session: Session; executor: Executor } | undefined;
  #session: Session | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  /** Counts loads asked for, and the one that the session came from. */
  #run = 0;
  #sessionRun = 0;
  /** Counts starts: a loop that was paused must not wake up beside its successor. */
  #loops = 0;
  #playing = false;
  #visible = true;
  #limit = 0;
  #chunk = 1;
  /** What a step took last, in milliseconds. */
  #perStep = 0;
  #speed = new Speedometer();
  #lastFrame = -Infinity;
  /** Time between the last frames. */
  #gaps: readonly number[] = [];
  #frameCost = 0;
  #unanswered = 0;
  /** Whether the page has drawn anything yet. */
  #seen = false;
  #lastCheckpoint = -Infinity;
  /** The last state that was taken, and when one was last given to the page. */
  #saved: Saved | undefined;
  #lastGiven = -Infinity;
  readonly #deeds = new Deeds();
  #drag: { keys: string; at: number } | undefined;
  /** Counts ways through the run: a new one ends the one before. */
  #journeys = 0;
  /** Whether anything was trained yet. */
  #trained = false;

  constructor(host: PlayerHost) {
    this.#host = {
      ...host,
      favourite: (plan) => this.#races?.favourite(plan),
      lost: (info, notice, reason) => {
        if (info.backend !== 'webgpu') return;
        this.#trust.lost = reason;
        if (this.#session) void this.#seek(this.#session, info, notice);
      },
    };
  }

  /** Makes a run, paused; or one that plays by itself, unless something else was asked for meanwhile. */
  load(log: RunLog, begin?: Beginning): Promise<Loaded> {
    return this.#replace({ log }, 'run', begin);
  }

  /** Opens a run where it stopped, paused. */
  open(run: KeptRun): Promise<Loaded> {
    return this.#replace(run, 'run');
  }

  async #replace(
    run: Pick<KeptRun, 'log'> & Partial<KeptRun>,
    kind: 'run' | 'reset',
    begin?: Beginning,
  ): Promise<Loaded> {
    this.#playing = false;
    const journey = ++this.#journeys;
    const number = ++this.#run;
    if (begin) this.#limit = begin.pace;
    return this.#exclusive(async () => {
      const { saved, series } = run;
      const session = await Session.open(this.#host, run.log, saved && series && { saved, series });
      if (number !== this.#run) {
        session.dispose();
        throw new Error('Another run was loaded meanwhile.');
      }
      // What nobody has trained or touched is no loss.
      if (this.#session && this.#session.step > 0) await this.#remember({ kind, from: {}, to: {} });
      return this.#take(session, number, () => begin?.play === true && journey === this.#journeys);
    });
  }

  /** @param plays asked when the run is there */
  async #take(session: Session, run: number, plays = (): boolean => false): Promise<Loaded> {
    this.#session?.dispose();
    this.#dropWinner();
    this.#session = session;
    this.#sessionRun = run;
    this.#chunk = 1;
    this.#speed = new Speedometer();
    this.#drag = undefined;
    await this.#checkpoint();
    const loaded: Loaded = {
      run,
      engine: this.#engine(session),
      metrics: await session.metrics(),
      scene: session.task.scene,
      labels: session.task.labels,
      log: session.log,
      knobs: session.knobs,
    };
    const begins = plays();
    if (begins) this.#playing = true;
    await this.#frame();
    if (begins) void this.#loop(++this.#loops);
    return loaded;
  }

  /** Keeps this moment, to come back to from what is done now. */
  async #remember(change: Omit<Change, 'step'>): Promise<void> {
    const session = this.#opened();
    const at = await session.snapshot();
    this.#deeds.add({ change: { ...change, step: session.step }, at });
    this.#drag = undefined;
  }

  undo(): Promise<Undone> {
    return this.#turnBack('undo');
  }

  redo(): Promise<Undone> {
    return this.#turnBack('redo');
  }

  async #turnBack(which: 'undo' | 'redo'): Promise<Undone> {
    this.#playing = false;
    this.#journeys++;
    return this.#exclusive(async () => {
      const session = this.#opened();
      const deed = this.#deeds.take(which, await session.snapshot());
      this.#drag = undefined;
      if (!deed) return { change: undefined };
      const { at, change } = deed;
      const anew = which === 'undo';
      if (at.start === session.start) {
        await session.comeBack(at, { anew });
        await this.#frame();
        return { change };
      }
      const other = await Session.open(this.#host, at.start);
      // A run that another one took the place of was not gone back in.
      await other.comeBack(at, { anew: false });
      return { change, loaded: await this.#take(other, ++this.#run) };
    });
  }

  /** Goes to a step of this run, paused. A later command ends the way there. */
  async jump(step: number): Promise<Metrics> {
    const { end } = this.#opened();
    if (!Number.isInteger(step) || step < 0 || step > end)
      throw new Error(`jump(step) needs a whole number from 0 to ${String(end)}, not ${String(step)}.`);
    this.#playing = false;
    const [run, journey] = [this.#run, ++this.#journeys];
    await this.#exclusive(async () => {
      if (journey === this.#journeys) await this.#opened().rewind(step);
    });
    this.#drag = undefined;
    return this.#walk(step, () => run === this.#run && journey === this.#journeys);
  }

  /** Moves live knobs at the next step boundary. */
  set(knobs: KnobValues, _gesture?: number): Promise<void> {
    return this.#change(async (session) => {
      const moved = Object.entries(knobs).filter(([key, value]) => session.knobs[key] !== value);
      if (moved.length === 0) return;
      const keys = moved.map(([key]) => key).join();
      const now = this.#host.now();
      const to = Object.fromEntries(moved);
      if (this.#drag?.keys === keys && now - this.#drag.at < DRAG_MS) this.#deeds.extend(to);
      else {
        const from = Object.fromEntries(
          moved.flatMap(([key]) => {
            const value = session.knobs[key];
            return value === undefined ? [] : [[key, value]];
          }),
        );
        await this.#remember({ kind: 'knobs', from, to });
      }
      await session.set(knobs);
      this.#drag = { keys, at: now };
    });
  }

  async use(id: ExecutorId): Promise<EngineInfo> {
    await this.#change(async (session) => {
      this.#dropWinner();
      if (session.step > 0) await this.#remember({ kind: 'executor', from: {}, to: {} });
      await session.use(id);
      // Whoever chooses it trusts it again.
      if (id === 'webgpu') this.#trust.lost = '';
      this.#chunk = 1;
      this.#speed = new Speedometer();
    });
    return this.#engine(this.#opened());
  }

  async play(): Promise<void> {
    this.#opened();
    if (this.#playing) return;
    this.#journeys++;
    this.#playing = true;
    void this.#loop(++this.#loops);
    await this.#exclusive(() => this.#frame());
  }

  async pause(): Promise<void> {
    this.#playing = false;
    this.#journeys++;
    await this.#exclusive(() => this.#frame());
  }

  async reset(): Promise<Loaded> {
    return this.#replace({ log: this.#opened().restart }, 'reset');
  }

  /** Exactly n steps, then paused; fewer only where the run diverges. */
  async step(n: number): Promise<Metrics> {
    if (!Number.isInteger(n) || n < 1 || n > MAX_STEPS)
      throw new Error(`step(n) needs a whole number from 1 to ${String(MAX_STEPS)}, not ${String(n)}.`);
    this.#playing = false;
    this.#journeys++;
    const run = this.#run;
    const target = (await this.#exclusive(() => Promise.resolve(this.#opened().step))) + n;
    return this.#walk(target, () => {
      if (run !== this.#run) throw new Error('Another run was loaded meanwhile.');
      return true;
    });
  }

  /** Trains to a step as fast as possible, with frames now and then. @param goesOn asked before each chunk */
  async #walk(target: number, goesOn: () => boolean): Promise<Metrics> {
    while (goesOn()) {
      const session = this.#opened();
      if (session.step >= target || session.status !== 'ok') break;
      await this.#exclusive(() => this.#train(session, Math.min(this.#chunk, target - session.step), false));
      // Frames during a long count are a courtesy: now and then, not 20 times a second.
      if (this.#host.now() - this.#lastFrame > 5 * FRAME_MS) await this.#exclusive(() => this.#frame());
      await this.#host.rest();
    }
    return this.#exclusive(async () => {
      await this.#frame();
      return this.#opened().metrics();
    });
  }

  limit(stepsPerSecond: number): void {
    this.#limit = stepsPerSecond;
  }

  visible(visible: boolean): void {
    this.#visible = visible;
  }

  /** The page has drawn a frame. */
  answered(): void {
    this.#unanswered = 0;
    this.#seen = true;
  }

  metrics(): Promise<Metrics> {
    return this.#exclusive(() => this.#opened().metrics());
  }

  series(): Record<string, number[]> {
    return this.#opened().series.toRecord();
  }

  samples(n: number): Promise<Sample[]> {
    return this.#exclusive(() => this.#opened().samples(n));
  }

  parameters(): Promise<Float32Array> {
    return this.#exclusive(() => this.#opened().parameters());
  }

  fitTemperature(): Promise<TemperatureFit> {
    return this.#exclusive(() => this.#opened().fitTemperature());
  }

  log(): RunLog {
    return this.#opened().log;
  }

  async #change(f: (session: Session) => Promise<void>): Promise<void> {
    this.#journeys++;
    await this.#exclusive(async () => {
      await f(this.#opened());
      await this.#frame();
    });
  }

  async #loop(loop: number): Promise<void> {
    const current = (): boolean => this.#playing && loop === this.#loops;
    while (current()) {
      if (!this.#visible) {
        await this.#host.rest(100);
        continue;
      }
      // What is slowed to be watched waits for who watches: the page may be there later than the trainer.
      if (this.#limit > 0 && !this.#seen && !this.#answerable()) {
        await this.#host.rest(10);
        continue;
      }
      const session = this.#opened();
      const started = this.#host.now();
      const steps =
        this.#limit > 0 ? Math.min(this.#chunk, Math.max(1, Math.round(this.#limit / 20))) : this.#chunk;
      try {
        await this.#exclusive(async () => {
          if (!current()) return;
          await this.#takeOver(session);
          await this.#train(session, steps, true);
        });
        this.#race(session);
        if (session.status !== 'ok') this.#playing = false;
        if (current() ? this.#frameDue() : loop === this.#loops) await this.#exclusive(() => this.#frame());
      } catch (error) {
        this.#playing = false;
        session.notice = {
          kind: 'lost',
          text: `Training stopped: ${error instanceof Error ? error.message : String(error)}`,
        };
        await this.#exclusive(() => this.#frame()).catch(() => undefined);
      }
      const pace = this.#limit > 0 ? (1000 * steps) / this.#limit - (this.#host.now() - started) : 0;
      await this.#host.rest(pace);
    }
  }

  /**
   * Has WebGPU made ready and raced beside the training, where the run may be handed over. Only here, where it plays: what
   * counts steps or loads runs by command gets the executor that it was told of.
   */
  #race(session: Session): void {
    const { plan } = session.task;
    // Not before the page has drawn: it has more to load than the trainer.
    if (this.#racing || this.#winner || !this.#host.adapter || !this.#seen || !session.yields) return;
    if (this.#trust.lost !== '' || this.#races?.open(plan) === false) return;
    this.#racing = true;
    const goesOn = (): boolean => session === this.#session && session.yields;
    const run = async (): Promise<void> => {
      const { Races } = await import('./race.ts');
      this.#races ??= new Races(this.#host, this.#trust);
      const executor = await this.#races.run({
        plan,
        seed: session.start.seed,
        setup: () => this.#exclusive(() => session.setup()),
        turn: (f) => this.#exclusive(f),
        goesOn,
      });
      this.#racing = false;
      if (executor && goesOn()) this.#winner = { session, executor };
      else executor?.dispose();
      // A run that plays tells it with its next frame.
      if (!this.#playing) await this.#exclusive(() => this.#frame());
    };
    // Where it cannot be loaded, every run stays where it is.
    run().catch(() => undefined);
  }

  /** Hands a run over to the executor that won, at this step. */
  async #takeOver(session: Session): Promise<void> {
    if (!this.#winner) return;
    const { executor } = this.#winner;
    // What moved since it was made ready counts.
    if (session !== this.#winner.session || !session.yields || session.step === 0) {
      this.#dropWinner();
      return;
    }
    this.#winner = undefined;
    try {
      await session.takeOver(executor);
    } catch (error) {
      if (session.info.executor === 'webgpu') throw error;
      // It trains on as before; the menu says why.
      this.#races?.fail(session.task.plan, error);
      return;
    }
    this.#chunk = 1;
    this.#speed = new Speedometer();
  }

  #dropWinner(): void {
    this.#winner?.executor.dispose();
    this.#winner = undefined;
  }

  /** Looks for a GPU that was lost, until it is there again or nobody needs it, and offers it; nothing is handed over. */
  async #seek(session: Session, lost: ExecutorInfo, said: string): Promise<void> {
    const search = ++this.#searches;
    const needed = (): boolean =>
      search === this.#searches && session === this.#session && session.info.backend !== 'webgpu';
    for (let wait = SEEK_MS.first; ; wait = Math.min(2 * wait, SEEK_MS.most)) {
      await this.#host.rest(wait);
      if (!needed()) return;
      const adapter = await this.#host.adapter?.();
      // One that is emulated is no answer to one that was not.
      if (!adapter || (adapter.software && !lost.software)) continue;
      await this.#exclusive(async () => {
        if (!needed()) return;
        session.notice = { kind: 'lost', text: `${said} The GPU is there again.`, offer: executorIdOf(lost) };
        if (!this.#playing) await this.#frame();
      }).catch(() => undefined);
      return;
    }
  }

  async #train(session: Session, steps: number, stopAtPause: boolean): Promise<void> {
    // A loss costs what was trained since the last checkpoint: this chunk counts too.
    const due = this.#host.now() + steps * this.#perStep - this.#lastCheckpoint;
    if (due > CHECKPOINT_MS) await this.#checkpoint();
    const [from, started] = [session.step, this.#host.now()];
    const { paused } = await session.advance(steps, {
      stopAtPause,
      until: () => this.#host.now() - started > FRAME_MS,
    });
    const [done, took] = [session.step - from, this.#host.now() - started];
    if (done > 0) {
      if (!this.#trained) this.#host.trained?.();
      this.#trained = true;
      this.#chunk = nextChunk(done, took);
      this.#perStep = took / done;
      this.#speed.add(this.#host.now(), done, took);
    }
    if (paused) {
      this.#playing = false;
      session.notice = { kind: 'paused', text: 'Stopped here, as the run says.' };
    }
  }

  async #checkpoint(): Promise<void> {
    this.#saved = await this.#opened().checkpoint();
    this.#lastCheckpoint = this.#host.now();
  }

  #frameDue(): boolean {
    const since = this.#host.now() - this.#lastFrame;
    if (!this.#answerable()) return false;
    return since >= Math.max(FRAME_MS, this.#frameCost / FRAME_SHARE);
  }

  /** Whether the page can take another frame; after a second it gets one all the same. */
  #answerable(): boolean {
    return this.#unanswered < 2 || this.#host.now() - this.#lastFrame >= ANSWER_MS;
  }

  async #frame(): Promise<void> {
    const session = this.#opened();
    const started = this.#host.now();
    this.#gaps = [...this.#gaps.slice(-1), started - this.#lastFrame];
    const metrics = await session.metrics();
    const view = await session.view();
    const saved = await this.#savedNow();
    const { from, values } = session.series.take();
    const notice: Notice | undefined = session.notice;
    session.notice = undefined;
    const frame: Frame = {
      kind: 'frame',
      run: this.#sessionRun,
      playing: this.#playing,
      metrics,
      engine: this.#engine(session),
      series: { from, columns: session.series.columns, values },
      view,
      knobs: session.knobs,
      events: session.events,
      ahead: session.ahead,
      end: session.end,
      branch: session.branch,
      ...(this.#deeds.undo && { undo: this.#deeds.undo }),
      ...(this.#deeds.redo && { redo: this.#deeds.redo }),
      ...(saved && { saved }),
      ...(notice && { notice }),
    };
    this.#host.send(frame, [
      values.buffer,
      ...Object.values(view).map((array) => array.buffer as ArrayBuffer),
    ]);
    this.#unanswered++;
    this.#lastFrame = this.#host.now();
    this.#frameCost = this.#lastFrame - started;
  }

  /** The state at this very moment, where one is due: whenever nothing trains, and before a second is over. */
  async #savedNow(): Promise<Saved | undefined> {
    // The next chance is the next frame.
    const next = this.#host.now() + Math.max(...this.#gaps) - this.#lastGiven;
    if (this.#playing && next <= CHECKPOINT_MS) return undefined;
    await this.#checkpoint();
    this.#lastGiven = this.#host.now();
    return this.#saved;
  }

  #engine(session: Session): EngineInfo {
    const race = this.#races?.of(session.task.plan);
    return {
      ...session.info,
      stepsPerSecond: this.#speed.at(this.#host.now()),
      ...(race && { race }),
    };
  }

  #opened(): Session {
    if (!this.#session) throw new Error('No run is loaded yet.');
    return this.#session;
  }

  /** Runs f after everything that was asked before. */
  #exclusive<T>(f: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(f);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}

/** Steps per second of training over about the last second. */
class Speedometer {
  #chunks: { at: number; steps: number; took: number }[] = [];

  add(at: number, steps: number, took: number): void {
    this.#chunks.push({ at, steps, took });
    this.#chunks = this.#chunks.filter((chunk) => at - chunk.at < 1000);
  }

  at(now: number): number {
    const first = this.#chunks[0];
    if (!first) return 0;
    const steps = this.#chunks.reduce((total, chunk) => total + chunk.steps, 0);
    const last = this.#chunks.at(-1) ?? first;
    // Time from the start of the first chunk to the end of the last, so that frames and rests count too.
    const span = Math.max(last.at - first.at + first.took, 1e-3);
    return now - last.at > 2000 ? 0 : (1000 * steps) / span;
  }
}
