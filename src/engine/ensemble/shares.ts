import type { Chunk, ChunkResult, ParameterState } from '../executor.ts';

/** Neighbouring members that one executor trains: they are on one host and see the same data. */
export interface Share {
  /** Which group of members with the same data they belong to. */
  group: number;
  /** The first of them, among all members. */
  from: number;
  count: number;
}

/**
 * Splits members over hosts: contiguous, as evenly as possible, and cut where the data change.
 *
 * @param groups how many members each group has, in member order
 * @param hosts at most; never more than there are members
 * @returns the shares of each host, in member order
 */
export function splitMembers(groups: readonly number[], hosts: number): Share[][] {
  const members = groups.reduce((sum, count) => sum + count, 0);
  const used = Math.max(1, Math.min(hosts, members));
  const edge = (host: number): number => Math.floor((host * members) / used);
  let start = 0;
  const ranges = groups.map((count, group) => ({ group, from: start, to: (start += count) }));
  return Array.from({ length: used }, (_, host) =>
    ranges.flatMap((range) => {
      const from = Math.max(range.from, edge(host));
      const to = Math.min(range.to, edge(host + 1));
      return to > from ? [{ group: range.group, from, count: to - from }] : [];
    }),
  );
}

/** The rows of a share in values `[K, width]`: a copy. */
export const rowsOf = (values: Float64Array, { from, count }: Share, width: number): Float64Array =>
  values.slice(from * width, (from + count) * width);

/** A share's state: a copy. @param count parameters of one member */
export const stateOf = (state: ParameterState, share: Share, count: number): ParameterState => ({
  parameters: rowsOf(state.parameters, share, count),
  moments: rowsOf(state.moments, share, 2 * count),
});

/**
 * A chunk for each share of one host: copies, so that their buffers can move. Lists of batches that shares or members
 * have in common are copied once.
 *
 * @param held members that stay as they are: a rate of 0 moves no weight
 */
export function chunksOf(
  chunk: Chunk,
  members: number,
  shares: readonly Share[],
  held: { has: (member: number) => boolean },
): Chunk[] {
  const copies = new Map<Int32Array, Int32Array>();
  const copy = (list: Int32Array): Int32Array => {
    const known = copies.get(list) ?? list.slice();
    copies.set(list, known);
    return known;
  };
  return shares.map(({ from, count }) => {
    const own = chunk.batches.length > 1 ? chunk.batches.slice(from, from + count) : chunk.batches;
    const lists = own.every((list) => list === own[0]) ? own.slice(0, 1) : own;
    const columns = (values: Float64Array, instead: number): Float64Array => {
      const out = new Float64Array(chunk.steps * count);
      for (let member = 0; member < count; member++) {
        const stays = held.has(from + member);
        for (let step = 0; step < chunk.steps; step++)
          out[step * count + member] = stays ? instead : (values[step * members + from + member] as number);
      }
      return out;
    };
    return {
      steps: chunk.steps,
      batches: lists.map(copy),
      learningRate: columns(chunk.learningRate, 0),
      correction1: columns(chunk.correction1, 1),
      correction2: columns(chunk.correction2, 1),
    };
  });
}

/** Puts the results of shares together, in member order. */
export function joinResults(
  steps: number,
  members: number,
  parts: readonly { share: Share; result: ChunkResult }[],
): ChunkResult {
  const whole = {
    loss: new Float64Array(steps * members),
    gradientNorm: new Float64Array(steps * members),
  };
  for (const { share, result } of parts)
    for (const key of ['loss', 'gradientNorm'] as const)
      for (let step = 0; step < steps; step++)
        whole[key].set(
          result[key].subarray(step * share.count, (step + 1) * share.count),
          step * members + share.from,
        );
  return whole;
}

/** Values of all shares, one after the other. */
export function joinRows(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
