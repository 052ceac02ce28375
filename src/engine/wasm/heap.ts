const PAGE = 65536;
/** What 32-bit addresses reach. */
const LIMIT = 65536 * PAGE;
/** Arrays begin at cache lines. */
const LINE = 64;

/** The memory of one executor: arrays are laid one after the other and live as long as it does. */
export class Heap {
  readonly memory: WebAssembly.Memory;
  #end = 1024;
  #f32: Float32Array;
  #i32: Int32Array;

  /**
   * @param bytes what will be needed, as far as is known
   * @throws Error where there is not that much
   */
  constructor(bytes: number) {
    const pages = Math.ceil((bytes + 4096) / PAGE);
    const needs = (): string =>
      `This model and its data need ${megabytes(bytes)} of memory in one worker, and the browser gives ${bytes > LIMIT ? `at most ${megabytes(LIMIT)}` : 'less than that'}. Train fewer members at once, or take narrower layers or fewer points.`;
    if (pages * PAGE > LIMIT) throw new Error(needs());
    try {
      this.memory = new WebAssembly.Memory({ initial: pages });
    } catch (error) {
      throw new Error(needs(), { cause: error });
    }
    this.#f32 = new Float32Array(this.memory.buffer);
    this.#i32 = new Int32Array(this.memory.buffer);
  }

  /** All of the memory; taken anew after `allocate`, which may move it. */
  get f32(): Float32Array {
    return this.#f32;
  }

  get i32(): Int32Array {
    return this.#i32;
  }

  get bytes(): number {
    return this.#end;
  }

  /** Address of `bytes` zeros. */
  allocate(bytes: number): number {
    const at = this.#end;
    this.#end = at + Math.ceil(bytes / LINE) * LINE;
    const missing = this.#end - this.memory.buffer.byteLength;
    if (missing > 0) {
      try {
        this.memory.grow(Math.ceil(missing / PAGE));
      } catch (error) {
        throw new Error(
          `The browser gives this worker no more than the ${megabytes(at)} that it has. Train fewer members at once, or take narrower layers.`,
          { cause: error },
        );
      }
      this.#f32 = new Float32Array(this.memory.buffer);
      this.#i32 = new Int32Array(this.memory.buffer);
    }
    return at;
  }

  /** Address of these numbers, rounded to f32. */
  place(values: ArrayLike<number>): number {
    const at = this.allocate(4 * values.length);
    this.#f32.set(values, at / 4);
    return at;
  }
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20).toLocaleString('en')} MB`;
