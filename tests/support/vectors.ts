import { Heap } from '../../src/engine/wasm/heap.ts';
import { compileKernels, instantiate, type Compiled } from '../../src/engine/wasm/wasmKernels.ts';
import { padRows } from '../../src/engine/wasm/layout.ts';
import { Machine } from '../../src/engine/wasm/machine.ts';
import type { Sizes } from '../../src/terms/language/evaluate.ts';
import { AXES, schedule, type Axis, type Expression } from '../../src/terms/language/expression.ts';
import type { Inputs, Knobs } from './language.ts';

const compiled = new Map<boolean, Promise<Compiled>>();
/** The kernels, with SIMD or without: compiled once. */
export function kernels(simd = true): Promise<Compiled> {
  let found = compiled.get(simd);
  if (!found) compiled.set(simd, (found = compileKernels(simd)));
  return found;
}

/** The axis that lies side by side in vectors, unless another is asked for: the slowest of the inputs. */
export function sampleAxisOf(outputs: readonly Expression[]): Axis {
  const found = schedule(outputs).flatMap((x) => (x.op === 'input' ? x.axes : []));
  return AXES.find((axis) => found.includes(axis)) ?? 'row';
}

/** Entry number i of an array in axis order: its row and its lane where the sample axis lies side by side. */
export function cellIn(
  sizes: Sizes,
  sample: Axis,
  axes: readonly Axis[],
  i: number,
): { row: number; lane: number } {
  let [rest, row, step, lane] = [i, 0, 1, 0];
  for (const axis of [...axes].reverse()) {
    const length = sizes[axis] ?? 1;
    if (axis === sample) lane = rest % length;
    else {
      row += step * (rest % length);
      step *= length;
    }
    rest = Math.floor(rest / length);
  }
  return { row, lane };
}

/**
 * Values of expressions as the WASM machine computes them, in f32.
 *
 * @param inputs arrays in axis order
 * @returns one array for each output, in axis order
 */
export function valuesOnWasm(
  module: Compiled,
  outputs: readonly Expression[],
  inputs: Readonly<Record<string, ArrayLike<number>>>,
  sizes: Sizes,
  knob: (key: string) => number,
  sample = sampleAxisOf(outputs),
): Float32Array[] {
  const heap = new Heap(0);
  const rows = sizes[sample] ?? 1;
  const padded = padRows(rows);
  const full = { ...sizes, [sample]: rows };
  const exports = instantiate(module, heap.memory);
  const lanes = exports.LANES.value;
  // Wider than the batch, as those of the executor are.
  const pitchOf = (axes: readonly Axis[]): number => (axes.includes(sample) ? 4 * padded + 64 : 4 * lanes);
  const lengthOf = (axes: readonly Axis[]): number => axes.reduce((n, axis) => n * (full[axis] ?? 1), 1);
  const placeFor = (axes: readonly Axis[]) => {
    const pitch = pitchOf(axes);
    return { pitch, address: heap.allocate(pitch * lengthOf(axes.filter((axis) => axis !== sample))) };
  };
  const cellOf = (axes: readonly Axis[], i: number) => cellIn(full, sample, axes, i);
  const named = new Map<string, ReturnType<typeof placeFor>>();
  for (const x of schedule(outputs))
    if (x.op === 'input' && !named.has(x.name)) {
      const place = placeFor(x.axes);
      named.set(x.name, place);
      const values = inputs[x.name] ?? [];
      const put = (i: number, row: number, lane: number): void => {
        heap.f32[(place.address + row * place.pitch) / 4 + lane] = values[i] as number;
      };
      for (let i = 0; i < lengthOf(x.axes); i++) {
        const { row, lane } = cellOf(x.axes, i);
        if (!x.axes.includes(sample)) for (let l = 0; l < lanes; l++) put(i, row, l);
        else {
          put(i, row, lane);
          // What fills up the last vectors is a copy of the first row, as in the executor.
          if (lane === 0) for (let l = rows; l < padded; l++) put(i, row, l);
        }
      }
    }
  const names = outputs.map((_, i) => `output ${i}`);
  outputs.forEach(({ axes }, i) => named.set(names[i] as string, placeFor(axes)));
  const machine = new Machine(exports, heap, {
    outputs: outputs.map((value, i) => ({ value, name: names[i] as string })),
    shape: { sample, sizes: full },
    rows,
    vectors: padded / lanes,
    named,
  });
  machine.run(machine.prepare(knob));
  return outputs.map(({ axes }, i) => {
    const { address, pitch } = named.get(names[i] as string) as ReturnType<typeof placeFor>;
    return Float32Array.from({ length: lengthOf(axes) }, (_, j) => {
      const { row, lane } = cellOf(axes, j);
      return heap.f32[(address + row * pitch) / 4 + lane] as number;
    });
  });
}

/** The value of one expression, on the kernels with SIMD or without. */
export async function valueOnWasm(
  x: Expression,
  inputs: Inputs,
  sizes: Sizes,
  knobs: Knobs = {},
  { simd = true, sample }: { simd?: boolean; sample?: Axis } = {},
): Promise<Float32Array> {
  const knob = (key: string): number => knobs[key] ?? NaN;
  return valuesOnWasm(await kernels(simd), [x], inputs, sizes, knob, sample)[0] as Float32Array;
}
