import { createEnsemble } from '../../../workers/ensemble.ts';
import { chunkOfMembers, courseOf, membersOf } from '../../support/members.ts';
import { SEEDS, smallLog, STARTS } from './starts.ts';

/** As the trainer would: member workers of its own, inside a worker. */
const prepared = await membersOf(smallLog(), STARTS);
const ensemble = await createEnsemble('wasm', prepared.setup);
const course = await courseOf(ensemble, [chunkOfMembers(prepared, SEEDS, 0, 10)]);
ensemble.dispose();
postMessage({ hosts: ensemble.hosts, course });
