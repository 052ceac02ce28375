import type { Expression } from './expression.ts';
import { Emitter } from './program/emitter.ts';
import { HostNumbers } from './program/host.ts';
import type { Instruction, Knobs, Program, Shape } from './program/instructions.ts';
import { Lowering } from './program/lowering.ts';
import { allocate, needed } from './program/slots.ts';

export * from './program/instructions.ts';
export { NoKernel } from './program/lowering.ts';

/**
 * @param outputs with the name under which each is taken outside, where it is; others live in a slot of their own
 * @param knob the numbers for which the program is made; without them it holds for all, and the machine takes a
 *   product with a scalar of zero for zero, be the other factor infinite or not
 * @throws when an axis has no size
 * @throws NoKernel for `gather` and `oneHot` along the sample axis
 */
export function program(
  outputs: readonly { value: Expression; name?: string }[],
  shape: Shape,
  knob?: Knobs,
): Program {
  const host = new HostNumbers(knob);
  const emitter = new Emitter(shape, host);
  const lowering = new Lowering(
    emitter,
    host,
    outputs.map(({ value }) => value),
  );
  const places = outputs.map(({ value, name }) => emitter.output(lowering.valueOf(value), value.axes, name));
  const live = needed(emitter.emitted, places);
  const divisible = live.every(
    ({ instruction: { operation, out }, late }) =>
      !(late && out.of.lanes) && (operation === 'laneSum' || !operation.startsWith('lane')),
  );
  const part = (late: boolean): Instruction[] =>
    live.filter((x) => (divisible && x.late) === late).map(({ instruction }) => instruction);
  const [block, final] = [part(false), part(true)];
  return {
    block,
    final,
    divisible,
    scalars: host.scalars,
    constants: host.scalars.map((value) => host.constantOf(value)),
    slots: allocate(block, final, places),
    outputs: places,
    holds: (k) => host.holds(k),
  };
}
