import type { Activation } from '../../plan.ts';
import { QUAD, type DenseBlock, type Layout } from '../layout.ts';
import { declare, GROUP, SAMPLE_OF } from './bindings.ts';
import { MATH } from './math.ts';

/**
 * Dense layers in WGSL. An invocation makes a tile of features and rows, or of weights, in quads; neighbours have
 * neighbouring rows and the same weights, so that what they read lies side by side or is the same. Nobody waits for
 * another. The shape of a plan is written into the text: loops have fixed ends.
 *
 * A feature of the work space is `span.stride` vectors of four rows.
 */

const LETTERS = ['x', 'y', 'z', 'w'] as const;
const FOUR = [0, 1, 2, 3] as const;
const u = (n: number): string => `${String(n)}u`;
/** Text for each of so many, joined. */
const each = (count: number, line: (i: number) => string, between = '\n    '): string =>
  Array.from({ length: count }, (_, i) => line(i)).join(between);
/** Text for each of four, joined. */
const four = (line: (i: number, letter: string) => string, between = '\n    '): string =>
  FOUR.map((i) => line(i, LETTERS[i])).join(between);

/** Functions beyond arithmetic, where an activation needs them. */
const math = (activation: Activation | undefined): string =>
  activation === undefined || activation === 'relu' ? '' : MATH;

const mapped = (f: string, z: string): string => `vec4f(${four((_, c) => `${f}(${z}.${c})`, ', ')})`;

function activated(activation: Activation | undefined, z: string): string {
  switch (activation) {
    case undefined:
      return z;
    case 'relu':
      // Not max, which may take 0 for what is no number: a member that diverges would not be noticed.
      return `select(${z}, vec4f(0), ${z} <= vec4f(0))`;
    case 'tanh':
      return mapped('tanhOf', z);
    case 'silu':
      return `${z} * ${mapped('sigmoidOf', z)}`;
    case 'gelu':
      return `${z} * 0.5f * (1f + ${mapped('erfOf', `(${z} * 0.70710678f)`)})`;
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
      const s = mapped('sigmoidOf', z);
      return `(${s} * (1f + ${z} * (1f - ${s})))`;
    }
    case 'gelu': {
      const normal = `0.5f * (1f + ${mapped('erfOf', `(${z} * 0.70710678f)`)})`;
      return `(${normal} + ${z} * 0.39894228f * ${mapped('expOf', `(-0.5f * ${z} * ${z})`)})`;
    }
  }
}

const MAIN = `@compute @workgroup_size(${String(GROUP)})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let at = id.x + span.base;
  let S = span.stride;
  let member = span.member + id.z;
  let work0 = id.z * span.pitch;`;

/** Quads that an invocation makes: of rows and of features in the layers, of inputs and of outputs in the gradient. */
export interface Tile {
  rows: 1 | 2;
  features: 1 | 2 | 4;
  inputs: 1 | 2;
  outputs: 1 | 2 | 4;
}

/** The most of `wanted` quads that divide all of them. */
const fit = (quads: number, wanted: number): number =>
  quads % wanted === 0 ? wanted : fit(quads, wanted / 2);

/** Invocations of a pass over `quads` quads of features. */
export const layerThreads = (quads: number, stride: number, { rows, features }: Tile): number =>
  (stride / rows) * (quads / fit(quads, features));

/** An invocation's place: its first row quad (the next one lies R further), and the first of its \`width\` feature quads. */
const PLACE = (quads: number, width: number, rows: number): string => `
  let R = S / ${u(rows)};
  if (at >= R * ${u(quads / width)}) { return; }
  let row = at % R;
  let column = at / R * ${u(width)};`;

/** Position of the k-th feature of this invocation, and of its r-th row quad, in a region that begins at a feature. */
const feature = (first: number, k: number, r = 0): string =>
  `work0 + (${u(first + k)} + column * 4u) * S + row${r === 0 ? '' : ` + ${u(r)} * R`}`;

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

/**
 * Statements over all features and rows of an invocation, `at(first)` being the position in a region: once in the text,
 * for what is long to compile.
 */
const looped = (
  width: number,
  rows: number,
  body: (at: (first: number) => string) => string,
): string => `for (var k = 0u; k < ${u(4 * width)}; k++) {
    for (var r = 0u; r < ${u(rows)}; r++) {
      let one = (column * 4u + k) * S + row + r * R;
      ${body((first) => `work0 + ${u(first)} * S + one`)}
    }
  }`;

/** Values of a layer from those below it. */
export function forwardShader(layout: Layout, l: number, tile: Tile): string {
  const { blocks, parameters4 } = layout;
  const { in4, out4, weights, biases, values, sums, activation } = blocks[l] as DenseBlock;
  const below = blocks[l - 1]?.values ?? layout.inputs.values;
  const width = fit(out4, tile.features);
  const simple = math(activation) === '';
  const y = (r: number, j: number): string => `y${String(r)}_${String(j)}`;
  const tiled = (line: (r: number, j: number) => string): string =>
    each(tile.rows, (r) => each(4 * width, (j) => line(r, j), '\n  '), '\n  ');
  return `${declare('network', { parameters: 'vec4f', work: 'vec4f' })}
${math(activation)}
${MAIN}${PLACE(out4, width, tile.rows)}
  let p0 = member * ${u(parameters4)} + column;
  var x = work0 + ${u(below)} * S + row;
  var w = p0 + ${u(weights)};
  ${each(width, (f) => `let bias${String(f)} = parameters[p0 + ${u(biases + f)}];`, ' ')}
  ${tiled((r, j) => `var ${y(r, j)} = vec4f(bias${String(j >> 2)}.${LETTERS[j & 3] ?? ''});`)}
  for (var i = 0u; i < ${u(in4)}; i++) {
    ${each(tile.rows, (r) => four((k) => `let a${String(r)}_${String(k)} = work[x + ${u(k)} * S + ${u(r)} * R];`))}
    ${each(
      width,
      (f) => `{
      ${four((k) => `let b${String(k)} = parameters[w + ${u(k * out4 + f)}];`, ' ')}
      ${each(tile.rows, (r) => four((j, c) => `${y(r, 4 * f + j)} += ${four((k) => `a${String(r)}_${String(k)} * b${String(k)}.${c}`, ' + ')};`, '\n      '), '\n      ')}
    }`,
    )}
    x += 4u * S;
    w += ${u(4 * out4)};
  }
  ${tiled((r, j) => `work[${feature(sums, j, r)}] = ${simple ? activated(activation, y(r, j)) : y(r, j)};`)}
  ${simple ? '' : looped(width, tile.rows, (at) => `let z = work[${at(sums)}]; work[${at(values)}] = ${activated(activation, 'z')};`)}
}
`;
}

/** Derivative by the sums of layer l − 1, before its activation, from that of layer l. */
export function backwardShader({ blocks, parameters4 }: Layout, l: number, tile: Tile): string {
  const { in4, out4, weights, adjoints } = blocks[l] as DenseBlock;
  const below = blocks[l - 1] as DenseBlock;
  const width = fit(in4, tile.features);
  const a = (r: number, k: number): string => `a${String(r)}_${String(k)}`;
  const tiled = (line: (r: number, k: number) => string): string =>
    each(tile.rows, (r) => each(4 * width, (k) => line(r, k), '\n  '), '\n  ');
  return `${declare('network', { parameters: 'vec4f', work: 'vec4f' })}
${math(below.activation)}
${MAIN}${PLACE(in4, width, tile.rows)}
  var w = member * ${u(parameters4)} + ${u(weights)} + column * ${u(4 * out4)};
  var d = work0 + ${u(adjoints)} * S + row;
  ${tiled((r, k) => `var ${a(r, k)} = vec4f(0);`)}
  for (var o = 0u; o < ${u(out4)}; o++) {
    ${each(tile.rows, (r) => four((j) => `let e${String(r)}_${String(j)} = work[d + ${u(j)} * S + ${u(r)} * R];`))}
    ${each(4 * width, (k) => `{ let b = parameters[w + ${u(k * out4)}]; ${each(tile.rows, (r) => `${a(r, k)} += ${four((j, c) => `e${String(r)}_${String(j)} * b.${c}`, ' + ')};`, ' ')} }`)}
    d += 4u * S;
    w += 1u;
  }
  ${tiled((r, k) => `work[${feature(below.adjoints, k, r)}] = ${a(r, k)};`)}
  ${looped(width, tile.rows, (at) => `let y = work[${at(below.values)}]; let z = work[${at(below.sums)}]; work[${at(below.adjoints)}] *= ${slope(below.activation, 'y', 'z')};`)}
}
`;
}

/** Derivative by the sums of the last layer, in place of that by its values, where it has an activation. */
export function slopeShader({ blocks }: Layout): string {
  const { out4, values, sums, adjoints, activation } = blocks.at(-1) as DenseBlock;
  return `${declare('network', { work: 'vec4f' })}
${math(activation)}
${MAIN}${PLACE(out4, 1, 1)}
  ${looped(1, 1, (at) => `let y = work[${at(values)}]; let z = work[${at(sums)}]; work[${at(adjoints)}] *= ${slope(activation, 'y', 'z')};`)}
}
`;
}

/** Tiles of a layer's gradient: those of its weights, and one for each quad of its biases. */
const tilesOf = (
  { in4, out4 }: DenseBlock,
  tile: Tile,
): { i: number; o: number; weights: number; all: number } => {
  const [i, o] = [fit(in4, tile.inputs), fit(out4, tile.outputs)];
  const weights = (in4 / i) * (out4 / o);
  return { i, o, weights, all: weights + out4 };
};

/** Invocations of the gradient pass for each part of the rows. */
export const gradientThreads = ({ blocks }: Layout, tile: Tile): number =>
  blocks.reduce((sum, block) => sum + tilesOf(block, tile).all, 0);

/**
 * Gradient by all weights and biases, summed over the rows in `parts` parts by as many neighbours.
 *
 * @param features of the work space, behind which the parts lie
 */
export function gradientShader(layout: Layout, features: number, parts: number, tile: Tile): string {
  const { blocks, parameters4, inputs } = layout;
  let first = 0;
  const layers = blocks.map((block, l) => {
    const { out4, weights, biases, adjoints } = block;
    const { i: I, o: O, weights: count, all } = tilesOf(block, tile);
    const begin = first;
    const below = blocks[l - 1]?.values ?? inputs.values;
    first += all;
    const t = (k: number, o: number): string => `t${String(k)}_${String(o)}`;
    const tiled = (line: (k: number, o: number) => string): string =>
      each(4 * I, (k) => each(O, (o) => line(k, o), '\n    '));
    return `if (tile < ${u(begin + count)}) {
    let i = (tile - ${u(begin)}) / ${u(out4 / O)} * ${u(I)};
    let o = (tile - ${u(begin)}) % ${u(out4 / O)} * ${u(O)};
    var d = work0 + (${u(adjoints)} + o * 4u) * S + part;
    var x = work0 + (${u(below)} + i * 4u) * S + part;
    ${tiled((k, o) => `var ${t(k, o)} = vec4f(0);`)}
    for (var row = part; row < S; row += ${u(parts)}) {
      ${each(4 * O, (j) => `let e${String(j)} = work[d + ${u(j)} * S];`, '\n      ')}
      ${each(4 * I, (k) => `{ let v = work[x + ${u(k)} * S]; ${each(O, (o) => `${t(k, o)} += vec4f(${four((j) => `dot(v, e${String(4 * o + j)})`, ', ')});`, ' ')} }`, '\n      ')}
      d += ${u(parts)};
      x += ${u(parts)};
    }
    ${tiled((k, o) => `work[g0 + ${u(weights + o)} + (i * 4u + ${u(k)}) * ${u(out4)} + o] = ${t(k, o)};`)}
    return;
  }
  if (tile < ${u(first)}) {
    let o = tile - ${u(begin + count)};
    var d = work0 + (${u(adjoints)} + o * 4u) * S + part;
    var t = vec4f(0);
    for (var row = part; row < S; row += ${u(parts)}) {
      t += vec4f(${four((j) => `dot(work[d + ${u(j)} * S], vec4f(1))`, ', ')});
      d += ${u(parts)};
    }
    work[g0 + ${u(biases)} + o] = t;
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
