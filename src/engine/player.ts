import type { KnobValues } from '../terms/knob.ts';
import type {
  Beginning,
  Change,
  EngineInfo,
  ExecutorId,
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
import { nextChunk, Session, type SessionHost } from './session.ts';
import { Deeds } from './snapshot.ts';

const FRAME_MS = 50;
/** A frame costs predictions: it may take at most this share of the time. */
const FRAME_SHARE = 1 / 3;
const CHECKPOINT_MS = 1000;
/** How long the page may leave a frame unanswered before it gets the next one all the same. */
const ANSWER_MS = 1000;
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
}

/** Plays a session: in chunks between which commands are heard, with frames for the page. One at a time, in order. */
export class Player {
  readonly #host: PlayerHost;
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
  #speed = new Speedometer();
  #lastFrame = -Infinity;
  #frameCost = 0;
  #unanswered = 0;
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
    this.#host = host;
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
  set(knobs: KnobValues): Promise<void> {
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
      if (session.step > 0) await this.#remember({ kind: 'executor', from: {}, to: {} });
      await session.use(id);
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
      const session = this.#opened();
      const started = this.#host.now();
      const steps =
        this.#limit > 0 ? Math.min(this.#chunk, Math.max(1, Math.round(this.#limit / 20))) : this.#chunk;
      try {
        await this.#exclusive(async () => {
          if (current()) await this.#train(session, steps, true);
        });
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

  async #train(session: Session, steps: number, stopAtPause: boolean): Promise<void> {
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
      this.#speed.add(this.#host.now(), done, took);
    }
    if (paused) {
      this.#playing = false;
      session.notice = { kind: 'paused', text: 'Stopped here, as the run says.' };
    }
    if (this.#host.now() - this.#lastCheckpoint > CHECKPOINT_MS) await this.#checkpoint();
  }

  async #checkpoint(): Promise<void> {
    this.#saved = await this.#opened().checkpoint();
    this.#lastCheckpoint = this.#host.now();
  }

  #frameDue(): boolean {
    const since = this.#host.now() - this.#lastFrame;
    if (this.#unanswered >= 2 && since < ANSWER_MS) return false;
    return since >= Math.max(FRAME_MS, this.#frameCost / FRAME_SHARE);
  }

  async #frame(): Promise<void> {
    const session = this.#opened();
    const started = this.#host.now();
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

  /** The state at this very moment, where one is due: whenever nothing trains, and about once a second. */
  async #savedNow(): Promise<Saved | undefined> {
    const due = !this.#playing || this.#host.now() - this.#lastGiven > CHECKPOINT_MS;
    if (!due) return undefined;
    await this.#checkpoint();
    this.#lastGiven = this.#host.now();
    return this.#saved;
  }

  #engine(session: Session): EngineInfo {
    return { ...session.info, stepsPerSecond: this.#speed.at(this.#host.now()) };
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
