import type { Buffers } from './buffers.ts';
import type { Gpu } from './gpu.ts';

/** Above this, memory for numbers on their way back is given up after use. */
const KEPT_STAGING = 16_000_000;

/** Brings numbers back from the device, through one staging buffer that grows as it must. */
export class ReadBack {
  readonly #gpu: Gpu;
  readonly #buffers: Buffers;
  #staging: GPUBuffer | undefined;

  constructor(gpu: Gpu, buffers: Buffers) {
    this.#gpu = gpu;
    this.#buffers = buffers;
  }

  /**
   * Numbers from buffers, one after the other, once the device has done what it was asked for before.
   *
   * @throws ExecutorLost
   */
  async read(parts: readonly { from: GPUBuffer; at: number; bytes: number }[]): Promise<Float32Array> {
    const { device } = this.#gpu;
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    if (!this.#staging || this.#staging.size < bytes) {
      if (this.#staging) this.#buffers.release(this.#staging);
      this.#staging = this.#buffers.staging('staging', bytes);
    }
    const staging = this.#staging;
    const encoder = device.createCommandEncoder();
    let to = 0;
    for (const part of parts) {
      encoder.copyBufferToBuffer(part.from, part.at, staging, to, part.bytes);
      to += part.bytes;
    }
    device.queue.submit([encoder.finish()]);
    await this.#gpu.finish(staging.mapAsync(GPUMapMode.READ, 0, bytes));
    const numbers = new Float32Array(staging.getMappedRange(0, bytes).slice(0));
    staging.unmap();
    if (staging.size > KEPT_STAGING) {
      this.#buffers.release(staging);
      this.#staging = undefined;
    }
    return numbers;
  }
}
