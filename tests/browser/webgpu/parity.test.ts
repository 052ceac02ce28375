import { afterAll, describe, expect, test } from 'vitest';
import { serviceMix } from '../../../src/labs/service-mix/index.ts';
import { prepare, trained } from '../../support/executors.ts';
import { openGpu, webgpuOn } from '../../support/gpu.ts';
import { describeParity, testApart } from '../../support/paritySuite.ts';
import { driftFromOracle } from '../../support/parity.ts';

const gpu = await openGpu();
const create = webgpuOn(gpu);
afterAll(() => {
  gpu.device.destroy();
});

const PRESETS = serviceMix.presets.map(({ id }) => id);

describe('on webgpu', () => {
  describeParity(create);
  testApart(create);

  test('the same run gives the same bits again, and a state goes there and back without a change', async () => {
    const run = await prepare({ preset: 'before', seed: 2, knobs: { 'model.activation': 'tanh' } });
    const [first, again] = [await trained(run, create, 30), await trained(run, create, 30)];
    expect(again).toEqual(first);
    const executor = await create(run.setup);
    executor.restore(first);
    expect(await executor.save()).toEqual(first);
    executor.dispose();
  });

  test.each(['tanh', 'gelu', 'silu'])(
    'every preset of service-mix ends where the oracle does with %s, within 2e-6',
    async (activation) => {
      for (const preset of PRESETS) {
        const run = await prepare({ preset, seed: 3, knobs: { 'model.activation': activation } });
        expect(await driftFromOracle(run, create), preset).toBeLessThanOrEqual(2e-6);
      }
    },
  );
});
