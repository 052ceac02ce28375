import { afterAll, describe } from 'vitest';
import { describeEmbeddings } from '../../support/embeddingSuite.ts';
import { openGpu, webgpuOn } from '../../support/gpu.ts';

const gpu = await openGpu();
afterAll(() => {
  gpu.device.destroy();
});

describe('on webgpu', () => {
  describeEmbeddings(webgpuOn(gpu));
});
