import type { Activation } from '../../plan.ts';
import { QUAD, type DenseBlock, type Layout } from '../layout.ts';
import { declare, GROUP, SAMPLE_OF } from './bindings.ts';
import { MATH } from './math.ts';

/**
 * Dense layers in WGSL. An invocation makes four features of four rows; neighbours have neighbouring rows and the same
 * weights, so that what they read lies side by side or is the same. Nobody waits for another. The shape of a plan is
 * written into the text: loops have fixed ends.
 *
 * A feature of the work space is `span.stride` vectors of four rows.
 */

const LETTERS = ['x', 'y', 'z', 'w'] as const;
const FOUR = [0, 1, 2, 3] as const;
const u = (n: number): string => `${String(n)}u`;
/** Text for each of four, joined. */
const four = (line: (i: number, letter: string) => string, between = '\n    '): string =>
  FOUR.map((i) => line(i, LETTERS[i])).join(between);

/** Functions beyond arithmetic, where an activation needs them. */
const math = (activation: Activation | undefined): string =>
  activation === undefined || activation === 'relu' ? '' : MATH;

const each = (f: string, z: string): string => `vec4f(${four((_, c) => `${f}(${z}.${c})`, ', ')})`;

function activated(activation: Activation | undefined, z: string): string {
  switch (activation) {
    case undefined:
      return z;
    case 'relu':
      // Not max, which may take 0 for what is no number: a member that diverges would not be noticed.
      return `select(${z}, vec4f(0), ${z} <= vec4f(0))`;
    case 'tanh':
      return each('tanhOf', z);
    case 'silu':
      return `${z} * ${each('sigmoidOf', z)}`;
    case 'gelu':
      return `${z} * 0.5f * (1f + ${each('erfOf', `(${z} * 0.70710678f)`)})`;
  }
}

/** Slope of an activation, from its value y and the sum z before it. */
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

const MAIN = `@compute @workgroup_size(${String(GROUP)})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let at = id.x + span.base;
  let S = span.stride;
  let member = span.member + id.z;
  let work0 = id.z * span.pitch;`;

/** An invocation's place: its rows, and its quad among `count` quads of features. */
const PLACE = (count: number): string => `
  if (at >= S * ${u(count)}) { return; }
  let row = at % S;
  let column = at / S;`;

/** Position of the k-th feature of this invocation's quad, in a region that begins at a feature. */
const feature = (first: number, k: number): string => `work0 + (${u(first + k)} + column * 4u) * S + row`;

/** Brings the samples of the batch to the work space, feature by feature. */
export function takeShader({ inputs }: Layout): string {
  const { count, in4, values } = inputs;
  return `${declare('network', { features: 'f32', batch: 'u32', work: 'f32', control: 'u32' })}
${SAMPLE_OF}
${MAIN}
  if (at >= S * 4u) { return; }
  let sample = sampleOf(member, at) * ${u(QUAD * in4)};
  for (var i = 0u; i < ${u(count)}; i++) { work[(work0 + (${u(values)} + i) * S) * 4u + at] = features[sample + i]; }
}
`;
}

/** Values of a layer from those below it. */
export function forwardShader(layout: Layout, l: number): string {
  const { blocks, parameters4 } = layout;
  const { in4, out4, weights, biases, values, sums, activation } = blocks[l] as DenseBlock;
  const below = blocks[l - 1]?.values ?? layout.inputs.values;
  const store = (j: number): string => {
    const y = `y${String(j)}`;
    const sum = sums === values ? '' : `work[${feature(sums, j)}] = ${y};\n  `;
    return `${sum}work[${feature(values, j)}] = ${activated(activation, y)};`;
  };
  return `${declare('network', { parameters: 'vec4f', work: 'vec4f' })}
${math(activation)}
${MAIN}${PLACE(out4)}
  let p0 = member * ${u(parameters4)} + column;
  let bias = parameters[p0 + ${u(biases)}];
  var x = work0 + ${u(below)} * S + row;
  var w = p0 + ${u(weights)};
  ${four((j, c) => `var y${String(j)} = vec4f(bias.${c});`, ' ')}
  for (var i = 0u; i < ${u(in4)}; i++) {
    ${four((k) => `let a${String(k)} = work[x + ${u(k)} * S]; let b${String(k)} = parameters[w + ${u(k * out4)}];`)}
    ${four((j, c) => `y${String(j)} += a0 * b0.${c} + a1 * b1.${c} + a2 * b2.${c} + a3 * b3.${c};`)}
    x += 4u * S;
    w += ${u(4 * out4)};
  }
  ${four(store, '\n  ')}
}
`;
}

/** Derivative by the sums of layer l − 1, before its activation, from that of layer l. */
export function backwardShader({ blocks, parameters4 }: Layout, l: number): string {
  const { in4, out4, weights, adjoints } = blocks[l] as DenseBlock;
  const below = blocks[l - 1] as DenseBlock;
  const store = (k: number): string => {
    const [y, z] = [`y${String(k)}`, `z${String(k)}`];
    const sum = below.sums === below.values ? '' : `let ${z} = work[${feature(below.sums, k)}]; `;
    const value = `a${String(k)} * ${slope(below.activation, y, z)}`;
    return `let ${y} = work[${feature(below.values, k)}]; ${sum}work[${feature(below.adjoints, k)}] = ${value};`;
  };
  return `${declare('network', { parameters: 'vec4f', work: 'vec4f' })}
${math(below.activation)}
${MAIN}${PLACE(in4)}
  var w = member * ${u(parameters4)} + ${u(weights)} + column * ${u(4 * out4)};
  var d = work0 + ${u(adjoints)} * S + row;
  ${four((k) => `var a${String(k)} = vec4f(0);`, ' ')}
  for (var o = 0u; o < ${u(out4)}; o++) {
    ${four((j) => `let e${String(j)} = work[d + ${u(j)} * S]; let b${String(j)} = parameters[w + ${u(j * out4)}];`)}
    ${four((k) => `a${String(k)} += e0 * b${String(k)}.x + e1 * b${String(k)}.y + e2 * b${String(k)}.z + e3 * b${String(k)}.w;`)}
    d += 4u * S;
    w += 1u;
  }
  ${four(store, '\n  ')}
}
`;
}

/** Derivative by the sums of the last layer, in place of that by its values, where it has an activation. */
export function slopeShader({ blocks }: Layout): string {
  const { out4, values, sums, adjoints, activation } = blocks.at(-1) as DenseBlock;
  const lines = four((k) => {
    const by = `work[${feature(adjoints, k)}]`;
    return `{ let y = work[${feature(values, k)}]; let z = work[${feature(sums, k)}]; ${by} = ${by} * ${slope(activation, 'y', 'z')}; }`;
  }, '\n  ');
  return `${declare('network', { work: 'vec4f' })}
${math(activation)}
${MAIN}${PLACE(out4)}
  ${lines}
}
`;
}

/** Invocations of the gradient pass for each part of the rows: for each layer its weights, and a row of quads for the biases. */
export const gradientThreads = ({ blocks }: Layout): number =>
  blocks.reduce((sum, { in4, out4 }) => sum + (in4 + 1) * out4, 0);

/**
 * Gradient by all weights and biases, summed over the rows in `parts` parts by as many neighbours.
 *
 * @param at quad of the work space, behind its features, at which the parts begin
 */
export function gradientShader(layout: Layout, features: number, parts: number): string {
  const { blocks, parameters4, inputs } = layout;
  let first = 0;
  const layers = blocks.map(({ in4, out4, weights, biases, adjoints }, l) => {
    const from = first;
    const below = blocks[l - 1]?.values ?? inputs.values;
    first += (in4 + 1) * out4;
    return `if (tile < ${u(first)}) {
    let i = (tile - ${u(from)}) / ${u(out4)};
    let o = (tile - ${u(from)}) % ${u(out4)};
    var d = work0 + (${u(adjoints)} + o * 4u) * S + part;
    if (i == ${u(in4)}) {
      var t = vec4f(0);
      for (var row = part; row < S; row += ${u(parts)}) {
        t += vec4f(${four((j) => `dot(work[d + ${u(j)} * S], vec4f(1))`, ', ')});
        d += ${u(parts)};
      }
      work[g0 + ${u(biases)} + o] = t;
      return;
    }
    var x = work0 + (${u(below)} + i * 4u) * S + part;
    ${four((k) => `var t${String(k)} = vec4f(0);`, ' ')}
    for (var row = part; row < S; row += ${u(parts)}) {
      ${four((k) => `let e${String(k)} = work[d + ${u(k)} * S]; let v${String(k)} = work[x + ${u(k)} * S];`, '\n      ')}
      ${four((k) => `t${String(k)} += vec4f(${four((j) => `dot(v${String(k)}, e${String(j)})`, ', ')});`, '\n      ')}
      d += ${u(parts)};
      x += ${u(parts)};
    }
    ${four((k) => `work[g0 + ${u(weights)} + (i * 4u + ${u(k)}) * ${u(out4)} + o] = t${String(k)};`)}
    return;
  }`;
  });
  return `${declare('network', { work: 'vec4f' })}
${MAIN}
  let part = at % ${u(parts)};
  let tile = at / ${u(parts)};
  let g0 = work0 + ${u(features)} * S + part * ${u(parameters4)};
  ${layers.join('\n  ')}
}
`;
}
