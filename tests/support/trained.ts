import type { Executor, ParameterState } from '../../src/engine/executor.ts';
import type { KeptRun, RunLog } from '../../src/engine/protocol.ts';
import { keep, openTiny } from './sessions.ts';

/** A small run on the oracle after some steps, as data, and the executor that trained it. */
export async function keptRun(
  log: RunLog,
  steps: number,
): Promise<{ run: KeptRun; executor: Executor; state: ParameterState }> {
  const { session, executors } = await openTiny(log);
  await session.advance(steps);
  const run = await keep(session);
  return { run, executor: executors.at(-1) as Executor, state: run.saved };
}
