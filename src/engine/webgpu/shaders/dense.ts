import type { Activation } from '../../plan.ts';
import type { DenseBlock, Layout } from '../layout.ts';
import { declare, GROUP, SAMPLE_OF } from './bindings.ts';
import { MATH } from './math.ts';

/**
 * Dense layers in WGSL. An invocation makes four features of four rows, or four by four weights; nobody waits for
 * another. The shape of a plan is written into the text, so that loops have fixed ends.
 */

const LETTERS = ['x', 'y', 'z', 'w'] as const;
const FOUR = [0, 1, 2, 3] as const;
const u = (n: number): string => `${String(n)}u`;
/** Lines for each of four, joined. */
const four = (line: (i: number, letter: string) => string, between = '\n'): string =>
  FOUR.map((i) => line(i, LETTERS[i])).join(between);

/** Whether a shader needs more than arithmetic. */
const math = (block: DenseBlock): string =>
  block.activation === undefined || block.activation === 'relu' ? '' : MATH;

const each = (f: string, z: string): string => `vec4f(${four((_, c) => `${f}(${z}.${c})`, ', ')})`;

function activated(activation: Activation | undefined, z: string): string {
  switch (activation) {
    case undefined:
      return z;
    case 'relu':
      return `max(${z}, vec4f(0))`;
    case 'tanh':
      return each('tanhOf', z);
    case 'silu':
      return `${z} * ${each('sigmoidOf', z)}`;
    case 'gelu':
      return `${z} * 0.5f * (1f + ${each('erfOf', `(${z} * 0.70710678f)`)})`;
  }
}

/** Four rows' slopes of an activation, from its value y and the sum z before it. */
function slope(activation: Activation | undefined, y: string, z: string): string {
  switch (activation) {
    case undefined:
      return 'vec4f(1)';
    case 'relu':
      return `select(vec4f(0), vec4f(1), ${y} > vec4f(0))`;
    case 'tanh':
      return `(1f - ${y} * ${y})`;
    case 'silu': {
      const s = each('sigmoidOf', z);
      return `(${s} * (1f + ${z} * (1f - ${s})))`;
    }
    case 'gelu': {
      const normal = `0.5f * (1f + ${each('erfOf', `(${z} * 0.70710678f)`)})`;
      return `(${normal} + ${z} * 0.39894228f * ${each('expOf', `(-0.5f * ${z} * ${z})`)})`;
    }
  }
}

/** The invocation's place among \`count\` of a feature quad (per row quad) and its member's work space. */
const PLACE = (count: number): string => `
  let at = id.x + span.base;
  if (at >= span.stride * ${u(count)}) { return; }
  let row = at % span.stride;
  let column = at / span.stride;
  let member = span.member + id.z;
  let work0 = id.z * span.pitch;`;

const HEAD = `@compute @workgroup_size(${String(GROUP)})
fn main(@builtin(global_invocation_id) id: vec3u) {`;

/** Values of a layer from those below it; the first layer takes the samples of the batch. */
export function forwardShader({ blocks, parameters4 }: Layout, l: number): string {
  const block = blocks[l] as DenseBlock;
  const { in4, out4, weights, biases, values, sums, activation } = block;
  const below = blocks[l - 1];
  const parameters = `let p0 = member * ${u(parameters4)} + column;`;
  const weight = (k: number): string =>
    `let w${String(k)} = parameters[p0 + ${u(weights)} + (i * 4u + ${u(k)}) * ${u(out4)}];`;
  const body = below
    ? `
  let x0 = work0 + ${u(below.values)} * span.stride + row;
  ${four((j, c) => `var y${String(j)} = vec4f(bias.${c});`, ' ')}
  for (var i = 0u; i < ${u(in4)}; i++) {
    ${four((k) => `${weight(k)} let x${String(k + 1)} = work[x0 + (i * 4u + ${u(k)}) * span.stride];`, '\n    ')}
    ${four((j, c) => `y${String(j)} += x1 * w0.${c} + x2 * w1.${c} + x3 * w2.${c} + x4 * w3.${c};`, '\n    ')}
  }`
    : `
  ${four((r) => `let s${String(r)} = sampleOf(member, row * 4u + ${u(r)}) * ${u(in4)};`, '\n  ')}
  ${four((r) => `var t${String(r)} = bias;`, ' ')}
  for (var i = 0u; i < ${u(in4)}; i++) {
    ${four(weight, '\n    ')}
    ${four((r) => `let x${String(r)} = features[s${String(r)} + i]; t${String(r)} += w0 * x${String(r)}.x + w1 * x${String(r)}.y + w2 * x${String(r)}.z + w3 * x${String(r)}.w;`, '\n    ')}
  }
  ${four((j, c) => `let y${String(j)} = vec4f(t0.${c}, t1.${c}, t2.${c}, t3.${c});`, '\n  ')}`;
  const store = (j: number): string => {
    const feature = (first: number): string =>
      `work0 + (${u(first)} + column * 4u + ${u(j)}) * span.stride + row`;
    const y = `y${String(j)}`;
    return `${sums === values ? '' : `work[${feature(sums)}] = ${y};\n  `}work[${feature(values)}] = ${activated(activation, y)};`;
  };
  return `${declare('network', { parameters: 'vec4f', work: 'vec4f', ...(!below && { features: 'vec4f', batch: 'u32', control: 'u32' }) })}
${below ? '' : SAMPLE_OF}${math(block)}
${HEAD}${PLACE(out4)}
  ${parameters}
  let bias = parameters[p0 + ${u(biases)}];${body}
  ${four(store, '\n  ')}
}
`;
}

/** Derivative by the values of layer l − 1 and by the sums before its activation, from that of layer l. */
export function backwardShader({ blocks, parameters4 }: Layout, l: number): string {
  const block = blocks[l] as DenseBlock;
  const below = blocks[l - 1] as DenseBlock;
  const { in4, out4, weights, adjoints } = block;
  const feature = (first: number, k: number): string =>
    `work0 + (${u(first)} + column * 4u + ${u(k)}) * span.stride + row`;
  const store = (k: number): string => {
    const [y, z] = [`y${String(k)}`, `z${String(k)}`];
    return `let ${y} = work[${feature(below.values, k)}]; ${below.sums === below.values ? '' : `let ${z} = work[${feature(below.sums, k)}]; `}work[${feature(below.adjoints, k)}] = a${String(k)} * ${slope(below.activation, y, z)};`;
  };
  return `${declare('network', { parameters: 'vec4f', work: 'vec4f' })}
${math(below)}
${HEAD}${PLACE(in4)}
  let p0 = member * ${u(parameters4)} + ${u(weights)} + column * ${u(4 * out4)};
  let d0 = work0 + ${u(adjoints)} * span.stride + row;
  ${four((k) => `var a${String(k)} = vec4f(0);`, ' ')}
  for (var o = 0u; o < ${u(out4)}; o++) {
    ${four((j) => `let e${String(j)} = work[d0 + (o * 4u + ${u(j)}) * span.stride];`, '\n    ')}
    ${four((k) => `let w${String(k)} = parameters[p0 + ${u(k * out4)} + o]; a${String(k)} += e0 * w${String(k)}.x + e1 * w${String(k)}.y + e2 * w${String(k)}.z + e3 * w${String(k)}.w;`, '\n    ')}
  }
  ${four(store, '\n  ')}
}
`;
}

/** Invocations of the gradient pass: for each layer its weights and one more row of quads, the biases. */
export const gradientThreads = ({ blocks }: Layout): number =>
  blocks.reduce((sum, { in4, out4 }) => sum + (in4 + 1) * out4, 0);

/** Where the gradient of a member begins in its work space, in quads. */
export const gradientAt = (features: number): string => `work0 + ${u(features)} * span.stride`;

/** Gradient by all weights and biases, summed over the batch. */
export function gradientShader({ blocks }: Layout, features: number): string {
  let first = 0;
  const parts = blocks.map(({ in4, out4, weights, biases, adjoints }, l) => {
    const from = first;
    const below = blocks[l - 1];
    first += (in4 + 1) * out4;
    const read = below
      ? four((k) => `let v${String(k)} = work[x0 + ${u(k)} * span.stride + row];`, '\n        ')
      : `${four((r) => `let f${String(r)} = features[sampleOf(member, row * 4u + ${u(r)}) * ${u(in4)} + i];`, '\n        ')}
        ${four((k, c) => `let v${String(k)} = vec4f(f0.${c}, f1.${c}, f2.${c}, f3.${c});`, '\n        ')}`;
    return `if (at < ${u(first)}) {
    let i = (at - ${u(from)}) / ${u(out4)};
    let o = (at - ${u(from)}) % ${u(out4)};
    let d = work0 + (${u(adjoints)} + o * 4u) * span.stride;
    if (i == ${u(in4)}) {
      var b = vec4f(0);
      for (var row = 0u; row < span.stride; row++) {
        b += vec4f(${four((j) => `dot(work[d + ${u(j)} * span.stride + row], vec4f(1))`, ', ')});
      }
      work[g0 + ${u(biases)} + o] = b;
    } else {
      ${below ? `let x0 = work0 + (${u(below.values)} + i * 4u) * span.stride;` : ''}
      ${four((k) => `var t${String(k)} = vec4f(0);`, ' ')}
      for (var row = 0u; row < span.stride; row++) {
        ${four((j) => `let e${String(j)} = work[d + ${u(j)} * span.stride + row];`, '\n        ')}
        ${read}
        ${four((k) => `t${String(k)} += vec4f(${four((j) => `dot(v${String(k)}, e${String(j)})`, ', ')});`, '\n        ')}
      }
      ${four((k) => `work[g0 + ${u(weights)} + (i * 4u + ${u(k)}) * ${u(out4)} + o] = t${String(k)};`, '\n      ')}
    }
  }`;
  });
  return `${declare('network', { features: 'vec4f', batch: 'u32', work: 'vec4f', control: 'u32' })}
${SAMPLE_OF}
${HEAD}
  let at = id.x + span.base;
  let member = span.member + id.z;
  let work0 = id.z * span.pitch;
  let g0 = ${gradientAt(features)};
  ${parts.join(' else ')}
}
`;
}
