import type { WgslKind, WgslPlace } from '../contract.ts';
import { lookupsOf, passedBy, type EmbedLayer } from './embed.ts';

const LETTERS = ['x', 'y', 'z', 'w'] as const;
const u = (n: number): string => `${String(n)}u`;
const quads = (count: number): number => Math.ceil(count / 4);

/**
 * Lookup and concatenation in WGSL. Forwards, an invocation makes one lookup of one row; backwards, each row of a table
 * goes through the batch and adds what names it: no atomics, so that sums are always taken in the same order.
 */
export const embedInWgsl: WgslKind<EmbedLayer> = {
  forward: ({ spec, input, values, parameters }, { parameters4 }) => {
    const [passed, lookups] = [passedBy(spec), lookupsOf(spec)];
    const column = (i: number): string => `work[w0 + ${u(i)} * lanes]`;
    const copies = passed.map((from, i) => `${column(values + i)} = ${column(input + from)};`);
    const gathers = lookups.map(({ column: from, table, width, to }, i) => {
      const vector = u(4 * quads(width));
      return `if (slot == ${u(i)}) {
    let first = (member * ${u(parameters4)} + ${u(parameters[table] as number)}) * 4u + u32(${column(input + from)}) * ${vector};
    for (var j = 0u; j < ${u(width)}; j++) { work[w0 + (${u(values + to)} + j) * lanes] = parameters[first + j]; }
  }`;
    });
    return {
      body: `
  let lanes = S * 4u;
  if (at >= lanes * ${u(lookups.length + 1)}) { return; }
  let slot = at / lanes;
  let w0 = work0 * 4u + at % lanes;
  ${gathers.join('\n  ')}
  if (slot == ${u(lookups.length)}) { ${copies.join(' ')} }
}
`,
      view: 'f32',
      functions: false,
      threads: (stride) => 4 * stride * (lookups.length + 1),
      work: () => 4 * Math.max(passed.length, ...spec.tables.map(({ width }) => width)),
    };
  },
  backward: ({ spec, adjoints }, below) => {
    const passed = passedBy(spec);
    const { slope } = below;
    const column = (first: number): string => `work[work0 + (${u(first)} + column) * S + row]`;
    const cases = passed.map((to, i) => `case ${u(to)}: { d = work[work0 + ${u(adjoints + i)} * S + row]; }`);
    return {
      body: `
  if (at >= S * ${u(spec.inputs)}) { return; }
  let row = at % S;
  let column = at / S;
  var d = vec4f(0);
  switch column {
    ${cases.join('\n    ')}
    default: { }
  }
  ${slope ? `let y = ${column(below.values)}; let z = ${column(below.extra)}; d *= ${slope.text('y', 'z')};` : ''}
  ${column(below.adjoints)} = d;
}
`,
      view: 'vec4f',
      functions: slope?.functions ?? false,
      threads: (stride) => stride * spec.inputs,
      work: () => 64,
    };
  },
  gradient: (place) => {
    const sizes = place.spec.tables.map(({ rows, width }) => rows * quads(width));
    const lookups = lookupsOf(place.spec).length;
    return {
      tiles: sizes.reduce((a, b) => a + b, 0),
      body: (first, parts) => {
        let begin = first;
        return sizes
          .map((size, table) => tableGradient(place, table, (begin += size) - size, parts))
          .join('\n  ');
      },
      work: 16 * lookups,
    };
  },
};

function tableGradient(
  { spec, input, adjoints, parameters }: WgslPlace<EmbedLayer>,
  which: number,
  first: number,
  parts: number,
): string {
  const { rows, width } = spec.tables[which] as EmbedLayer['tables'][number];
  const width4 = quads(width);
  const terms = lookupsOf(spec)
    .filter(({ table }) => table === which)
    .map(({ column, to }) => {
      const sums = LETTERS.map((letter, j) => {
        const d = `work[work0 + (${u(adjoints + to + j)} + quad * 4u) * S + row]`;
        const sum = `t.${letter} += dot(select(vec4f(0), ${d}, here), vec4f(1));`;
        return j < width % 4 || width % 4 === 0 ? sum : `if (quad < ${u(width4 - 1)}) { ${sum} }`;
      });
      return `{ let here = work[work0 + ${u(input + column)} * S + row] == vec4f(f32(entry)); ${sums.join(' ')} }`;
    });
  return `if (tile < ${u(first + rows * width4)}) {
    let entry = (tile - ${u(first)}) / ${u(width4)};
    let quad = (tile - ${u(first)}) % ${u(width4)};
    var t = vec4f(0);
    for (var row = part; row < S; row += ${u(parts)}) {
      ${terms.join('\n      ')}
    }
    work[g0 + ${u(parameters[which] as number)} + tile - ${u(first)}] = t;
    return;
  }`;
}
