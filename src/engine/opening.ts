import type { Executor, ParameterState } from './executor.ts';
import { cannotBeHad } from './handOver.ts';
import type { SessionHost } from './hosts.ts';
import { initialParameters } from './initialization.ts';
import { parameterLayout, type Plan } from './plan.ts';
import type { ExecutorId, KeptRun, RunLog } from './protocol.ts';
import { knobVector, type Task } from './task.ts';

/** How a run is opened. */
export interface Opening {
  /** Where the run stopped, with its recorded rows. */
  kept?: Omit<KeptRun, 'log'> | undefined;
  /** Whether the log's executor was asked for by name: then it is that one or an error. */
  insist?: boolean;
}

/** What a run is opened with. */
export interface Opened {
  executor: Executor;
  /** What the model has before it is trained. */
  start: ParameterState;
  /** The executor that the log does not name, and that was taken because it is known to be the fastest. */
  favourite: ExecutorId | undefined;
  /** Why another executor trains than the log or the browser would lead to expect; empty where none does. */
  said: string;
}

/**
 * Makes the executor from which a run goes on, with its state.
 *
 * @throws Error where the state does not fit the run, or where an executor that is insisted on cannot be had
 */
export async function openExecutor(
  host: Pick<SessionHost, 'createExecutor' | 'favourite'>,
  log: RunLog,
  task: Task,
  { kept, insist = false }: Opening,
): Promise<Opened> {
  if (kept) checkFits(task.plan, kept);
  const saved = kept?.saved;
  const { plan, data } = task;
  const { count } = parameterLayout(plan);
  const start = { parameters: initialParameters(plan, log.seed), moments: new Float64Array(2 * count) };
  const setup = {
    plan,
    members: 1,
    data,
    state: saved ?? start,
    knobs: knobVector(task, saved?.knobs ?? log.knobs),
  };
  const chosen = saved ? (executorAt(log, saved.step) ?? saved.executor) : log.executor;
  const favourite = chosen === undefined && log.free ? host.favourite?.(plan) : undefined;
  const wanted = chosen ?? favourite;
  const said: string[] = [];
  const make = (id: ExecutorId | undefined): Promise<Executor> =>
    host.createExecutor(id, setup, (text) => said.push(text));
  const executor = await make(wanted).catch((error: unknown) => {
    if (insist || wanted === undefined) throw error;
    if (chosen) said.push(cannotBeHad(chosen, saved?.step ?? 0, error));
    return make(undefined);
  });
  return { executor, start, favourite, said: said.join(' ') };
}

function executorAt({ events, executor }: RunLog, step: number): ExecutorId | undefined {
  const last = events.findLast((event) => event.key === 'executor' && event.step <= step);
  return (last?.value as ExecutorId | undefined) ?? executor;
}

function checkFits(plan: Plan, { saved, series }: Omit<KeptRun, 'log'>): void {
  const { count } = parameterLayout(plan);
  const fits =
    saved.parameters.length === count &&
    saved.moments.length === 2 * count &&
    series.values.length >= saved.progress.rows * series.columns.length;
  if (!fits)
    throw new Error(
      'The weights that were kept do not fit the model of this run; it can only be trained again from step 0.',
    );
}
