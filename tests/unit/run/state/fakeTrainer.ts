import type { Change, Frame, Loaded, RunLog, Undone } from '../../../../src/engine/protocol.ts';
import type { Client } from '../../../../src/run/client.ts';

type Listener = (frame: Frame) => void;
interface Call {
  method: string;
  args: unknown[];
  resolve: (answer: unknown) => void;
  reject: (error: Error) => void;
}

const METRICS = {
  step: 0,
  epoch: 0,
  total: 1,
  learningRate: 0.01,
  gradientNorm: 1,
  status: 'ok' as const,
  terms: {},
};
const ENGINE = {
  executor: 'wasm' as const,
  backend: 'wasm' as const,
  adapter: '',
  software: false,
  stepsPerSecond: 0,
  memory: { tensors: 0, bytes: 0 },
  members: 1,
};

/** The near side of a trainer that answers when a test says so. */
export class FakeTrainer {
  /** Calls that wait, in order. */
  readonly waiting: Call[] = [];
  readonly called: { method: string; args: unknown[] }[] = [];
  /** Values of what frames tell, unless they say otherwise. */
  log: RunLog = { lab: 'service-mix', preset: 'before', seed: 0, knobs: {}, events: [] };
  #frame: Listener = () => undefined;
  #death: (message: string) => void = () => undefined;

  get client(): Client {
    return this as unknown as Client;
  }

  listen(onFrame: Listener, onDeath: (message: string) => void): void {
    [this.#frame, this.#death] = [onFrame, onDeath];
  }
  call(method: string, ...args: unknown[]): Promise<unknown> {
    this.called.push({ method, args });
    return new Promise((resolve, reject) => this.waiting.push({ method, args, resolve, reject }));
  }
  settle(): Promise<void> {
    return Promise.resolve();
  }
  drawn(): void {
    // Nobody waits for it.
  }
  dispose(): void {
    // Nothing is held.
  }
  die(message: string): void {
    this.#death(message);
  }

  /** A frame of a run, whose branch has the same number unless it says otherwise. */
  frame(run: number, more: Partial<Frame> = {}): void {
    this.#frame({
      kind: 'frame',
      run,
      playing: false,
      metrics: METRICS,
      engine: ENGINE,
      series: { from: 0, columns: [], values: new Float64Array() },
      view: {},
      knobs: this.log.knobs,
      events: [],
      ahead: [],
      end: 0,
      branch: run,
      ...more,
    });
  }

  /** The answer of a call that made a run. */
  loaded(run: number, log: Partial<RunLog> = {}): Loaded {
    const whole = { ...this.log, ...log };
    return {
      run,
      engine: ENGINE,
      metrics: METRICS,
      scene: {},
      labels: ['a', 'b'],
      log: whole,
      knobs: whole.knobs,
    };
  }

  undone(change: Change | undefined, loaded?: Loaded): Undone {
    return { change, ...(loaded && { loaded }) };
  }

  /** The oldest call of a method that waits, once the page has made it. */
  async next(method: string): Promise<Call> {
    for (;;) {
      const at = this.waiting.findIndex((call) => call.method === method);
      const [call] = at < 0 ? [] : this.waiting.splice(at, 1);
      if (call) return call;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
