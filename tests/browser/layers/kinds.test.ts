import { afterAll, describe } from 'vitest';
import { openGpu } from '../../support/gpu.ts';
import { describeLayers } from '../../support/layerLaws.ts';
import { layerOnWebgpu } from '../../support/layerRun.ts';

const gpu = await openGpu();
afterAll(() => {
  gpu.device.destroy();
});

describe('in WGSL', () => {
  describeLayers(layerOnWebgpu(gpu));
});
describe('in WGSL with large tiles', () => {
  describeLayers(layerOnWebgpu(gpu, { rows: 2, columns: 4, inputs: 2, outputs: 2 }, 16));
});
