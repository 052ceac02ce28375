import type { Plan } from '../../plan.ts';
import type { Layout } from '../layout.ts';
import { QUAD, strideOf } from '../layout.ts';
import type { SetName } from './bindings.ts';
import { judgeShader, updateShader } from './closing.ts';
import {
  backwardShader,
  forwardShader,
  gradientShader,
  gradientThreads,
  slopeShader,
  takeShader,
} from './dense.ts';
import { headShader, type HeadShader } from './head.ts';

/** One dispatch of a step, before it is compiled. */
export interface PassSource {
  label: string;
  set: SetName;
  code: string;
  /** Invocations for each member; what meets in one workgroup cannot be cut. */
  threads: (rows: number) => number;
  whole: boolean;
  /** Multiplications of one invocation, about. */
  work: (rows: number) => number;
}

export interface Step {
  /** The passes through the model that prediction needs, in order. */
  forward: readonly PassSource[];
  /** All passes of a step after those, in order. */
  rest: readonly PassSource[];
  head: HeadShader;
  /** Parts in which the gradient is summed over the rows. */
  parts: number;
}

/**
 * Parts of the rows that the gradient pass sums side by side: where it would keep a GPU waiting for too few invocations,
 * more of them.
 */
export function partsOf(layout: Layout, members: number, software: boolean): number {
  return !software && members * gradientThreads(layout) < 8192 ? 16 : 4;
}

/** All shaders of a plan. @throws Error where the head has a term that no kernel can be made of */
export function stepOf(plan: Plan, layout: Layout, parts: number): Step {
  const { blocks, parameters4 } = layout;
  const head = headShader(plan, layout, parts);
  const features = layout.features + head.sums;
  const tile = { set: 'network', whole: false } as const;
  const take: PassSource = {
    ...tile,
    label: 'take',
    code: takeShader(layout),
    threads: (rows) => QUAD * strideOf(rows),
    work: () => 4 * layout.inputs.count,
  };
  const forward = blocks.map((block, l): PassSource => ({
    ...tile,
    label: `forward ${String(l)}`,
    code: forwardShader(layout, l),
    threads: (rows) => strideOf(rows) * block.out4,
    work: () => 64 * block.in4,
  }));
  const backward = blocks.slice(1).map((block, i): PassSource => ({
    ...tile,
    label: `backward ${String(i + 1)}`,
    code: backwardShader(layout, i + 1),
    threads: (rows) => strideOf(rows) * block.in4,
    work: () => 64 * block.out4,
  }));
  const closing = { set: 'closing' } as const;
  const last = blocks.at(-1);
  const slope: PassSource[] = last?.activation
    ? [
        {
          ...tile,
          label: 'slope',
          code: slopeShader(layout),
          threads: (rows) => strideOf(rows) * last.out4,
          work: () => 64,
        },
      ]
    : [];
  return {
    forward: [take, ...forward],
    head,
    parts,
    rest: [
      {
        set: 'network',
        label: 'head',
        code: head.code,
        whole: head.over === 'members',
        threads: (rows) => (head.over === 'members' ? head.group : rows),
        work: () => head.code.length / 20,
      },
      ...slope,
      ...backward.reverse(),
      {
        ...tile,
        label: 'gradient',
        code: gradientShader(layout, features, parts),
        threads: () => parts * gradientThreads(layout),
        work: (rows) => (64 * strideOf(rows)) / parts,
      },
      {
        ...closing,
        label: 'judge',
        code: judgeShader(parameters4, features, layout.features, parts, head),
        whole: true,
        threads: () => head.group,
        work: () => (parts * parameters4) / 8,
      },
      {
        ...closing,
        label: 'update',
        code: updateShader(parameters4, features, head),
        whole: false,
        threads: () => parameters4,
        work: () => 64,
      },
    ],
  };
}
