import type { ExecutorSetup } from '../../src/engine/executor.ts';
import { OracleExecutor } from '../../src/engine/oracle/oracleExecutor.ts';
import { relativeDistance, trained, type Create, type Trainable } from './executors.ts';

const oracle = (setup: ExecutorSetup): OracleExecutor => new OracleExecutor(setup);

/** How far the parameters of an executor are from the oracle's after the same steps, relative L2. */
export async function driftFromOracle(run: Trainable, create: Create, steps = 100): Promise<number> {
  const judge = await trained(run, oracle, steps);
  const other = await trained(run, create, steps);
  return relativeDistance(other.parameters, judge.parameters);
}
