import * as tf from '@tensorflow/tfjs';
import type { Runtime } from '../../src/engine/tfjs/tfjsExecutor.ts';
import { Gpu } from '../../src/engine/webgpu/gpu.ts';
import { describeAdapter, requestAdapter } from '../adapter.ts';

/** The one file that knows how tfjs's backends start and end; some of it tfjs does not offer in public. */

type BackendName = 'cpu' | 'webgpu';

const started = new Map<BackendName, Runtime>();

/**
 * Makes a backend current. Without a name: webgpu where the adapter is hardware, else cpu.
 *
 * @throws a sentence when webgpu is asked for and cannot be had
 */
export async function startTfjs(wanted: BackendName | undefined): Promise<Runtime> {
  const adapter = wanted === 'cpu' ? undefined : await requestAdapter();
  if (wanted === 'webgpu' && !adapter)
    throw new Error('This browser offers no WebGPU adapter. Use the executor wasm, tfjs:cpu or oracle.');
  if (wanted === 'webgpu' || (adapter && !describeAdapter(adapter).software)) {
    try {
      return await startWebgpu(adapter as GPUAdapter);
    } catch (error) {
      if (wanted === 'webgpu') throw error;
    }
  }
  return startCpu();
}

async function startCpu(): Promise<Runtime> {
  await import('@tensorflow/tfjs-backend-cpu');
  await tf.setBackend('cpu');
  const known = started.get('cpu');
  if (known) return known;
  const runtime: Runtime = {
    tf,
    info: { executor: 'tfjs', backend: 'cpu', adapter: '', software: false },
    lost: () => false,
  };
  started.set('cpu', runtime);
  return runtime;
}

async function startWebgpu(adapter: GPUAdapter): Promise<Runtime> {
  const known = started.get('webgpu');
  if (known && !known.lost()) {
    await tf.setBackend('webgpu');
    return known;
  }
  await import('@tensorflow/tfjs-backend-webgpu');
  // A backend whose device is gone stays registered and computes nothing: it is replaced by a fresh one.
  if (known) {
    // It may only have reported an error, and holds its memory still.
    known.gpu?.device.destroy();
    const { WebGPUBackend: Backend } = await import('@tensorflow/tfjs-backend-webgpu');
    const device = await adapter.requestDevice(descriptor(adapter));
    tf.removeBackend('webgpu');
    tf.registerBackend('webgpu', () => new Backend(device, adapter.info), 3);
  }
  if (!(await tf.setBackend('webgpu')))
    throw new Error(
      'The WebGPU backend did not start on this adapter. Use the executor wasm, tfjs:cpu or oracle.',
    );
  await tf.ready();
  const backend = tf.backend() as unknown as WebgpuBackend;
  const gpu = new Gpu(backend.device, describeAdapter(adapter), {
    tf,
    flush: () => {
      flush(backend);
    },
  });
  const runtime: Runtime = {
    tf,
    info: {
      executor: 'tfjs',
      backend: 'webgpu',
      adapter: gpu.adapter.name,
      software: gpu.adapter.software,
    },
    gpu,
    lost: () => gpu.lost,
  };
  started.set('webgpu', runtime);
  return runtime;
}

/** What of the backend is not public. */
interface WebgpuBackend {
  device: GPUDevice;
  commandEncoder: GPUCommandEncoder | null;
  endComputePassEncoder: () => void;
  submitQueue: () => void;
}

function flush(backend: WebgpuBackend): void {
  if (!backend.commandEncoder) return;
  backend.endComputePassEncoder();
  backend.submitQueue();
}

/** What tfjs asks of a device when it makes one itself. */
function descriptor(adapter: GPUAdapter): GPUDeviceDescriptor {
  const { limits } = adapter;
  return {
    requiredFeatures: adapter.features.has('timestamp-query') ? ['timestamp-query'] : [],
    requiredLimits: {
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxBufferSize: limits.maxBufferSize,
      maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
    },
  };
}
