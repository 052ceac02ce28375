import { describe, expect, test } from 'vitest';
import { bands } from './bands.ts';

/** Enough for every band to have settled; `npm run bands` is the long form, with 2,000 steps and five seeds. */
const STEPS = 600;

describe('service-mix on the oracle, one seed', () => {
  test.each(bands.map(({ name, run }) => ({ name, run })))(
    '$name',
    async ({ run }) => {
      for (const { what, got, from, to } of await run(0, STEPS)) {
        expect(got, what).toBeGreaterThanOrEqual(from);
        expect(got, what).toBeLessThanOrEqual(to);
      }
    },
    120_000,
  );
});
