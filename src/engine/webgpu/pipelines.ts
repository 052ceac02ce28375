import { SETS, WRITTEN, type BufferName, type SetName } from './shaders/bindings.ts';

/** Pipelines that a device keeps: those of the plans that were last in use. */
const MOST = 128;

export interface Passes {
  layout: GPUBindGroupLayout;
  pipelines: GPUPipelineLayout;
}

const known = new WeakMap<GPUDevice, Kept>();

/** What is compiled for a device is kept for as long as it is in use, and a while beyond: a run that is reset begins at once. */
export class Kept {
  readonly sets: Readonly<Record<SetName, Passes>>;
  readonly #device: GPUDevice;
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>();

  static of(device: GPUDevice): Kept {
    let kept = known.get(device);
    if (!kept) known.set(device, (kept = new Kept(device)));
    return kept;
  }

  private constructor(device: GPUDevice) {
    this.#device = device;
    this.sets = { network: passes(device, 'network'), closing: passes(device, 'closing') };
  }

  /** @throws GPUPipelineError */
  async pipeline(set: SetName, label: string, code: string): Promise<GPUComputePipeline> {
    const key = `${set}\n${code}`;
    let pipeline = this.#pipelines.get(key);
    this.#pipelines.delete(key);
    pipeline ??= this.#compile(set, label, code);
    this.#pipelines.set(key, pipeline);
    for (const oldest of this.#pipelines.keys()) {
      if (this.#pipelines.size <= MOST) break;
      this.#pipelines.delete(oldest);
    }
    try {
      return await pipeline;
    } catch (error) {
      this.#pipelines.delete(key);
      throw error;
    }
  }

  async #compile(set: SetName, label: string, code: string): Promise<GPUComputePipeline> {
    this.#device.pushErrorScope('validation');
    const module = this.#device.createShaderModule({ label, code });
    const pipeline = this.#device.createComputePipelineAsync({
      label,
      layout: this.sets[set].pipelines,
      compute: { module, entryPoint: 'main' },
    });
    const [error] = await Promise.all([this.#device.popErrorScope(), pipeline.catch(() => undefined)]);
    if (error) throw new Error(`The shader "${label}" was refused: ${error.message}`);
    return pipeline;
  }
}

function passes(device: GPUDevice, set: SetName): Passes {
  const names: readonly BufferName[] = SETS[set];
  const visibility = GPUShaderStage.COMPUTE;
  const layout = device.createBindGroupLayout({
    label: set,
    entries: [
      { binding: 0, visibility, buffer: { type: 'uniform', hasDynamicOffset: true } },
      ...names.map((name, i): GPUBindGroupLayoutEntry => ({
        binding: i + 1,
        visibility,
        buffer: { type: WRITTEN[set].includes(name) ? 'storage' : 'read-only-storage' },
      })),
    ],
  });
  return { layout, pipelines: device.createPipelineLayout({ label: set, bindGroupLayouts: [layout] }) };
}

/** Binds the buffers of a set; `span` by a dynamic offset. */
export function bind(
  device: GPUDevice,
  set: SetName,
  span: GPUBuffer,
  buffers: Partial<Record<BufferName, GPUBuffer>>,
): GPUBindGroup {
  const names: readonly BufferName[] = SETS[set];
  return device.createBindGroup({
    label: set,
    layout: Kept.of(device).sets[set].layout,
    entries: [
      { binding: 0, resource: { buffer: span, size: 32 } },
      ...names.map((name, i) => ({ binding: i + 1, resource: { buffer: buffers[name] as GPUBuffer } })),
    ],
  });
}
