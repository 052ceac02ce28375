import type { KnobValues } from '../terms/knob.ts';
import { FrameSender } from './frameSender.ts';
import type { PlayerHost } from './hosts.ts';
import type {
  Beginning,
  EngineInfo,
  ExecutorId,
  KeptRun,
  Loaded,
  Metrics,
  RunLog,
  Sample,
  Undone,
} from './protocol.ts';
import { Session } from './session.ts';
import { Speed } from './speed.ts';
import { Takeover } from './takeover.ts';
import { UndoStack } from './undoStack.ts';

const MAX_STEPS = 10_000_000;
/** Frames during a long count are a courtesy: not 20 times a second. */
const COUNTING_MS = 250;

/** Plays a session: in chunks between which commands are heard, with frames for the page. One at a time, in order. */
export class Player {
  readonly #host: PlayerHost;
  readonly #undo = new UndoStack();
  readonly #frames: FrameSender;
  readonly #takeover: Takeover;
  readonly #speed = new Speed();
  #session: Session | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  /** Counts sessions that were shown: their frames have this number. */
  #run = 0;
  /** Counts loads that were asked for: the last one counts. */
  #loads = 0;
  /** Counts starts: a loop that was paused must not wake up beside its successor. */
  #loops = 0;
  /** Counts commands that end a count of steps, and those that end a way to an earlier step as well. */
  #interrupts = 0;
  #commands = 0;
  /** The last count of steps that was asked for: counts follow each other. */
  #count: Promise<unknown> = Promise.resolve();
  #playing = false;
  #visible = true;
  #limit = 0;
  /** Whether anything was trained yet. */
  #trained = false;

  constructor(host: PlayerHost) {
    const { adapter, createExecutor, now, rest, send } = host;
    this.#frames = new FrameSender({ send, now }, this.#undo);
    this.#takeover = new Takeover({
      createExecutor,
      now,
      rest,
      ...(adapter && { adapter }),
      current: () => this.#session,
      exclusive: (f) => this.#exclusive(f),
      // A run that plays tells it with its next frame.
      show: async () => {
        if (!this.#playing) await this.#frame();
      },
    });
    this.#host = {
      ...host,
      favourite: (plan) => this.#takeover.favourite(plan),
      lost: (info, notice, reason) => {
        this.#takeover.lost(info, notice, reason);
      },
    };
  }

  /**
   * Makes a run, paused; or one that plays by itself, unless something else was asked for meanwhile.
   *
   * @param insist whether the run's executor was asked for by name: then it is that one or an error
   */
  load(log: RunLog, begin?: Beginning, insist = false): Promise<Loaded> {
    return this.#replace(log, 'run', { begin, insist });
  }

  /** Opens a run where it stopped, paused. */
  open({ log, saved, series }: KeptRun): Promise<Loaded> {
    return this.#replace(log, 'run', { kept: { saved, series } });
  }

  async reset(): Promise<Loaded> {
    return this.#replace(this.#opened().restart, 'reset', {});
  }

  async #replace(
    log: RunLog,
    kind: 'run' | 'reset',
    { begin, ...opening }: { begin?: Beginning | undefined; insist?: boolean; kept?: Omit<KeptRun, 'log'> },
  ): Promise<Loaded> {
    const command = this.#interrupt();
    const load = ++this.#loads;
    if (begin) this.#limit = begin.pace;
    return this.#exclusive(async () => {
      const session = await Session.open(this.#host, log, opening);
      if (load !== this.#loads) {
        session.dispose();
        throw new Error('Another run was loaded meanwhile.');
      }
      // What nobody has trained or touched is no loss.
      const before = this.#session;
      if (before && before.step > 0)
        this.#undo.add({
          change: { kind, step: before.step, from: {}, to: {} },
          at: await before.snapshot(),
        });
      return this.#take(session, () => begin?.play === true && command === this.#commands);
    });
  }

  /** @param plays asked when the run is there */
  async #take(session: Session, plays = (): boolean => false): Promise<Loaded> {
    this.#session?.dispose();
    this.#takeover.drop();
    this.#session = session;
    this.#speed.restart();
    await this.#frames.checkpoint(session);
    const loaded: Loaded = {
      run: ++this.#run,
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

  undo(): Promise<Undone> {
    return this.#turnBack('undo');
  }

  redo(): Promise<Undone> {
    return this.#turnBack('redo');
  }

  async #turnBack(which: 'undo' | 'redo'): Promise<Undone> {
    this.#interrupt();
    return this.#exclusive(async () => {
      const { change, other } = await this.#undo.turnBack(which, this.#opened(), (start) =>
        Session.open(this.#host, start),
      );
      if (other) return { change, loaded: await this.#take(other) };
      if (change) await this.#frame();
      return { change };
    });
  }

  /** Goes to a step of this run, paused. A later command ends the way there. */
  async jump(step: number): Promise<Metrics> {
    const session = this.#opened();
    if (!Number.isInteger(step) || step < 0 || step > session.end)
      throw new Error(
        `jump(step) needs a whole number from 0 to ${String(session.end)}, not ${String(step)}.`,
      );
    const command = this.#interrupt();
    const goesOn = (): boolean => command === this.#commands;
    await this.#exclusive(async () => {
      if (goesOn()) await this.#opened().rewind(step);
    });
    return this.#walk(step, goesOn);
  }

  /** Moves live knobs at the next step boundary. @param gesture moves with the same number are one change */
  set(knobs: KnobValues, gesture?: number): Promise<void> {
    return this.#change(async (session) => {
      const to = session.moves(knobs);
      const { step, knobs: now } = session;
      const goesOn = this.#undo.extends(gesture);
      const before = goesOn || Object.keys(to).length === 0 ? undefined : await session.snapshot();
      await session.set(knobs, gesture);
      if (goesOn) this.#undo.extend(to);
      if (!before) return;
      const from = Object.fromEntries(Object.entries(now).filter(([key]) => Object.hasOwn(to, key)));
      this.#undo.add({
        change: { kind: 'knobs', step, from, to },
        at: before,
        ...(gesture !== undefined && { gesture }),
      });
    });
  }

  async use(id: ExecutorId): Promise<EngineInfo> {
    await this.#change(async (session) => {
      const { step } = session;
      const before = step > 0 ? await session.snapshot() : undefined;
      await session.use(id);
      this.#takeover.drop();
      if (before) this.#undo.add({ change: { kind: 'executor', step, from: {}, to: {} }, at: before });
      if (id === 'webgpu') this.#takeover.trust();
      this.#speed.restart();
    });
    return this.#engine(this.#opened());
  }

  async play(): Promise<void> {
    this.#opened();
    if (this.#playing) return;
    this.#interrupt();
    this.#playing = true;
    void this.#loop(++this.#loops);
    await this.#exclusive(() => this.#frame());
  }

  async pause(): Promise<void> {
    this.#interrupt();
    await this.#exclusive(() => this.#frame());
  }

  /**
   * Exactly n steps, then paused; fewer where the run diverges, or where a later command (pause, play, jump, undo, redo)
   * interrupts the count. Counts that are asked for while one goes on follow it.
   */
  async step(n: number): Promise<Metrics> {
    if (!Number.isInteger(n) || n < 1 || n > MAX_STEPS)
      throw new Error(`step(n) needs a whole number from 1 to ${String(MAX_STEPS)}, not ${String(n)}.`);
    this.#playing = false;
    this.#commands++;
    const interrupts = this.#interrupts;
    const loads = this.#loads;
    const count = this.#count.then(async () => {
      const target = (await this.#exclusive(() => Promise.resolve(this.#opened().step))) + n;
      return this.#walk(target, () => {
        if (loads !== this.#loads) throw new Error('Another run was loaded meanwhile.');
        return interrupts === this.#interrupts;
      });
    });
    this.#count = count.catch(() => undefined);
    return count;
  }

  /** Trains to a step as fast as possible, with frames now and then. @param goesOn asked before each chunk */
  async #walk(target: number, goesOn: () => boolean): Promise<Metrics> {
    while (goesOn()) {
      const session = this.#opened();
      if (session.step >= target || session.status !== 'ok') break;
      await this.#exclusive(async () => {
        if (session === this.#session)
          await this.#train(session, Math.min(this.#speed.chunk, target - session.step), false);
      });
      if (this.#frames.since > COUNTING_MS) await this.#exclusive(() => this.#frame());
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
    this.#frames.answered();
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

  ask(question: string): Promise<unknown> {
    return this.#exclusive(() => this.#opened().ask(question));
  }

  log(): RunLog {
    return this.#opened().log;
  }

  /** Stops what plays or is counted. @returns the number of this command */
  #interrupt(): number {
    this.#playing = false;
    this.#interrupts++;
    return ++this.#commands;
  }

  async #change(f: (session: Session) => Promise<void>): Promise<void> {
    this.#commands++;
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
      // What is slowed to be watched waits for the page, which may be there later than the trainer.
      if (this.#limit > 0 && !this.#frames.seen && !this.#frames.answerable) {
        await this.#host.rest(10);
        continue;
      }
      const session = this.#opened();
      const started = this.#host.now();
      const { chunk } = this.#speed;
      const steps = this.#limit > 0 ? Math.min(chunk, Math.max(1, Math.round(this.#limit / 20))) : chunk;
      try {
        await this.#exclusive(async () => {
          if (!current()) return;
          if (await this.#takeover.take(session)) this.#speed.restart();
          await this.#train(session, steps, true);
        });
        // Not before the page has drawn: it has more to load than the trainer.
        if (this.#frames.seen) this.#takeover.race(session);
        if (session.status !== 'ok') this.#playing = false;
        if (current() ? this.#frames.due : loop === this.#loops) await this.#exclusive(() => this.#frame());
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
    await this.#frames.checkpointBefore(session, steps * this.#speed.perStep);
    const [from, started] = [session.step, this.#host.now()];
    const { paused } = await session.advance(steps, {
      stopAtPause,
      until: () => this.#host.now() - started > this.#frames.chunkMs,
    });
    const [done, took] = [session.step - from, this.#host.now() - started];
    if (done > 0) {
      if (!this.#trained) this.#host.trained?.();
      this.#trained = true;
      this.#speed.add(this.#host.now(), done, took);
    }
    if (paused) {
      this.#playing = false;
      session.notice = { kind: 'paused', text: 'Stopped here, as the run says.' };
    }
  }

  #frame(): Promise<void> {
    const session = this.#opened();
    const engine = (): EngineInfo => this.#engine(session);
    return this.#frames.send(session, this.#run, () => this.#playing, engine);
  }

  #engine(session: Session): EngineInfo {
    const race = this.#takeover.of(session.task.plan);
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
