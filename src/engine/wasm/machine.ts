import type { Expression } from '../../terms/language/expression.ts';
import {
  program,
  type ArrayOf,
  type Program,
  type ScalarOf,
  type Shape,
} from '../../terms/language/program.ts';
import { encode, WORDS, type Places } from './code.ts';
import type { Heap } from './heap.ts';
import type { Kernels } from './wasmKernels.ts';

/** Rows of the batch that go through a program at once: all that lives meanwhile stays in the nearest cache. */
const BLOCK_ROWS = 64;

/** Where an array from outside lies: `[rows, lanes]`, `pitch` bytes from row to row. */
export interface Place {
  address: number;
  pitch: number;
}

export interface Work {
  outputs: readonly { value: Expression; name?: string }[];
  shape: Shape;
  /** Rows of the batch, and vectors that cover them. */
  rows: number;
  vectors: number;
  named: ReadonlyMap<string, Place>;
}

interface Loaded {
  program: Program;
  places: Places;
  /** Address and number of instructions: of a whole block, of the rest of the batch, and after all. */
  block: Code;
  rest: Code;
  final: Code;
  /** Vectors of a whole block, and how many there are. */
  vectors: number;
  blocks: number;
}

interface Code {
  at: number;
  count: number;
}

/** Expressions made ready for the knobs of one member. */
export interface Prepared {
  loaded: Loaded;
  /** Numbers of the host, each in every lane. */
  scalars: Float32Array;
}

/** Computes expressions over a batch, for any number of members whose knobs differ. */
export class Machine {
  readonly #kernels: Kernels;
  readonly #heap: Heap;
  readonly #work: Work;
  readonly #lanes: number;
  readonly #loaded: Loaded[] = [];
  /** Memory of the slots, shared by all programs; every one of them fits. */
  #arena = { at: 0, bytes: 0 };
  #scalars = { at: 0, bytes: 0 };
  #inPlace: Prepared | undefined;

  constructor(kernels: Kernels, heap: Heap, work: Work) {
    this.#kernels = kernels;
    this.#heap = heap;
    this.#work = work;
    this.#lanes = kernels.LANES.value;
  }

  /** @param knob the numbers of one member */
  prepare(knob: (key: string) => number): Prepared {
    let loaded = this.#loaded.find(({ program: made }) => made.holds(knob));
    if (!loaded) this.#loaded.push((loaded = this.#load(knob)));
    const scalars = new Float32Array(loaded.program.scalars.length * this.#lanes);
    loaded.program.scalars.forEach((value, i) => {
      scalars.fill(value(knob), i * this.#lanes, (i + 1) * this.#lanes);
    });
    return { loaded, scalars };
  }

  run(prepared: Prepared): void {
    const { loaded, scalars } = prepared;
    const { block, rest, final, vectors, blocks } = loaded;
    if (this.#inPlace !== prepared) {
      // Where this program reads them: one that came later may have needed more room.
      this.#heap.f32.set(scalars, loaded.places.scalars / 4);
      this.#inPlace = prepared;
    }
    const { run } = this.#kernels;
    const bytes = vectors * this.#lanes * 4;
    const whole = vectors * this.#lanes;
    const { rows } = this.#work;
    for (let i = 0; i < blocks; i++) run(block.at, block.count, i * bytes, Math.min(whole, rows - i * whole));
    if (rest.count > 0) run(rest.at, rest.count, blocks * bytes, rows - blocks * whole);
    if (final.count > 0) run(final.at, final.count, 0, rows);
  }

  /** Output number i of the last run, where it does not vary over the batch and has no other axis. */
  number(prepared: Prepared, i: number): number {
    const { loaded, scalars } = prepared;
    const output = loaded.program.outputs[i] as ArrayOf | ScalarOf;
    if (output.kind === 'scalar') return scalars[output.at * this.#lanes] as number;
    return this.#heap.f32[(loaded.places.slots[output.slot] as number) / 4] as number;
  }

  #load(knob: (key: string) => number): Loaded {
    const { outputs, shape, vectors: all, named } = this.#work;
    const made = program(outputs, shape, knob);
    const vector = 4 * this.#lanes;
    const vectors = made.divisible ? Math.min(all, BLOCK_ROWS / this.#lanes) : all;
    const slotBytes = made.slots.map(({ rows, lanes }) => rows * (lanes ? vectors : 1) * vector);
    this.#arena = this.#enough(
      this.#arena,
      slotBytes.reduce((a, b) => a + b, 0),
    );
    this.#scalars = this.#enough(this.#scalars, made.scalars.length * vector);
    let at = this.#arena.at;
    const slots = slotBytes.map((bytes) => (at += bytes) - bytes);
    const places: Places = { vector, vectors, slots, scalars: this.#scalars.at, named };
    const blocks = Math.floor(all / vectors);
    const left = all - blocks * vectors;
    const none = { at: 0, count: 0 };
    return {
      program: made,
      places,
      vectors,
      blocks,
      block: this.#store(encode(made.block, places)),
      rest: left > 0 ? this.#store(encode(made.block, { ...places, vectors: left })) : none,
      final: this.#store(encode(made.final, places)),
    };
  }

  #store(code: Int32Array): Code {
    const at = this.#heap.allocate(code.byteLength);
    this.#heap.i32.set(code, at / 4);
    return { at, count: code.length / WORDS };
  }

  /** Programs that were loaded before keep the memory that they were made for. */
  #enough(area: { at: number; bytes: number }, bytes: number): { at: number; bytes: number } {
    return bytes <= area.bytes ? area : { at: this.#heap.allocate(bytes), bytes };
  }
}
