import type { Datasets, ExecutorSetup } from '../executor.ts';
import { initialParameters } from '../initialization.ts';
import { parameterLayout, type Plan } from '../plan.ts';
import { outOfMemory, saysNoMemory } from './memory.ts';

/** What a member has for itself at the start. */
export interface MemberStart {
  /** Of its initial parameters. */
  seed: number;
  /** Knob values `[H]`, in the order of `plan.knobs`. */
  knobs: Float64Array;
}

/**
 * K members that see the same data, each from its own seed and with its own knobs.
 *
 * @throws OutOfMemory where there is no room for their states
 */
export function memberSetup(plan: Plan, data: Datasets, members: readonly MemberStart[]): ExecutorSetup {
  const { count } = parameterLayout(plan);
  const K = members.length;
  try {
    const state = {
      parameters: new Float64Array(K * count),
      moments: new Float64Array(2 * K * count),
    };
    const knobs = new Float64Array(K * plan.knobs.length);
    const bySeed = new Map<number, Float64Array>();
    members.forEach((member, k) => {
      const start = bySeed.get(member.seed) ?? initialParameters(plan, member.seed);
      bySeed.set(member.seed, start);
      state.parameters.set(start, k * count);
      knobs.set(member.knobs, k * plan.knobs.length);
    });
    return { plan, members: K, data, state, knobs };
  } catch (error) {
    if (saysNoMemory(error)) throw outOfMemory(K, plan, error.message);
    throw error;
  }
}
