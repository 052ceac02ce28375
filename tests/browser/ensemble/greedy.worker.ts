import { OracleExecutor } from '../../../src/engine/oracle/oracleExecutor.ts';
import { serveMembers } from '../../../workers/serveMembers.ts';

/** A member worker that wants more for its second member than any browser has. */
serveMembers((_, setup) => {
  if (setup.members > 1) new ArrayBuffer(2 ** 40);
  return Promise.resolve(new OracleExecutor(setup));
});
