import { labs, loadLab } from '../../src/labs/index.ts';

/** The declarations of all labs. */
export const declaredLabs = await Promise.all(labs.map(({ id }) => loadLab(id)));
