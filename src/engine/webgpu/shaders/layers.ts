import type { Tile, WgslPass, WgslPlan } from '../../../layers/contract.ts';
import { inWgsl } from '../../../layers/wgsl.ts';
import { QUAD, strideOf, type Block, type Layout } from '../layout.ts';
import { declare, GROUP, SAMPLE_OF } from './bindings.ts';
import { MATH } from './math.ts';
import type { PassSource } from './passSource.ts';

/** What every pass through the model begins with; the texts of layers go on from here. */
const MAIN = `@compute @workgroup_size(${String(GROUP)})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let at = id.x + span.base;
  let S = span.stride;
  let member = span.member + id.z;
  let work0 = id.z * span.pitch;`;

const u = (n: number): string => `${String(n)}u`;

/** Brings the samples of the batch to the work space, column by column. */
export function takePass({ inputs }: Layout): PassSource {
  const { count, in4, values } = inputs;
  return {
    set: 'network',
    label: 'take',
    code: `${declare('network', { features: 'f32', batch: 'u32', work: 'f32', control: 'u32' })}
${SAMPLE_OF}
${MAIN}
  if (at >= S * 4u) { return; }
  let sample = sampleOf(member, at) * ${u(QUAD * in4)};
  for (var i = 0u; i < ${u(count)}; i++) { work[(work0 + (${u(values)} + i) * S) * 4u + at] = features[sample + i]; }
}
`,
    threads: (rows) => QUAD * strideOf(rows),
    whole: false,
    work: () => 4 * count,
  };
}

/** A layer's pass, with what its text relies on. */
export function layerPass(label: string, { body, view, functions, threads, work }: WgslPass): PassSource {
  return {
    set: 'network',
    label,
    code: `${declare('network', { parameters: view, work: view })}
${functions ? MATH : ''}
${MAIN}${body}`,
    threads: (rows) => threads(strideOf(rows)),
    whole: false,
    work: (rows) => work(strideOf(rows)),
  };
}

/** Values of every layer, in order. */
export const forwardPasses = ({ blocks, parameters4 }: Layout, tile: Tile): PassSource[] =>
  blocks.map((block, l) =>
    layerPass(`forward ${String(l)}`, inWgsl(block.spec).forward(block, { parameters4, tile })),
  );

/** From the derivative by the logits that by the values of each layer, times its slope; last layer first. */
export function backwardPasses(layout: Layout, tile: Tile): PassSource[] {
  const { blocks, parameters4 } = layout;
  const passes = blocks.slice(1).map((block, i) => {
    const below = blocks[i] as Block;
    const slope = inWgsl(below.spec).slope?.(below.spec);
    const pass = inWgsl(block.spec).backward(block, { ...below, slope }, { parameters4, tile });
    return layerPass(`backward ${String(i + 1)}`, pass);
  });
  return [...lastSlope(layout), ...passes.reverse()];
}

/** The slope of the last layer, whose derivative the head has written. */
function lastSlope({ blocks }: Layout): PassSource[] {
  const last = blocks.at(-1);
  const slope = last && inWgsl(last.spec).slope?.(last.spec);
  if (!slope) return [];
  const { out4, values, extra, adjoints } = last;
  const place = (first: number): string => `work[work0 + ${u(first)} * S + at]`;
  return [
    layerPass('slope', {
      body: `
  if (at >= S * ${u(QUAD * out4)}) { return; }
  let y = ${place(values)};
  let z = ${place(extra)};
  ${place(adjoints)} *= ${slope.text('y', 'z')};
}
`,
      view: 'vec4f',
      functions: slope.functions,
      threads: (stride) => stride * QUAD * out4,
      work: () => 16,
    }),
  ];
}

/** Invocations of the gradient pass for each part of the rows. */
export const gradientThreads = ({ blocks, parameters4 }: Layout, tile: Tile): number =>
  blocks.reduce((sum, block) => sum + inWgsl(block.spec).gradient(block, { parameters4, tile }).tiles, 0);

/**
 * Gradient by all parameters, summed over the rows in `parts` parts by as many neighbours.
 *
 * @param features columns of the work space, behind which the parts lie
 */
export function gradientPass(layout: Layout, features: number, parts: number, tile: Tile): PassSource {
  const { blocks, parameters4 } = layout;
  const plan: WgslPlan = { parameters4, tile };
  const layers = blocks.map((block) => inWgsl(block.spec).gradient(block, plan));
  let first = 0;
  const bodies = layers.map(({ tiles, body }) => body((first += tiles) - tiles, parts));
  const heaviest = Math.max(...layers.map(({ work }) => work));
  return {
    set: 'network',
    label: 'gradient',
    code: `${declare('network', { work: 'vec4f' })}
${MAIN}
  let part = at % ${u(parts)};
  let tile = at / ${u(parts)};
  let g0 = work0 + ${u(features)} * S + part * ${u(parameters4)};
  ${bodies.join('\n  ')}
}
`,
    threads: () => parts * gradientThreads(layout, tile),
    whole: false,
    work: (rows) => (strideOf(rows) * heaviest) / parts,
  };
}
