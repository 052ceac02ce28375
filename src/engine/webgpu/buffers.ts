/** The buffers of one executor, so that none is forgotten. */
export class Buffers {
  readonly #device: GPUDevice;
  readonly #held = new Set<GPUBuffer>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  get bytes(): number {
    let sum = 0;
    for (const { size } of this.#held) sum += size;
    return sum;
  }

  /** A buffer for shaders, that can be written and copied from; zeros at first. @throws Error where it cannot be that large */
  storage(label: string, bytes: number): GPUBuffer {
    const { maxStorageBufferBindingSize, maxBufferSize } = this.#device.limits;
    const most = Math.min(maxStorageBufferBindingSize, maxBufferSize);
    if (bytes > most)
      throw new Error(
        `This needs ${megabytes(bytes)} of GPU memory in one piece (${label}), and the GPU gives ${megabytes(most)}: train fewer or smaller models, with smaller batches, or use the executor wasm.`,
      );
    return this.#make(
      label,
      bytes,
      GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    );
  }

  uniform(label: string, bytes: number): GPUBuffer {
    return this.#make(label, bytes, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
  }

  /** For numbers on their way back. */
  staging(label: string, bytes: number): GPUBuffer {
    return this.#make(label, bytes, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
  }

  /** A storage buffer that holds these numbers, at least 16 bytes. */
  holding(label: string, numbers: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>): GPUBuffer {
    const buffer = this.storage(label, Math.max(16, numbers.byteLength));
    this.#device.queue.writeBuffer(buffer, 0, numbers);
    return buffer;
  }

  release(buffer: GPUBuffer): void {
    this.#held.delete(buffer);
    buffer.destroy();
  }

  destroy(): void {
    for (const buffer of this.#held) buffer.destroy();
    this.#held.clear();
  }

  #make(label: string, bytes: number, usage: number): GPUBuffer {
    const buffer = this.#device.createBuffer({ label, size: Math.ceil(bytes / 16) * 16, usage });
    this.#held.add(buffer);
    return buffer;
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
