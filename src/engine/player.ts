import type { KnobValues } from '../terms/knob.ts';
import type {
  EngineInfo,
  ExecutorId,
  Frame,
  Loaded,
  Metrics,
  Notice,
  RunLog,
  Sample,
  TemperatureFit,
} from './protocol.ts';
import { nextChunk, Session, type SessionHost } from './session.ts';

const FRAME_MS = 50;
/** A frame costs predictions: it may take at most this share of the time. */
const FRAME_SHARE = 1 / 3;
const CHECKPOINT_MS = 1000;
/** How long the page may leave a frame unanswered before it gets the next one all the same. */
const ANSWER_MS = 1000;
const MAX_STEPS = 10_000_000;

export interface PlayerHost extends SessionHost {
  send: (frame: Frame, transfer: Transferable[]) => void;
  now: () => number;
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

  constructor(host: PlayerHost) {
    this.#host = host;
  }

  async load(log: RunLog): Promise<Loaded> {
    this.#playing = false;
    const run = ++this.#run;
    return this.#exclusive(async () => {
      const session = await Session.open(this.#host, log);
      if (run !== this.#run) {
        session.dispose();
        throw new Error('Another run was loaded meanwhile.');
      }
      this.#session?.dispose();
      this.#session = session;
      this.#sessionRun = run;
      this.#chunk = 1;
      this.#speed = new Speedometer();
      await this.#checkpoint();
      const loaded: Loaded = {
        engine: this.#engine(session),
        metrics: await session.metrics(),
        scene: session.task.scene,
        labels: session.task.labels,
        log: session.log,
      };
      await this.#frame();
      return loaded;
    });
  }

  /** Moves live knobs at the next step boundary. */
  set(knobs: KnobValues): Promise<void> {
    return this.#change((session) => session.set(knobs));
  }

  async use(id: ExecutorId): Promise<EngineInfo> {
    await this.#change(async (session) => {
      await session.use(id);
      this.#chunk = 1;
      this.#speed = new Speedometer();
    });
    return this.#engine(this.#open());
  }

  async play(): Promise<void> {
    this.#open();
    if (this.#playing) return;
    this.#playing = true;
    void this.#loop(++this.#loops);
    await this.#exclusive(() => this.#frame());
  }

  async pause(): Promise<void> {
    this.#playing = false;
    await this.#exclusive(() => this.#frame());
  }

  async reset(): Promise<void> {
    await this.load(this.#open().restart);
  }

  /** Exactly n steps, then paused; fewer only where the run diverges. */
  async step(n: number): Promise<Metrics> {
    if (!Number.isInteger(n) || n < 1 || n > MAX_STEPS)
      throw new Error(`step(n) needs a whole number from 1 to ${String(MAX_STEPS)}, not ${String(n)}.`);
    this.#playing = false;
    const run = this.#run;
    const target = (await this.#exclusive(() => Promise.resolve(this.#open().step))) + n;
    for (;;) {
      const session = this.#open();
      if (run !== this.#run) throw new Error('Another run was loaded meanwhile.');
      if (session.step >= target || session.status !== 'ok') break;
      await this.#exclusive(() => this.#train(session, Math.min(this.#chunk, target - session.step), false));
      // Frames during a long count are a courtesy: now and then, not 20 times a second.
      if (this.#host.now() - this.#lastFrame > 5 * FRAME_MS) await this.#exclusive(() => this.#frame());
      await this.#host.rest();
    }
    return this.#exclusive(async () => {
      await this.#frame();
      return this.#open().metrics();
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
    return this.#exclusive(() => this.#open().metrics());
  }

  series(): Record<string, number[]> {
    return this.#open().series.toRecord();
  }

  samples(n: number): Promise<Sample[]> {
    return this.#exclusive(() => this.#open().samples(n));
  }

  parameters(): Promise<Float32Array> {
    return this.#exclusive(() => this.#open().parameters());
  }

  fitTemperature(): Promise<TemperatureFit> {
    return this.#exclusive(() => this.#open().fitTemperature());
  }

  log(): RunLog {
    return this.#open().log;
  }

  async #change(f: (session: Session) => Promise<void>): Promise<void> {
    await this.#exclusive(async () => {
      await f(this.#open());
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
      const session = this.#open();
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
    await this.#open().checkpoint();
    this.#lastCheckpoint = this.#host.now();
  }

  #frameDue(): boolean {
    const since = this.#host.now() - this.#lastFrame;
    if (this.#unanswered >= 2 && since < ANSWER_MS) return false;
    return since >= Math.max(FRAME_MS, this.#frameCost / FRAME_SHARE);
  }

  async #frame(): Promise<void> {
    const session = this.#open();
    const started = this.#host.now();
    const metrics = await session.metrics();
    const view = await session.view();
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

  #engine(session: Session): EngineInfo {
    return { ...session.info, stepsPerSecond: this.#speed.at(this.#host.now()) };
  }

  #open(): Session {
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
