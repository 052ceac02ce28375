import type { Tile } from '../../../layers/contract.ts';
import { strideOf, type Layout } from '../layout.ts';
import { judgeShader, updateShader } from './closing.ts';
import type { HeadShader } from './headShader.ts';

import { backwardPasses, forwardPasses, gradientPass, gradientThreads, takePass } from './layers.ts';
import type { PassSource } from './passSource.ts';

export interface Step {
  /** The passes through the model that prediction needs, in order. */
  forward: readonly PassSource[];
  /** All passes of a step after those, in order; the head's first, where it is one. */
  rest: readonly PassSource[];
  head: HeadShader;
  /** Parts in which the gradient is summed over the rows. */
  parts: number;
}

/**
 * Parts of the rows that the gradient pass sums side by side: where it would keep a GPU waiting for too few invocations,
 * more of them.
 */
export function partsOf(layout: Layout, software: boolean): number {
  // Whatever the number of members: sums in other parts are rounded otherwise, and a member is the same in any company.
  return !software && gradientThreads(layout, SMALL) < 8192 ? 16 : 4;
}

const SMALL: Tile = { rows: 1, columns: 1, inputs: 1, outputs: 1 };
/** Wide tiles read less for each product, and leave fewer invocations to do it. */
const WIDE: Tile = { rows: 2, columns: 4, inputs: 2, outputs: 2 };
const MIDDLE: Tile = { rows: 1, columns: 2, inputs: 1, outputs: 2 };

/** What an invocation makes: an emulated GPU has few cores, another has thousands to keep busy. */
export function tileOf({ blocks }: Layout, rows: number, members: number, software: boolean): Tile {
  if (software) return WIDE;
  const widest = Math.max(...blocks.map(({ out4 }) => out4));
  return members * widest * strideOf(rows) >= 2 ** 17 ? MIDDLE : SMALL;
}

/** All shaders around a head, and its own. @param parts in which the gradient is summed over the rows */
export function stepOf(layout: Layout, parts: number, tile: Tile, head: HeadShader): Step {
  const { parameters4 } = layout;
  const features = layout.features + head.sums;
  const closing = { set: 'closing' } as const;
  const { code } = head;
  const own: PassSource[] =
    code === undefined
      ? []
      : [
          {
            set: 'network',
            label: 'head',
            code,
            whole: head.over === 'members',
            threads: (rows) => (head.over === 'members' ? head.group : rows),
            work: () => code.length / 20,
          },
        ];
  return {
    forward: [takePass(layout), ...forwardPasses(layout, tile)],
    head,
    parts,
    rest: [
      ...own,
      ...backwardPasses(layout, tile),
      gradientPass(layout, features, parts, tile),
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
