import * as language from '../../../../src/terms/language/expression.ts';
import type { Axis, Expression } from '../../../../src/terms/language/expression.ts';
import { between, cells, offset, SIZES, type Cell } from '../../../support/language.ts';

/** One use of an operation: what it builds, and what each entry of the result is by definition. */
export interface Case {
  inputs: Readonly<Record<string, { axes: readonly Axis[]; from: number; to: number; whole?: boolean }>>;
  build: (x: Readonly<Record<string, Expression>>) => Expression;
  /** @param read an entry of an input; axes that the input lacks do not count */
  define: (read: (name: string, at: Cell) => number, at: Cell) => number;
  /** No gradient passes, though the value changes. */
  opaque?: boolean;
}

export const KNOBS = { k: 1.7 };

const along = <T>(axis: Axis, f: (i: number) => T): T[] =>
  Array.from({ length: SIZES[axis as 'row'] }, (_, i) => f(i));
const signed = (...axes: Axis[]) => ({ axes, from: -2, to: 2 });
const positive = (...axes: Axis[]) => ({ axes, from: 0.2, to: 3 });
const index = (axis: Axis, ...axes: Axis[]) => ({ axes, from: 0, to: SIZES[axis], whole: true });

const unary = (
  build: (x: Expression) => Expression,
  define: (x: number) => number,
  values = signed('row', 'class'),
  opaque = false,
): Case[] => [
  {
    inputs: { x: values },
    build: ({ x }) => build(x as Expression),
    define: (read, at) => define(read('x', at)),
    opaque,
  },
];

/** Operands of the same axes, of axes of which one holds the other, and of different axes. */
const binary = (
  build: (x: Expression, y: Expression) => Expression,
  define: (x: number, y: number) => number,
  values = signed,
  opaque = false,
): Case[] =>
  (
    [
      [
        ['row', 'class'],
        ['row', 'class'],
      ],
      [['row', 'class'], ['class']],
      [['row'], ['row', 'class']],
      [['class'], ['row', 'image']],
      [[], ['row', 'class']],
      [[], []],
    ] as [Axis[], Axis[]][]
  ).map(([left, right]) => ({
    inputs: { x: values(...left), y: values(...right) },
    build: ({ x, y }) => build(x as Expression, y as Expression),
    define: (read, at) => define(read('x', at), read('y', at)),
    opaque,
  }));

/** Along the last axis, a middle one, the first, and the only one. */
const reduction = (
  build: (x: Expression, axis: Axis) => Expression,
  define: (line: number[]) => number,
): Case[] =>
  (
    [
      [['row', 'class'], 'class'],
      [['image', 'row', 'class'], 'row'],
      [['row', 'pixel'], 'row'],
      [['class'], 'class'],
    ] as [Axis[], Axis][]
  ).map(([axes, axis]) => ({
    inputs: { x: signed(...axes) },
    build: ({ x }) => build(x as Expression, axis),
    define: (read, at) => define(along(axis, (i) => read('x', { ...at, [axis]: i }))),
  }));

/** Every operation of the language; the type sees to it that none is forgotten. */
export const OPERATIONS: Readonly<Record<Expression['op'], readonly Case[]>> = {
  constant: [{ inputs: {}, build: () => language.constant(-2.5), define: () => -2.5 }],
  input: [
    {
      inputs: { x: signed('row', 'class') },
      build: ({ x }) => x as Expression,
      define: (read, at) => read('x', at),
    },
  ],
  knob: [{ inputs: {}, build: () => language.knob('k'), define: () => KNOBS.k }],
  size: [{ inputs: {}, build: () => language.size('pixel'), define: () => SIZES.pixel }],
  neg: unary(language.neg, (x) => -x),
  exp: unary(language.exp, (x) => Math.exp(x)),
  log: unary(language.log, (x) => Math.log(x), positive('row', 'class')),
  log1p: unary(language.log1p, (x) => Math.log(1 + x), positive('row', 'class')),
  sqrt: unary(language.sqrt, (x) => Math.sqrt(x), positive('row', 'class')),
  abs: unary(language.abs, (x) => (x < 0 ? -x : x)),
  relu: unary(language.relu, (x) => (x < 0 ? 0 : x)),
  sigmoid: unary(language.sigmoid, (x) => 1 / (1 + Math.exp(-x))),
  stopGradient: unary(language.stopGradient, (x) => x, signed('row', 'class'), true),
  add: binary(language.add, (x, y) => x + y),
  sub: binary(language.sub, (x, y) => x - y),
  mul: binary(language.mul, (x, y) => x * y),
  div: binary(language.div, (x, y) => x / y, positive),
  pow: binary(language.pow, (x, y) => x ** y, positive),
  maximum: binary(language.maximum, (x, y) => (x > y ? x : y)),
  minimum: binary(language.minimum, (x, y) => (x < y ? x : y)),
  greater: binary(language.greater, (x, y) => (x > y ? 1 : 0), signed, true),
  greaterEqual: binary(language.greaterEqual, (x, y) => (x >= y ? 1 : 0), signed, true),
  equal: binary(
    language.equal,
    (x, y) => (x === y ? 1 : 0),
    (...axes) => index('row', ...axes),
    true,
  ),
  select: (
    [
      [
        ['row', 'class'],
        ['row', 'class'],
        ['row', 'class'],
      ],
      [['row'], ['row', 'class'], ['class']],
      [[], ['row'], ['class']],
      [['image'], [], ['row']],
    ] as [Axis[], Axis[], Axis[]][]
  ).map(([condition, yes, no]) => ({
    inputs: { c: { axes: condition, from: 0, to: 2, whole: true }, x: signed(...yes), y: signed(...no) },
    build: ({ c, x, y }) => language.select(c as Expression, x as Expression, y as Expression),
    define: (read, at) => (read('c', at) === 0 ? read('y', at) : read('x', at)),
  })),
  sum: reduction(language.sum, (line) => line.reduce((a, b) => a + b)),
  max: reduction(language.max, (line) => Math.max(...line)),
  logsumexp: reduction(language.logsumexp, (line) => Math.log(line.reduce((a, b) => a + Math.exp(b), 0))),
  firstMax: (
    [
      [['row', 'class'], 'class'],
      [['image', 'row', 'class'], 'row'],
      [['pixel'], 'pixel'],
    ] as [Axis[], Axis][]
  ).map(([axes, axis]) => ({
    inputs: { x: signed(...axes) },
    build: ({ x }) => language.firstMax(x as Expression, axis),
    define: (read, at) => {
      const line = along(axis, (i) => read('x', { ...at, [axis]: i }));
      return line.indexOf(Math.max(...line)) === at[axis] ? 1 : 0;
    },
    opaque: true,
  })),
  gather: (
    [
      [['row', 'class'], ['row'], 'class'],
      [['row', 'class'], ['class'], 'row'],
      [['image', 'row', 'class'], ['image', 'class'], 'row'],
      [['class'], ['row'], 'class'],
      [['row', 'class'], ['image', 'pixel'], 'class'],
      [['class'], [], 'class'],
      [['row', 'class'], [], 'class'],
    ] as [Axis[], Axis[], Axis][]
  ).map(([axes, of, axis]) => ({
    inputs: { x: signed(...axes), i: index(axis, ...of) },
    build: ({ x, i }) => language.gather(x as Expression, i as Expression, axis),
    define: (read, at) => read('x', { ...at, [axis]: read('i', at) }),
  })),
  oneHot: (
    [
      [['row'], 'class'],
      [['class'], 'row'],
      [['image', 'class'], 'pixel'],
      [[], 'class'],
    ] as [Axis[], Axis][]
  ).map(([axes, axis]) => ({
    inputs: { i: index(axis, ...axes) },
    build: ({ i }) => language.oneHot(i as Expression, axis),
    define: (read, at) => (read('i', at) === at[axis] ? 1 : 0),
    opaque: true,
  })),
  expand: (
    [
      [['row'], ['row', 'class']],
      [['class'], ['image', 'row', 'class']],
      [[], ['pixel']],
    ] as [Axis[], Axis[]][]
  ).map(([axes, to]) => ({
    inputs: { x: signed(...axes) },
    build: ({ x }) => language.expand(x as Expression, to),
    define: (read, at) => read('x', at),
  })),
};

/** A case at a random point. */
export interface Point {
  /** Input nodes that a gradient may be asked of. */
  smooth: Readonly<Record<string, Expression>>;
  result: Expression;
  inputs: Record<string, Float64Array>;
  expected: number[];
}

export function pointOf(one: Case, seed: number): Point {
  const nodes = Object.entries(one.inputs).map(
    ([name, { axes }]) => [name, language.input(name, ...axes)] as const,
  );
  const inputs = Object.fromEntries(
    Object.entries(one.inputs).map(([name, { axes, from, to, whole }], i) => {
      const values = between(from, to, cells(axes).length, 10 * seed + i);
      // Rounded to f32, so that executors of either precision start from the same numbers.
      return [name, whole ? values.map(Math.floor) : values.map(Math.fround)];
    }),
  );
  const result = one.build(Object.fromEntries(nodes));
  const read = (name: string, at: Cell): number =>
    inputs[name]?.[offset(one.inputs[name]?.axes ?? [], at)] ?? NaN;
  const expected = cells(result.axes).map((at) => one.define(read, at));
  inputs['weights'] = between(0.5, 2, expected.length, 10 * seed + 9).map(Math.fround);
  const smooth = Object.fromEntries(nodes.filter(([name]) => !one.inputs[name]?.whole));
  return { smooth, result, inputs, expected };
}
