import type { Plan } from '../../plan.ts';
import type { Layout } from '../layout.ts';
import { quads } from '../layout.ts';
import type { SetName } from './bindings.ts';
import { judgeShader, updateShader } from './closing.ts';
import { backwardShader, forwardShader, gradientShader, gradientThreads } from './dense.ts';
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
}

/** All shaders of a plan. @throws Error where the head has a term that no kernel can be made of */
export function stepOf(plan: Plan, layout: Layout): Step {
  const { blocks, parameters4 } = layout;
  const head = headShader(plan, layout);
  const features = layout.features + head.sums;
  const tile = { set: 'network', whole: false } as const;
  const forward = blocks.map((block, l): PassSource => ({
    ...tile,
    label: `forward ${String(l)}`,
    code: forwardShader(layout, l),
    threads: (rows) => quads(rows) * block.out4,
    work: () => 64 * block.in4,
  }));
  const backward = blocks.slice(1).map((block, i): PassSource => ({
    ...tile,
    label: `backward ${String(i + 1)}`,
    code: backwardShader(layout, i + 1),
    threads: (rows) => quads(rows) * block.in4,
    work: () => 64 * block.out4,
  }));
  const closing = { set: 'closing' } as const;
  return {
    forward,
    head,
    rest: [
      {
        set: 'network',
        label: 'head',
        code: head.code,
        whole: head.over === 'members',
        threads: (rows) => (head.over === 'members' ? head.group : rows),
        work: () => head.code.length / 20,
      },
      ...backward.reverse(),
      {
        ...tile,
        label: 'gradient',
        code: gradientShader(layout, features),
        threads: () => gradientThreads(layout),
        work: (rows) => 64 * quads(rows),
      },
      {
        ...closing,
        label: 'judge',
        code: judgeShader(parameters4, features, layout.features, head),
        whole: true,
        threads: () => head.group,
        work: () => parameters4 / 8,
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
