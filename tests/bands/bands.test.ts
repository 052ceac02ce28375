import { describe, expect, test } from 'vitest';
import { WasmExecutor } from '../../src/engine/wasm/wasmExecutor.ts';
import { kernels } from '../support/vectors.ts';
import { bands } from './bands.ts';

/**
 * The executor that runs start on, which other tests hold against the oracle, and steps enough for every band to have
 * settled. `npm run bands` is the long form: on the oracle, with 2,000 steps and five seeds.
 */
const STEPS = 600;
const compiled = await kernels();

describe('service-mix on wasm, one seed', () => {
  test.each(bands.map(({ name, run }) => ({ name, run })))('$name', async ({ run }) => {
    const checks = await run(0, STEPS, (setup) => new WasmExecutor(compiled, setup));
    for (const { what, got, from, to } of checks) {
      expect(got, what).toBeGreaterThanOrEqual(from);
      expect(got, what).toBeLessThanOrEqual(to);
    }
  });
});
