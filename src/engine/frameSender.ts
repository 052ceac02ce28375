import type { EngineInfo, Frame, Notice, Saved } from './protocol.ts';
import type { Session } from './session.ts';
import type { UndoStack } from './undoStack.ts';

const FRAME_MS = 50;
/** A frame costs predictions: it may take at most this share of the time. */
const FRAME_SHARE = 1 / 3;
/** At most so much training may be lost: with an executor since the last checkpoint, with the worker since the last state that the page was given. */
const CHECKPOINT_MS = 1000;
/** How long the page may leave frames unanswered before it gets the next one all the same: states come with frames. */
const ANSWER_MS = 900;

export interface FrameHost {
  send: (frame: Frame, transfer: Transferable[]) => void;
  now: () => number;
}

/** Sends the page what it shows, and states that a run can go on from, often enough and not faster than it draws. */
export class FrameSender {
  readonly #host: FrameHost;
  readonly #undo: UndoStack;
  #lastFrame = -Infinity;
  /** Time between the last frames. */
  #gaps: readonly number[] = [];
  #cost = 0;
  #unanswered = 0;
  #lastCheckpoint = -Infinity;
  #lastGiven = -Infinity;
  /** Whether the page has drawn anything yet. */
  seen = false;

  constructor(host: FrameHost, undo: UndoStack) {
    this.#host = host;
    this.#undo = undo;
  }

  /** Time that a chunk may take before a frame is due. */
  readonly chunkMs = FRAME_MS;

  /** The page has drawn a frame. */
  answered(): void {
    this.#unanswered = 0;
    this.seen = true;
  }

  /** Whether a frame is due while a run plays. */
  get due(): boolean {
    if (!this.answerable) return false;
    return this.since >= Math.max(FRAME_MS, this.#cost / FRAME_SHARE);
  }

  /** Milliseconds since the last frame. */
  get since(): number {
    return this.#host.now() - this.#lastFrame;
  }

  /** Whether the page can take another frame; after a second it gets one all the same. */
  get answerable(): boolean {
    return this.#unanswered < 2 || this.since >= ANSWER_MS;
  }

  /** Before training: a loss costs what was trained since the last checkpoint, and the chunk to come counts too. */
  async checkpointBefore(session: Session, chunkTakes: number): Promise<void> {
    const due = this.#host.now() + chunkTakes - this.#lastCheckpoint;
    if (due > CHECKPOINT_MS) await this.checkpoint(session);
  }

  async checkpoint(session: Session): Promise<Saved> {
    const saved = await session.checkpoint();
    this.#lastCheckpoint = this.#host.now();
    return saved;
  }

  async send(session: Session, run: number, playing: () => boolean, engine: () => EngineInfo): Promise<void> {
    const started = this.#host.now();
    this.#gaps = [...this.#gaps.slice(-1), started - this.#lastFrame];
    const metrics = await session.metrics();
    const view = await session.view();
    const saved = await this.#savedNow(session, playing());
    const { from, values } = session.series.take();
    const notice: Notice | undefined = session.notice;
    session.notice = undefined;
    const { undo, redo } = this.#undo;
    const frame: Frame = {
      kind: 'frame',
      run,
      playing: playing(),
      metrics,
      engine: engine(),
      series: { from, columns: session.series.columns, values },
      view,
      knobs: session.knobs,
      events: session.events,
      ahead: session.ahead,
      end: session.end,
      branch: session.branch,
      ...(undo && { undo }),
      ...(redo && { redo }),
      ...(saved && { saved }),
      ...(notice && { notice }),
    };
    this.#host.send(frame, [
      values.buffer,
      ...Object.values(view).map((array) => array.buffer as ArrayBuffer),
    ]);
    this.#unanswered++;
    this.#lastFrame = this.#host.now();
    this.#cost = this.#lastFrame - started;
  }

  /** The state at this very moment, where one is due: whenever nothing trains, and before a second is over. */
  async #savedNow(session: Session, playing: boolean): Promise<Saved | undefined> {
    // The next chance is the next frame.
    const next = this.#host.now() + Math.max(...this.#gaps) - this.#lastGiven;
    if (playing && next <= CHECKPOINT_MS) return undefined;
    const saved = await this.checkpoint(session);
    this.#lastGiven = this.#host.now();
    return saved;
  }
}
