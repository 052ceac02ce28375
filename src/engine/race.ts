import { drawBatches } from './batches.ts';
import { ExecutorLost, type Chunk, type Executor, type ExecutorSetup } from './executor.ts';
import { nextChunk } from './chunks.ts';
import type { Plan } from './plan.ts';
import type { ExecutorId, Race } from './protocol.ts';
import type { Adapter } from './webgpu/gpu.ts';

/** After this many steps of full chunks a speed is known, and after so long in any case. */
const STEPS = 50;
const MOST_MS = 500;
/** The first calls of an executor find nothing warm. */
const WARM_UP = 2;

export interface RaceHost {
  createExecutor: (
    id: ExecutorId | undefined,
    setup: ExecutorSetup,
    say: (text: string) => void,
  ) => Promise<Executor>;
  /** The GPU that WebGPU would take; undefined where there is none. Cheap: makes no device. */
  adapter?: () => Promise<Adapter | undefined>;
  now: () => number;
  /** Lets waiting messages in. */
  rest: () => Promise<void>;
}

/** A GPU that was lost is not trusted again, before a hand has chosen it. */
export interface Trust {
  /** Why it is not; empty where it is. */
  lost: string;
}

/** A run to be raced on. */
export interface Racer {
  plan: Plan;
  seed: number;
  /** What it takes to train it elsewhere, from where it is. */
  setup: () => Promise<ExecutorSetup>;
  /** Runs f between two chunks of the training. */
  turn: <T>(f: () => Promise<T>) => Promise<T>;
  /** Whether the answer is still wanted. */
  goesOn: () => boolean;
}

const OUT = {
  none: 'This browser offers no WebGPU adapter.',
  software: 'The GPU here is emulated on the processor. It is used only when it is chosen.',
};

/**
 * Which of wasm and WebGPU trains a plan faster: measured once for each shape of plan, on copies, so that no number of
 * the run changes. WebGPU wins where it is not slower.
 */
export class Races {
  readonly #host: RaceHost;
  readonly #known = new Map<string, Race>();
  readonly #trust: Trust;

  constructor(host: RaceHost, trust: Trust) {
    this.#host = host;
    this.#trust = trust;
  }

  /** Who won on plans of this shape, where it is not what a run starts on anyway. */
  favourite(plan: Plan): ExecutorId | undefined {
    const known = this.#known.get(shapeOf(plan));
    return this.#trust.lost === '' && known && wins(known) ? 'webgpu' : undefined;
  }

  /** Whether WebGPU may still win on this plan. */
  open(plan: Plan): boolean {
    const known = this.#known.get(shapeOf(plan));
    return this.#trust.lost === '' && (!known || wins(known));
  }

  /** What there is to say of it. */
  of(plan: Plan): Race | undefined {
    const known = this.#known.get(shapeOf(plan));
    const { lost } = this.#trust;
    return lost === '' ? known : { adapter: '', ...known, state: 'out', reason: lost };
  }

  /** WebGPU won, and could not take over. */
  fail(plan: Plan, error: unknown): void {
    const shape = shapeOf(plan);
    const reason = error instanceof Error ? error.message : String(error);
    if (error instanceof ExecutorLost) this.#trust.lost = reason;
    this.#known.set(shape, { adapter: '', ...this.#known.get(shape), state: 'out', reason });
  }

  /**
   * Makes WebGPU ready beside the training, and races it where the winner is not known yet. Never rejects.
   *
   * @returns an executor, ready to take the run over; undefined where the run is to stay where it is
   */
  async run(racer: Racer): Promise<Executor | undefined> {
    const shape = shapeOf(racer.plan);
    const before = this.#known.get(shape);
    let adapter = '';
    let rival: Executor | undefined;
    try {
      const gpu = await this.#host.adapter?.();
      if (!gpu || gpu.software) {
        this.#known.set(shape, {
          state: 'out',
          adapter: gpu?.name ?? '',
          reason: OUT[gpu ? 'software' : 'none'],
        });
        return undefined;
      }
      adapter = gpu.name;
      if (!before) this.#known.set(shape, { state: 'preparing', adapter });
      const setup = await racer.setup();
      // Asked as late as can be: a tfjs backend must not be started behind the back of one that was chosen.
      if (racer.goesOn()) rival = await this.#host.createExecutor('webgpu', setup, () => undefined);
      if (rival && !before) {
        this.#known.set(shape, { state: 'measuring', adapter });
        const webgpu = await this.#speed(rival, racer, setup);
        const own = await this.#host.createExecutor('wasm', setup, () => undefined);
        const wasm = await this.#speed(own, racer, setup).finally(() => {
          own.dispose();
        });
        if (webgpu !== undefined && wasm !== undefined)
          this.#known.set(shape, { state: 'measured', adapter, wasm, webgpu });
      }
      const known = this.#known.get(shape);
      // What was broken off says nothing.
      if (known?.state !== 'measured') this.#known.delete(shape);
      else if (rival && racer.goesOn() && wins(known)) return rival;
    } catch (error) {
      this.#known.set(shape, before ?? { state: 'preparing', adapter });
      this.fail(racer.plan, error);
    }
    rival?.dispose();
    return undefined;
  }

  /** Steps per second, in chunks that grow as those of training do; undefined where it was broken off. */
  async #speed(executor: Executor, racer: Racer, setup: ExecutorSetup): Promise<number | undefined> {
    const { now, rest } = this.#host;
    let [steps, spent, calls] = [1, 0, 0];
    const counted = { steps: 0, took: 0 };
    while (racer.goesOn()) {
      const chunk = standing(setup, racer.seed, steps);
      const took = await racer.turn(async () => {
        const started = now();
        await executor.train(chunk);
        return now() - started;
      });
      spent += took;
      const next = nextChunk(steps, took);
      const late = spent > MOST_MS;
      if (late || (++calls > WARM_UP && next < 2 * steps)) {
        counted.steps += steps;
        counted.took += took;
      }
      if (late || counted.steps >= STEPS) return (1000 * counted.steps) / Math.max(counted.took, 0.1);
      steps = next;
      await rest();
    }
    return undefined;
  }
}

const wins = ({ state, wasm, webgpu }: Race): boolean =>
  state === 'measured' && wasm !== undefined && webgpu !== undefined && webgpu >= wasm;

/** What the time of a step depends on. */
const shapeOf = ({ layers, head, batchSize }: Plan): string => JSON.stringify([layers, head, batchSize]);

/** Real batches at a rate of 0: all the work of training, and weights that can neither move nor diverge. */
function standing({ plan, data }: ExecutorSetup, seed: number, steps: number): Chunk {
  return {
    steps,
    batches: [drawBatches(seed, data.train.rows, plan.batchSize, 0, steps)],
    learningRate: new Float64Array(steps),
    correction1: new Float64Array(steps).fill(1),
    correction2: new Float64Array(steps).fill(1),
  };
}
