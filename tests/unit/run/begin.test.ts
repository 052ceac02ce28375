import { expect, test } from 'vitest';
import { openingLog } from '../../../src/run/begin.ts';
import { resolveRequest } from '../../../src/run/documents/request.ts';
import { declaredLabs } from '../../support/labs.ts';

test.each(declaredLabs)('the opening of $id is what a request that asks for nothing gives', async (lab) => {
  const { log } = await resolveRequest({}, { lab, preset: '', seed: 0, executor: undefined });
  // It alone is begun by the page itself, so nobody chose who trains it.
  expect(openingLog(lab)).toEqual({ ...log, free: true });
  expect(log.events.length).toBeGreaterThan(0);
});
