import type { Tf } from '../../terms/language/tfjs.ts';
import { ExecutorLost } from '../executor.ts';

/** What a GPU calls itself. */
export interface Adapter {
  name: string;
  /** True where it is emulated on the processor. */
  software: boolean;
}

/** tfjs, where it computes on the same device. */
export interface TfjsBeside {
  tf: Tf;
  /** Submits what it has recorded for the device: tfjs waits until there is more, so others would come before it. */
  flush: () => void;
}

/**
 * A GPU device, and what has happened to it. WebGPU reports errors late and to nobody in particular, and goes on with
 * garbage: whoever computes asks `check` before results are believed.
 */
export class Gpu {
  readonly device: GPUDevice;
  readonly adapter: Adapter;
  readonly tfjs: TfjsBeside | undefined;
  /** What ended it, as a sentence. */
  #failure: string | undefined;

  constructor(device: GPUDevice, adapter: Adapter, tfjs?: TfjsBeside) {
    this.device = device;
    this.adapter = adapter;
    this.tfjs = tfjs;
    void device.lost.then(({ message }) => {
      this.#failure ??= message ? `The GPU device was lost: ${message}` : 'The GPU device was lost.';
    });
    device.onuncapturederror = ({ error }) => {
      this.#failure ??= `The GPU reported an error: ${error.message}`;
    };
  }

  get lost(): boolean {
    return this.#failure !== undefined;
  }

  /** @throws ExecutorLost once the device is gone, or has reported an error: nothing that it computes can be trusted */
  check(): void {
    if (this.#failure !== undefined) throw new ExecutorLost(this.#failure);
  }

  /**
   * Waits for what the device was asked for.
   *
   * @throws ExecutorLost where it is gone meanwhile, whatever the rejection says
   */
  async finish<T>(work: Promise<T>): Promise<T> {
    try {
      const value = await work;
      this.check();
      return value;
    } catch (error) {
      if (error instanceof ExecutorLost) throw error;
      // A mapping that is cut off by a lost device rejects before the loss itself is told.
      await Promise.resolve();
      this.check();
      if (error instanceof Error && (error.name === 'AbortError' || /lost/i.test(error.message)))
        throw new ExecutorLost('The GPU device was lost.', { cause: error });
      throw error;
    }
  }

  /**
   * Makes things on the device.
   *
   * @throws Error where it refuses them, or has no memory for them
   */
  async scoped<T extends { dispose: () => void }>(make: () => T): Promise<T> {
    this.device.pushErrorScope('validation');
    this.device.pushErrorScope('out-of-memory');
    let made: T | undefined;
    let failure: unknown;
    try {
      made = make();
    } catch (error) {
      failure = error;
    }
    const [memory, validation] = await this.finish(
      Promise.all([this.device.popErrorScope(), this.device.popErrorScope()]),
    );
    if (memory)
      failure ??= new Error(
        'The GPU has not enough memory for this: train fewer or smaller models, or use the executor wasm.',
      );
    if (validation) failure ??= new Error(`The GPU refused the plan: ${validation.message}`);
    if (made && failure === undefined) return made;
    made?.dispose();
    throw failure;
  }
}
