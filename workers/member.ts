import { createExecutor } from './executors.ts';
import { serveMembers } from './serveMembers.ts';

serveMembers(createExecutor);
