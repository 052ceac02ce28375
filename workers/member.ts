import { createExecutor } from './executors.ts';
import { serveMembers } from './serveMembers.ts';

// Asked for by name, an executor is that or an error: members that fell back by themselves would differ.
serveMembers((id, setup) => createExecutor(id, setup, () => undefined));
