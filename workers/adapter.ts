import type { Adapter } from '../src/engine/webgpu/gpu.ts';

/** GPUs of a browser, before anything is made on them: without tfjs, for most runs need to know only whether there is one. */

export async function requestAdapter(): Promise<GPUAdapter | undefined> {
  try {
    const options: GPURequestAdapterOptions = { powerPreference: 'high-performance' };
    return (await (navigator as Partial<Navigator>).gpu?.requestAdapter(options)) ?? undefined;
  } catch {
    return undefined;
  }
}

export function describeAdapter({ info }: GPUAdapter): Adapter {
  const { vendor, architecture, description, isFallbackAdapter } = info;
  return {
    name: description || [vendor, architecture].filter(Boolean).join(' ') || 'unnamed adapter',
    // GPUs that are emulated on the processor are slower than the processor itself.
    software:
      isFallbackAdapter ||
      /swiftshader|llvmpipe|softpipe|basic render/i.test(`${architecture} ${description}`),
  };
}

/** The GPU that WebGPU would take; undefined where there is none. */
export async function findAdapter(): Promise<Adapter | undefined> {
  const adapter = await requestAdapter();
  return adapter && describeAdapter(adapter);
}
