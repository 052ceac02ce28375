import { SEEDS, smallLog, STARTS } from '../../browser/ensemble/starts.ts';
import { REAL } from '../../support/realExecutors.ts';
import { chunkOfMembers, courseOf, firstDifference, membersOf } from '../../support/members.ts';

/** Compares what members trained, in workers of a worker, with one executor on this page. */
const worker = new Worker(new URL('../../browser/ensemble/nested.worker.ts', import.meta.url), {
  type: 'module',
});
worker.onerror = ({ message }) => {
  document.body.textContent = `The worker failed: ${message}`;
};
worker.onmessage = async ({ data }: MessageEvent<{ hosts: number; course: Float64Array }>) => {
  const prepared = await membersOf(smallLog(), STARTS);
  const alone = await courseOf(REAL.wasm(prepared.setup), [chunkOfMembers(prepared, SEEDS, 0, 10)]);
  document.body.textContent = JSON.stringify({
    hosts: data.hosts,
    firstDifference: firstDifference(data.course, alone),
  });
};
