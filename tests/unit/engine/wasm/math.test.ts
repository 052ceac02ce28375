import { describe, expect, test } from 'vitest';
import { Heap } from '../../../../src/engine/wasm/heap.ts';
import { instantiate } from '../../../../src/engine/wasm/wasmKernels.ts';
import { PASSES } from '../../../../src/layers/dense/wasm.ts';
import { activations } from '../../../../src/layers/dense/activations.ts';
import {
  exp,
  input,
  log,
  log1p,
  pow,
  sigmoid,
  type Expression,
} from '../../../../src/terms/language/expression.ts';
import { powers, span, ulps } from '../../../support/ulps.ts';
import { kernels, valueOnWasm } from '../../../support/vectors.ts';

async function worst(
  f: (x: Expression) => Expression,
  exact: (x: number) => number,
  points: Float32Array,
  simd: boolean,
): Promise<number> {
  const got = await valueOnWasm(
    f(input('x', 'row')),
    { x: Float64Array.from(points) },
    { row: points.length },
    {},
    { simd },
  );
  return got.reduce((most, y, i) => Math.max(most, ulps(y, exact(points[i] as number))), 0);
}

describe.each([
  ['SIMD', true],
  ['scalar', false],
])('%s: the error in units of the last place', (_, simd) => {
  test.each<[string, (x: Expression) => Expression, (x: number) => number, Float32Array, number]>([
    ['exp', exp, Math.exp, span(-87.3, 88.7), 2],
    ['exp near 0', exp, Math.exp, span(-1, 1), 1],
    ['log', log, Math.log, powers(-126, 127), 1.5],
    ['log near 1', log, Math.log, span(0.5, 2), 1.5],
    ['log1p', log1p, Math.log1p, powers(-40, 40), 3],
    ['log1p below 0', log1p, Math.log1p, span(-0.99, 0), 3],
    ['sigmoid', sigmoid, (x) => 1 / (1 + Math.exp(-x)), span(-80, 80), 4],
    ['a square root as a power', (x) => pow(x, 0.5), Math.sqrt, powers(-20, 20), 20],
  ])('of %s', async (_, f, exact, points, bound) => {
    expect(await worst(f, exact, points, simd)).toBeLessThanOrEqual(bound);
  });

  test.each([
    ['tanh', 4],
    ['silu', 6],
  ] as const)('of %s', async (name, bound) => {
    const points = span(-20, 20);
    const got = await activated(name, points, simd);
    const most = got.reduce(
      (m, y, i) => Math.max(m, ulps(y, activations[name].value(points[i] as number))),
      0,
    );
    expect(most).toBeLessThanOrEqual(bound);
  });

  test('of gelu, which cancels far below 0, against the largest value around', async () => {
    const points = span(-6, 6);
    const got = await activated('gelu', points, simd);
    const most = got.reduce(
      (m, y, i) => Math.max(m, Math.abs(y - activations.gelu.value(points[i] as number))),
      0,
    );
    expect(most).toBeLessThan(2e-6);
  });
});

async function activated(
  name: keyof typeof PASSES,
  points: Float32Array,
  simd: boolean,
): Promise<Float32Array> {
  const heap = new Heap(8 * points.length + 4096);
  const { activate, LANES } = instantiate(await kernels(simd), heap.memory);
  const z = heap.place(points);
  const out = heap.allocate(4 * points.length);
  activate(PASSES[name], out, z, points.length / LANES.value);
  return heap.f32.slice(out / 4, out / 4 + points.length);
}

test.each([
  ['SIMD', true],
  ['scalar', false],
])('%s: zero, infinities and NaN are what they are in f64', async (_, simd) => {
  const points = [0, -0, Infinity, -Infinity, NaN, -1, 1e-45, 1e-40, 200, -200, 3.4e38];
  const x = input('x', 'row');
  for (const [f, exact] of [
    [exp(x), Math.exp],
    [log(x), Math.log],
    [log1p(x), Math.log1p],
    [sigmoid(x), (v: number) => 1 / (1 + Math.exp(-v))],
    [pow(x, 2), (v: number) => v ** 2],
    [pow(x, 0), () => 1],
    [pow(x, 3), (v: number) => v ** 3],
  ] as const) {
    const got = await valueOnWasm(f, { x: Float64Array.from(points) }, { row: points.length }, {}, { simd });
    points.forEach((v, i) => {
      const expected = Math.fround(exact(Math.fround(v)));
      if (Number.isFinite(expected))
        expect(Math.abs((got[i] as number) - expected), `${f.op}(${v})`).toBeLessThanOrEqual(
          1e-6 * Math.abs(expected) + 1e-37,
        );
      else expect(got[i], `${f.op}(${v})`).toBe(expected);
    });
  }
});
