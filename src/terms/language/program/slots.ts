import type { ArrayOf, Instruction, ScalarOf } from './instructions.ts';

/** Without what no output needs: operands of products that turned out to be zero. */
export function needed<T extends { instruction: Instruction }>(
  emitted: readonly T[],
  outputs: readonly (ArrayOf | ScalarOf)[],
): T[] {
  const wanted = new Set<ArrayOf | ScalarOf>(outputs);
  return emitted
    .toReversed()
    .filter(({ instruction: { out, from } }) => {
      if (!wanted.has(out.of)) return false;
      for (const { of } of from) wanted.add(of);
      return true;
    })
    .reverse();
}

/**
 * Gives every array that is not given from outside a slot; a slot is free again after its array's last use. What
 * blocks add up and outputs keep theirs.
 */
export function allocate(
  block: readonly Instruction[],
  final: readonly Instruction[],
  outputs: readonly (ArrayOf | ScalarOf)[],
): { rows: number; lanes: boolean }[] {
  const slots: { rows: number; lanes: boolean }[] = [];
  const lastUse = new Map<ArrayOf, number>();
  const all = [...block, ...final];
  all.forEach(({ from, out }, i) => {
    lastUse.set(out.of, i);
    for (const { of } of from) if (of.kind === 'array') lastUse.set(of, i);
  });
  const kept = new Set<ArrayOf>(outputs.filter((x) => x.kind === 'array'));
  for (const { operation, out } of all) if (operation === 'laneSum') kept.add(out.of);
  for (const { from } of final) for (const { of } of from) if (of.kind === 'array') kept.add(of);
  const free: number[] = [];
  all.forEach(({ out: { of: array }, from }, i) => {
    if (array.name === undefined && array.slot < 0) {
      const fitting = kept.has(array)
        ? -1
        : free.findIndex((slot) => slots[slot]?.rows === array.rows && slots[slot].lanes === array.lanes);
      array.slot =
        fitting < 0
          ? slots.push({ rows: array.rows, lanes: array.lanes }) - 1
          : (free.splice(fitting, 1)[0] as number);
    }
    for (const of of new Set([array, ...from.map((operand) => operand.of)]))
      if (of.kind === 'array' && of.slot >= 0 && lastUse.get(of) === i && !kept.has(of)) free.push(of.slot);
  });
  return slots;
}
