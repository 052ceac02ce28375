import type { Gpu } from '../../../src/engine/webgpu/gpu.ts';
import type { Contender } from './contender.ts';

/** Enough of them that no GPU is idle, and few enough for one dimension of a dispatch. */
const GROUPS = 4096;
const GROUP = 64;
/** Multiplications and additions of one turn of the loop: 16 lines of four lanes. */
const PER_TURN = 16 * 4 * 2;

/** Two sums, so that none waits for the one before; few enough to stay in registers also where a lane is a vector. */
const MULTIPLY_ADD = /* wgsl */ `
override TURNS: u32;
@group(0) @binding(0) var<storage, read_write> out: array<vec4f>;
@compute @workgroup_size(${GROUP})
fn main(@builtin(global_invocation_id) id: vec3u) {
  var a = vec4f(id.xyzx);
  var b = a + 1.0;
  let m = 0.5 + 1e-9 * f32(id.x);
  for (var i = 0u; i < TURNS; i++) {
${'    a = a * m + 0.25;\n    b = b * m + 0.75;\n'.repeat(8)}  }
  out[id.x] = a + b;
}`;

/** What the device reaches with nothing but multiplications and additions in registers. */
export async function multiplyAdd(gpu: Gpu): Promise<Contender> {
  const { device, adapter } = gpu;
  // Milliseconds for a dispatch on either: none may run for so long that the system ends it.
  const turns = adapter.software ? 8 : 1024;
  const out = device.createBuffer({ size: 16 * GROUPS * GROUP, usage: GPUBufferUsage.STORAGE });
  return {
    models: 0,
    flops: GROUPS * GROUP * turns * PER_TURN,
    train: await dispatches(gpu, MULTIPLY_ADD, [out], GROUPS, { TURNS: turns }),
  };
}

/** More than any cache holds, and no more than every device lets a shader bind. */
const BYTES = 2 ** 27;
const COPIERS = 256;
/** Vectors that each of them copies: what starting it costs shall not count. */
const EACH = 8;
const COPY_GROUPS = BYTES / 16 / COPIERS / EACH;
const COPY = /* wgsl */ `
@group(0) @binding(0) var<storage, read> source: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> copied: array<vec4f>;
@compute @workgroup_size(${COPIERS})
fn main(@builtin(global_invocation_id) id: vec3u) {
  for (var i = id.x; i < ${BYTES / 16}; i += ${COPY_GROUPS * COPIERS}) {
    copied[i] = source[i];
  }
}`;

/** What the device's memory gives and takes. */
export async function copy(gpu: Gpu): Promise<Contender> {
  const buffers = [0, 1].map(() => gpu.device.createBuffer({ size: BYTES, usage: GPUBufferUsage.STORAGE }));
  return {
    models: 0,
    flops: 0,
    bytes: 2 * BYTES,
    train: await dispatches(gpu, COPY, buffers, COPY_GROUPS),
  };
}

/** Dispatches one shader n times, and waits until all are done. */
async function dispatches(
  gpu: Gpu,
  code: string,
  buffers: readonly GPUBuffer[],
  groups: number,
  constants: Record<string, number> = {},
): Promise<(n: number) => Promise<void>> {
  const { device } = gpu;
  const pipeline = await device.createComputePipelineAsync({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code }), constants },
  });
  const bindings = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  return async (n) => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindings);
    for (let i = 0; i < n; i++) pass.dispatchWorkgroups(groups);
    pass.end();
    device.queue.submit([encoder.finish()]);
    await gpu.finish(device.queue.onSubmittedWorkDone());
  };
}
