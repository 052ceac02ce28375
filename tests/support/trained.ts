import type { Executor, ParameterState } from '../../src/engine/executor.ts';
import type { KeptRun, RunLog } from '../../src/engine/protocol.ts';
import { openTiny } from './sessions.ts';

/** A small run on the oracle after some steps, as data, and the executor that trained it. */
export async function keptRun(
  log: RunLog,
  steps: number,
): Promise<{ run: KeptRun; executor: Executor; state: ParameterState }> {
  const { session, executors } = await openTiny(log);
  await session.advance(steps);
  const executor = executors.at(-1) as Executor;
  const state = await executor.save();
  const { values } = session.series.take();
  return {
    executor,
    state,
    run: {
      log: session.log,
      saved: {
        step: session.step,
        executor: 'oracle',
        knobs: session.knobs,
        ...state,
        progress: {
          status: session.status,
          gradientNorm: 0.5,
          optimizerSteps: steps,
          momentsOf: session.knobs['training.optimizer'] ?? null,
          schedule: {
            kind: 'constant',
            base: 0.003,
            scale: 1,
            epoch: 2,
            best: null,
            badEpochs: 0,
            cooldownLeft: 0,
          },
          origin: null,
          lastEvent: 0,
          recorded: steps,
          rows: session.series.length,
        },
      },
      series: { columns: session.series.columns, values },
    },
  };
}
