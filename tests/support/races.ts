import { Player } from '../../src/engine/player.ts';
import type { ExecutorId, ExecutorInfo, Frame, RunLog } from '../../src/engine/protocol.ts';
import { runtimeOf } from '../../src/labs/runtimes.ts';
import type { Adapter } from '../../src/engine/webgpu/gpu.ts';
import { readPublic } from './runs.ts';
import { REAL } from './realExecutors.ts';
import { Observed, tinyLog } from './sessions.ts';

export const HARDWARE: Adapter = { name: 'a fast card', software: false };

const INFOS: Readonly<Record<string, ExecutorInfo>> = {
  wasm: { executor: 'wasm', backend: 'wasm', adapter: '', software: false },
  webgpu: { executor: 'webgpu', backend: 'webgpu', adapter: HARDWARE.name, software: false },
  'tfjs:webgpu': { executor: 'tfjs', backend: 'webgpu', adapter: HARDWARE.name, software: false },
};

type Call = 'create' | 'train' | 'predict' | 'save';

export interface Machine {
  /** What a step takes, in milliseconds of the machine's clock. */
  wasm: number;
  webgpu: number;
  adapter: Adapter | undefined;
  /** Told of each call of an executor on the GPU before it is made, and may throw. */
  gpu: (call: Call, executor: Observed | undefined, steps: number) => void;
  /** Whether the page draws what it is sent. */
  draws: boolean;
}

/**
 * A player on a machine whose clock goes on by training and resting alone. What it calls its GPU computes in double
 * precision, and wasm is wasm: a run that is handed over without its log saying so gets other weights.
 */
export class Track {
  readonly player: Player;
  readonly frames: Frame[] = [];
  readonly made: { id: ExecutorId | undefined; executor: Observed }[] = [];
  readonly machine: Machine;
  /** When somebody asked for an adapter. */
  readonly asked: number[] = [];
  /** When and where each state was given to the page, and each step trained. */
  readonly given: { at: number; step: number }[] = [];
  clock = 0;

  constructor(machine: Partial<Machine> = {}) {
    this.machine = {
      wasm: 2,
      webgpu: 1,
      adapter: HARDWARE,
      gpu: () => undefined,
      draws: true,
      ...machine,
    };
    this.player = new Player({
      build: async (log) => {
        const runtime = await runtimeOf(log.lab);
        return runtime.build(log, readPublic);
      },
      createExecutor: async (id = 'wasm', setup) => {
        await turn();
        const onGpu = id.endsWith('webgpu');
        if (onGpu) this.machine.gpu('create', undefined, 0);
        const executor: Observed = new Observed(
          setup,
          (call, observed, steps) => {
            if (onGpu) this.machine.gpu(call, observed, steps);
            if (call === 'train') this.clock += steps * (onGpu ? this.machine.webgpu : this.machine.wasm);
          },
          id === 'wasm' ? REAL.wasm : REAL.oracle,
        );
        executor.info = INFOS[id] ?? executor.info;
        this.made.push({ id, executor });
        return executor;
      },
      refuge: () => 'wasm',
      send: (frame) => {
        this.frames.push(frame);
        if (frame.saved) this.given.push({ at: this.clock, step: frame.saved.step });
        if (this.machine.draws) this.player.answered();
      },
      now: () => this.clock,
      rest: async (milliseconds = 0) => {
        this.clock += milliseconds;
        await turn();
      },
      adapter: () => {
        this.asked.push(this.clock);
        return Promise.resolve(this.machine.adapter);
      },
    });
  }

  get last(): Frame {
    const frame = this.frames.at(-1);
    if (!frame) throw new Error('Nothing was sent yet.');
    return frame;
  }

  get notices(): string[] {
    return this.frames.flatMap(({ notice }) => (notice ? [notice.text] : []));
  }

  /** Executors of this kind that were made and not given up. */
  alive(id: ExecutorId): number {
    return this.made.filter((made) => made.id === id && !made.executor.disposed).length;
  }

  /** Loads a run that nobody gave an executor, and plays it. */
  async start(log: RunLog = freeLog()): Promise<void> {
    await this.player.load(log);
    await this.player.play();
  }

  async until(holds: () => boolean, turns = 20_000): Promise<void> {
    for (let i = 0; !holds(); i++) {
      if (i > turns) throw new Error(`It did not come to it: ${holds.toString()}`);
      await turn();
    }
  }

  /** Plays so many steps more. */
  async on(steps: number): Promise<void> {
    const to = this.last.metrics.step + steps;
    await this.until(() => this.last.metrics.step >= to);
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const freeLog = (options: Parameters<typeof tinyLog>[0] = {}): RunLog => ({
  ...tinyLog(options),
  free: true,
});
