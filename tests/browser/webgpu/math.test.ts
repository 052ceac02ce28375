import { afterAll, describe, expect, test } from 'vitest';
import { activations } from '../../../src/layers/dense/activations.ts';
import { MATH } from '../../../src/engine/webgpu/shaders/math.ts';
import { erf } from '../../../src/science/special.ts';
import { openGpu } from '../../support/gpu.ts';
import { powers, span, ulps } from '../../support/ulps.ts';

const gpu = await openGpu();
const { device } = gpu;
afterAll(() => {
  device.destroy();
});

/** An expression of x at each of some points. */
async function evaluate(text: string, points: Float32Array): Promise<Float32Array> {
  const buffer = (usage: number): GPUBuffer => device.createBuffer({ size: points.byteLength, usage });
  const [x, y, back] = [
    buffer(GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST),
    buffer(GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC),
    buffer(GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST),
  ] as const;
  device.queue.writeBuffer(x, 0, points as Float32Array<ArrayBuffer>);
  const module = device.createShaderModule({
    code: `${MATH}
@group(0) @binding(0) var<storage, read> points: array<f32>;
@group(0) @binding(1) var<storage, read_write> values: array<f32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= arrayLength(&points)) { return; }
  let x = points[id.x];
  values[id.x] = ${text};
}`,
  });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [x, y].map((of, binding) => ({ binding, resource: { buffer: of } })),
    }),
  );
  pass.dispatchWorkgroups(Math.ceil(points.length / 64));
  pass.end();
  encoder.copyBufferToBuffer(y, 0, back, 0, points.byteLength);
  device.queue.submit([encoder.finish()]);
  await gpu.finish(back.mapAsync(GPUMapMode.READ));
  const values = new Float32Array(back.getMappedRange().slice(0));
  for (const each of [x, y, back]) each.destroy();
  return values;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

describe('the error in units of the last place', () => {
  test.each<[name: string, text: string, exact: (x: number) => number, points: Float32Array, bound: number]>([
    ['exp', 'expOf(x)', Math.exp, span(-87.3, 88.7), 2],
    ['exp near 0', 'expOf(x)', Math.exp, span(-1, 1), 1],
    ['log', 'logOf(x)', Math.log, powers(-126, 127), 1.5],
    ['log near 1', 'logOf(x)', Math.log, span(0.5, 2), 1.5],
    ['log1p', 'log1pOf(x)', Math.log1p, powers(-40, 40), 3],
    ['log1p below 0', 'log1pOf(x)', Math.log1p, span(-0.99, 0), 3],
    ['sigmoid', 'sigmoidOf(x)', sigmoid, span(-80, 80), 4],
    ['tanh', 'tanhOf(x)', Math.tanh, span(-20, 20), 4],
    ['tanh near 0', 'tanhOf(x)', Math.tanh, powers(-40, 0), 2],
    ['erf', 'erfOf(x)', erf, span(-6, 6), 8],
    ['silu', 'x * sigmoidOf(x)', activations.silu.value, span(-20, 20), 6],
    ['a square root as a power', 'powOf(x, 0.5f)', Math.sqrt, powers(-20, 20), 20],
  ])('of %s', async (_, text, exact, points, bound) => {
    const got = await evaluate(text, points);
    const worst = got.reduce((most, y, i) => Math.max(most, ulps(y, exact(points[i] as number))), 0);
    expect(worst).toBeLessThanOrEqual(bound);
    // The comparison is of something.
    expect(new Set(got).size).toBeGreaterThan(1000);
  });

  test('of gelu, which cancels far below 0, against the largest value around', async () => {
    const points = span(-6, 6);
    const got = await evaluate('x * 0.5f * (1f + erfOf(x * 0.70710678f))', points);
    got.forEach((y, i) => {
      expect(Math.abs(y - activations.gelu.value(points[i] as number))).toBeLessThan(2e-6);
    });
  });
});

test.each<[text: string, exact: (x: number) => number]>([
  ['expOf(x)', Math.exp],
  ['logOf(x)', Math.log],
  ['log1pOf(x)', Math.log1p],
  ['sigmoidOf(x)', sigmoid],
  ['tanhOf(x)', Math.tanh],
  ['powOf(x, 2f)', (x) => x ** 2],
  ['powOf(x, 0f)', () => 1],
  ['powOf(x, 3f)', (x) => x ** 3],
  ['scaled(0f, x)', () => 0],
  ['scaled(2f, x)', (x) => Math.fround(2 * x)],
])('%s of zero, infinities and NaN is what it is in f64', async (text, exact) => {
  // Not below 2^-126: a GPU may take that for zero.
  const points = Float32Array.of(
    0,
    -0,
    Infinity,
    -Infinity,
    NaN,
    -1,
    -2.5,
    1.2e-38,
    200,
    -200,
    3.4e38,
    -3.4e38,
  );
  const got = await evaluate(text, points);
  points.forEach((x, i) => {
    const [y, expected] = [got[i] as number, Math.fround(exact(x))];
    if (Number.isFinite(expected))
      expect(Math.abs(y - expected), String(x)).toBeLessThanOrEqual(1e-6 * Math.abs(expected) + 1e-37);
    else expect(y, String(x)).toBe(expected);
  });
});
