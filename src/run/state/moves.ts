import type { KnobValue, KnobValues } from '../../terms/knob.ts';

/** How often a gesture is sent while the run plays, in ms: each message is an event of the log. */
const GESTURE_MS = 100;

interface Move {
  knobs: Record<string, KnobValue>;
  gesture: number | undefined;
  taken: Promise<void>;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * Moved knobs on their way to the worker, in order and one message at a time. All that is moved from the first touch of a
 * handle to its release is one gesture, and has one number.
 */
export class Moves {
  readonly #send: (knobs: KnobValues, gesture: number | undefined) => Promise<void>;
  readonly #playing: () => boolean;
  #waiting: Move[] = [];
  #sent: Move | undefined;
  #sentAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #gestures = 0;
  #held = false;
  #waits = false;

  /** @param send resolves when the worker has taken the values */
  constructor(
    send: (knobs: KnobValues, gesture: number | undefined) => Promise<void>,
    playing: () => boolean,
  ) {
    this.#send = send;
    this.#playing = playing;
  }

  /** What the worker has not confirmed yet: newer than what it says. */
  get unconfirmed(): KnobValues {
    return Object.assign({}, this.#sent?.knobs, ...this.#waiting.map(({ knobs }) => knobs)) as KnobValues;
  }

  /** A move of the gesture that is being made; the first one begins it. Of values that wait, only the last is sent. */
  drag(knobs: KnobValues): void {
    if (!this.#held) this.#gestures++;
    this.#held = true;
    const last = this.#waiting.at(-1);
    if (last?.gesture === this.#gestures) Object.assign(last.knobs, knobs);
    else this.#add(knobs, this.#gestures);
    this.#next();
  }

  /** Ends the gesture: its last value goes at once. Resolves when the worker has taken everything. */
  release(): Promise<void> {
    this.#held = false;
    this.#next();
    return (this.#waiting.at(-1) ?? this.#sent)?.taken ?? Promise.resolve();
  }

  /** A change by itself, after what was moved before it. Rejects where the worker refuses it. */
  set(knobs: KnobValues): Promise<void> {
    if (Object.keys(knobs).length > 0) this.#add(knobs, undefined);
    return this.release();
  }

  /** Sends nothing until `goOn`: a run is being made for which it is meant. */
  hold(): void {
    this.#waits = true;
  }

  goOn(): void {
    this.#waits = false;
    this.#next();
  }

  /** Forgets what was not sent, for the run that it was meant for is gone. */
  clear(): void {
    for (const { resolve } of this.#waiting) resolve();
    this.#waiting = [];
    if (this.#sent) this.#sent = { ...this.#sent, knobs: {} };
    this.#held = false;
  }

  #add(knobs: KnobValues, gesture: number | undefined): void {
    let [resolve, reject]: [Move['resolve'], Move['reject']] = [() => undefined, () => undefined];
    const taken = new Promise<void>((...settle) => ([resolve, reject] = settle));
    // A gesture is not waited for: where it is refused, the next frame has the values that are in force.
    taken.catch(() => undefined);
    this.#waiting.push({ knobs: { ...knobs }, gesture, taken, resolve, reject });
  }

  #next(): void {
    clearTimeout(this.#timer);
    const [move] = this.#waiting;
    if (this.#waits || this.#sent || !move) return;
    const slowed = this.#held && move.gesture === this.#gestures && this.#playing();
    const wait = slowed ? this.#sentAt + GESTURE_MS - performance.now() : 0;
    if (wait > 0) {
      this.#timer = setTimeout(() => {
        this.#next();
      }, wait);
      return;
    }
    this.#waiting.shift();
    this.#sent = move;
    this.#sentAt = performance.now();
    const done = (settle: () => void): void => {
      this.#sent = undefined;
      settle();
      this.#next();
    };
    this.#send(move.knobs, move.gesture).then(
      () => {
        done(move.resolve);
      },
      (error: unknown) => {
        done(() => {
          move.reject(error);
        });
      },
    );
  }
}
