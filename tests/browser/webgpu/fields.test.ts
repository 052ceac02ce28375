import { afterAll, describe } from 'vitest';
import { describeFields } from '../../support/fieldSuite.ts';
import { openGpu, webgpuOn } from '../../support/gpu.ts';

// Heads over images run as loops over memory, in one workgroup for each member.
const gpu = await openGpu();
afterAll(() => {
  gpu.device.destroy();
});

describe('on webgpu', () => {
  // Each is compiled anew.
  describeFields(webgpuOn(gpu), 4);
});
