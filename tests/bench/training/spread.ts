import type { Executor, ExecutorSetup } from '../../../src/engine/executor.ts';
import { Ensemble } from '../../../src/engine/ensemble/ensemble.ts';
import { machine } from '../../../workers/ensemble.ts';

/** Members on so many member workers, as the lab spreads them over its cores. */
export const spreadOver =
  (hosts: number) =>
  (setup: ExecutorSetup): Promise<Executor> =>
    Ensemble.open([setup], { ...machine(), hosts }, 'wasm');
