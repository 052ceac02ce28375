import type { Tile, WgslKind, WgslPass, WgslPlace, WgslSlope } from '../contract.ts';
import type { Activation, DenseLayer } from './dense.ts';

/**
 * Dense layers in WGSL. An invocation makes a tile of columns and rows, or of weights, in quads; neighbours have
 * neighbouring rows and the same weights, so that what they read lies side by side or is the same. Nobody waits for
 * another. The shape of a plan is written into the text: loops have fixed ends.
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

/** Whether an activation needs functions beyond arithmetic. */
const functionsOf = (activation: Activation | undefined): boolean =>
  activation !== undefined && activation !== 'relu';

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
function slopeText(activation: Activation, y: string, z: string): string {
  switch (activation) {
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

/** The most of `wanted` quads that divide all of them. */
const fit = (quads: number, wanted: number): number =>
  quads % wanted === 0 ? wanted : fit(quads, wanted / 2);

/** Invocations of a pass over `quads` quads of columns. */
const threadsOf = (quads: number, stride: number, { rows, columns }: Tile): number =>
  (stride / rows) * (quads / fit(quads, columns));

/** An invocation's place: its first row quad (the next one lies R further), and the first of its `width` column quads. */
const PLACE = (quads: number, width: number, rows: number): string => `
  let R = S / ${u(rows)};
  if (at >= R * ${u(quads / width)}) { return; }
  let row = at % R;
  let column = at / R * ${u(width)};`;

/** Position of the k-th column of this invocation, and of its r-th row quad, in a region that begins at a column. */
const position = (first: number, k: number, r = 0): string =>
  `work0 + (${u(first + k)} + column * 4u) * S + row${r === 0 ? '' : ` + ${u(r)} * R`}`;

/**
 * Statements over all columns and rows of an invocation, `at(first)` being the position in a region: once in the text,
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

/** Values of the layer from its input. */
function forward(place: WgslPlace<DenseLayer>, parameters4: number, tile: Tile): string {
  const { in4, out4, input, values, extra } = place;
  const { activation } = place.spec;
  const [weights, biases] = place.parameters as [number, number];
  const width = fit(out4, tile.columns);
  const simple = !functionsOf(activation);
  const y = (r: number, j: number): string => `y${String(r)}_${String(j)}`;
  const tiled = (line: (r: number, j: number) => string): string =>
    each(tile.rows, (r) => each(4 * width, (j) => line(r, j), '\n  '), '\n  ');
  return `${PLACE(out4, width, tile.rows)}
  let p0 = member * ${u(parameters4)} + column;
  var x = work0 + ${u(input)} * S + row;
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
  ${tiled((r, j) => `work[${position(extra, j, r)}] = ${simple ? activated(activation, y(r, j)) : y(r, j)};`)}
  ${simple ? '' : looped(width, tile.rows, (at) => `let z = work[${at(extra)}]; work[${at(values)}] = ${activated(activation, 'z')};`)}
}
`;
}

type Below = Parameters<WgslKind<DenseLayer>['backward']>[1];

/** Derivative by the values of the layer below, times its slope, from that by the sums of this one. */
function backward(place: WgslPlace<DenseLayer>, below: Below, parameters4: number, tile: Tile): string {
  const { in4, out4, adjoints } = place;
  const [weights] = place.parameters as [number, number];
  const width = fit(in4, tile.columns);
  const { slope } = below;
  const a = (r: number, k: number): string => `a${String(r)}_${String(k)}`;
  const tiled = (line: (r: number, k: number) => string): string =>
    each(tile.rows, (r) => each(4 * width, (k) => line(r, k), '\n  '), '\n  ');
  return `${PLACE(in4, width, tile.rows)}
  var w = member * ${u(parameters4)} + ${u(weights)} + column * ${u(4 * out4)};
  var d = work0 + ${u(adjoints)} * S + row;
  ${tiled((r, k) => `var ${a(r, k)} = vec4f(0);`)}
  for (var o = 0u; o < ${u(out4)}; o++) {
    ${each(tile.rows, (r) => four((j) => `let e${String(r)}_${String(j)} = work[d + ${u(j)} * S + ${u(r)} * R];`))}
    ${each(4 * width, (k) => `{ let b = parameters[w + ${u(k * out4)}]; ${each(tile.rows, (r) => `${a(r, k)} += ${four((j, c) => `e${String(r)}_${String(j)} * b.${c}`, ' + ')};`, ' ')} }`)}
    d += 4u * S;
    w += 1u;
  }
  ${tiled((r, k) => `work[${position(below.adjoints, k, r)}] = ${a(r, k)};`)}
  ${slope ? looped(width, tile.rows, (at) => `let y = work[${at(below.values)}]; let z = work[${at(below.extra)}]; work[${at(below.adjoints)}] *= ${slope.text('y', 'z')};`) : ''}
}
`;
}

/** Tiles of the gradient: those of the weights, and one for each quad of the biases. */
function tilesOf(
  { in4, out4 }: WgslPlace<DenseLayer>,
  tile: Tile,
): { i: number; o: number; weights: number; all: number } {
  const [i, o] = [fit(in4, tile.inputs), fit(out4, tile.outputs)];
  const weights = (in4 / i) * (out4 / o);
  return { i, o, weights, all: weights + out4 };
}

/** Gradient by weights and biases, summed over the rows of a part. */
function gradient(place: WgslPlace<DenseLayer>, tile: Tile, first: number, parts: number): string {
  const { out4, input, adjoints } = place;
  const [weights, biases] = place.parameters as [number, number];
  const { i: I, o: O, weights: count, all } = tilesOf(place, tile);
  const t = (k: number, o: number): string => `t${String(k)}_${String(o)}`;
  const tiled = (line: (k: number, o: number) => string): string =>
    each(4 * I, (k) => each(O, (o) => line(k, o), '\n    '));
  return `if (tile < ${u(first + count)}) {
    let i = (tile - ${u(first)}) / ${u(out4 / O)} * ${u(I)};
    let o = (tile - ${u(first)}) % ${u(out4 / O)} * ${u(O)};
    var d = work0 + (${u(adjoints)} + o * 4u) * S + part;
    var x = work0 + (${u(input)} + i * 4u) * S + part;
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
  if (tile < ${u(first + all)}) {
    let o = tile - ${u(first + count)};
    var d = work0 + (${u(adjoints)} + o * 4u) * S + part;
    var t = vec4f(0);
    for (var row = part; row < S; row += ${u(parts)}) {
      t += vec4f(${four((j) => `dot(work[d + ${u(j)} * S], vec4f(1))`, ', ')});
      d += ${u(parts)};
    }
    work[g0 + ${u(biases)} + o] = t;
    return;
  }`;
}

function slopeOf({ activation }: DenseLayer): WgslSlope | undefined {
  if (activation === undefined) return undefined;
  return { functions: functionsOf(activation), text: (y, z) => slopeText(activation, y, z) };
}

const pass = (body: string, functions: boolean, rest: Pick<WgslPass, 'threads' | 'work'>): WgslPass => ({
  body,
  view: 'vec4f',
  functions,
  ...rest,
});

export const denseInWgsl: WgslKind<DenseLayer> = {
  // The sums before an activation whose slope is taken from them; of the others the value is enough.
  extra: ({ activation, outputs }) =>
    activation === 'silu' || activation === 'gelu' ? 4 * Math.ceil(outputs / 4) : 0,
  slope: slopeOf,
  forward: (place, { parameters4, tile }) =>
    pass(forward(place, parameters4, tile), functionsOf(place.spec.activation), {
      threads: (stride) => threadsOf(place.out4, stride, tile),
      work: () => 64 * place.in4 * tile.rows * tile.columns,
    }),
  backward: (place, below, { parameters4, tile }) =>
    pass(backward(place, below, parameters4, tile), below.slope?.functions ?? false, {
      threads: (stride) => threadsOf(place.in4, stride, tile),
      work: () => 64 * place.out4 * tile.rows * tile.columns,
    }),
  gradient: (place, { tile }) => ({
    tiles: tilesOf(place, tile).all,
    body: (first, parts) => gradient(place, tile, first, parts),
    work: 64 * tile.inputs * tile.outputs,
  }),
};
