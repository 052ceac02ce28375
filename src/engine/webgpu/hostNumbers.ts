import type { Chunk } from '../executor.ts';
import { OPTIMIZERS } from '../optimizers.ts';
import { fromDevice, QUAD, toDevice, type Layout } from './layout.ts';
import { NUMBERS } from './shaders/bindings.ts';
import type { HeadShader } from './shaders/headShader.ts';
import { numbersPerMember } from './shaders/program.ts';

/* What the host works out for the device, in f64, rounded once. */

/** Knob values by key, for each member. */
export type MemberKnobs = readonly ReadonlyMap<string, number>[];

/** Numbers of all members: those of the optimizer, then those of the head. @throws Error where a knob is missing */
export function knobNumbers(head: HeadShader, members: MemberKnobs): Float32Array<ArrayBuffer> {
  const size = numbersPerMember(head);
  const numbers = new Float32Array(members.length * size);
  members.forEach((own, k) => {
    const knob = (key: string): number => {
      const value = own.get(key);
      if (value === undefined) throw new Error(`The plan has no knob ${key}.`);
      return value;
    };
    const kind = OPTIMIZERS[knob('training.optimizer')] ?? 'adam';
    const set = (name: keyof typeof NUMBERS, value: number): void => {
      numbers[k * size + NUMBERS[name]] = value;
    };
    set('kind', OPTIMIZERS.indexOf(kind));
    set('decay', kind === 'adamw' ? 0 : knob('training.weight_decay'));
    set('first', kind === 'sgd' ? knob('training.momentum') : 1 - knob('training.beta1'));
    set('second', 1 - knob('training.beta2'));
    set('eps', knob('training.eps'));
    set('clip', knob('training.grad_clip'));
    head.scalars.forEach((scalar, i) => {
      numbers[k * size + NUMBERS.head + i] = scalar(knob);
    });
  });
  return numbers;
}

/** Factors of every update of a chunk, `[steps, K]` quads. */
export function rateNumbers(
  { steps, learningRate, correction1, correction2 }: Chunk,
  members: MemberKnobs,
): Float32Array<ArrayBuffer> {
  const K = members.length;
  const rates = new Float32Array(QUAD * steps * K);
  members.forEach((knobs, k) => {
    const kind = OPTIMIZERS[knobs.get('training.optimizer') ?? 0];
    const decay = kind === 'adamw' ? (knobs.get('training.weight_decay') ?? 0) : 0;
    for (let at = k; at < steps * K; at += K) {
      const rate = learningRate[at] as number;
      rates[QUAD * at] = kind === 'sgd' ? rate : rate / (correction1[at] as number);
      rates[QUAD * at + 1] = 1 / Math.sqrt(correction2[at] as number);
      rates[QUAD * at + 2] = rate * decay;
    }
  });
  return rates;
}

/** So many vectors of `count` numbers, laid out as flat parameters are, in the device's order. */
export function pack(
  layout: Layout,
  flat: Float64Array,
  vectors: number,
  count: number,
): Float32Array<ArrayBuffer> {
  const size = QUAD * layout.parameters4;
  const padded = new Float32Array(vectors * size);
  for (let i = 0; i < vectors; i++)
    toDevice(layout, flat.subarray(i * count, (i + 1) * count), padded.subarray(i * size, (i + 1) * size));
  return padded;
}

/** The other way round. */
export function unpack(layout: Layout, padded: Float32Array, vectors: number, count: number): Float64Array {
  const size = QUAD * layout.parameters4;
  const flat = new Float64Array(vectors * count);
  for (let i = 0; i < vectors; i++)
    fromDevice(layout, padded.subarray(i * size, (i + 1) * size), flat.subarray(i * count, (i + 1) * count));
  return flat;
}
