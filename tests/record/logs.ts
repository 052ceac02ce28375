import type { ExecutorId, RunEvent, RunLog } from '../../src/engine/protocol.ts';
import { SMALL } from '../support/executors.ts';
import { serviceMixLog, type RunOptions } from '../support/runs.ts';

/** What is recorded of a run: how far it is trained, and where it is interrupted on the way. */
export interface Recorded {
  name: string;
  log: RunLog;
  steps: number;
  /** Kept and opened again at this step. */
  reopen?: number;
  /** Then gone back to this step, and forward to the end again. */
  rewind?: number;
}

const small = (options: RunOptions): RunLog =>
  serviceMixLog({ ...options, knobs: { ...SMALL, ...options.knobs } });

const move = (step: number, key: string, value: RunEvent['value']): RunEvent => ({ step, key, value });

/** Runs that together use all that a log can say, for one executor; hand-overs go from it to `other` and back. */
export function logsToRecord(executor: ExecutorId, other: ExecutorId): Recorded[] {
  return [
    { name: 'opening', log: { ...serviceMixLog({ preset: 'intro' }), executor }, steps: 200 },
    {
      name: 'moved knobs',
      log: {
        ...small({
          preset: 'before',
          seed: 3,
          events: [
            move(40, 'model.temperature', 1),
            move(40, 'loss.entropy_weight', 0),
            move(77, 'model.use_logit_norm', false),
            move(120, 'training.optimizer', 'sgd'),
            move(120, 'training.momentum', 0.9),
            move(180, 'training.optimizer', 'adamw'),
            move(180, 'training.weight_decay', 0.02),
            move(233, 'loss.maxsup_weight', 0.5),
          ],
        }),
        executor,
      },
      steps: 300,
    },
    {
      name: 'hand-overs',
      log: {
        ...small({
          preset: 'sufficient',
          seed: 1,
          events: [
            move(50, 'executor', other),
            move(90, 'model.temperature', 2),
            move(120, 'executor', executor),
            move(161, 'executor', other),
          ],
        }),
        executor,
      },
      steps: 240,
    },
    {
      name: 'schedules',
      log: {
        ...small({
          preset: 'sufficient',
          seed: 2,
          knobs: {
            'training.scheduler': 'reduce_on_plateau',
            'training.patience': 0,
            'training.learning_rate': 0.05,
          },
          events: [
            move(100, 'training.scheduler', 'exponential'),
            move(100, 'training.lr_decay', 0.99),
            move(190, 'training.scheduler', 'cosine_warm_restarts'),
            move(190, 'training.t_0', 3),
            move(210, 'training.learning_rate', 0.01),
          ],
        }),
        executor,
      },
      steps: 300,
    },
    {
      name: 'kept run',
      log: {
        ...small({
          preset: 'after',
          seed: 4,
          events: [move(60, 'model.temperature', 0.5), move(200, 'loss.entropy_weight', 1)],
        }),
        executor,
      },
      steps: 260,
      reopen: 137,
      rewind: 30,
    },
  ];
}

/** Members that are trained side by side. */
export const membersToRecord = (): { logs: RunLog[]; steps: number } => ({
  logs: [
    small({ preset: 'before', seed: 0, events: [move(30, 'model.temperature', 1)] }),
    small({ preset: 'sufficient', seed: 0 }),
    small({ preset: 'sufficient', seed: 5, knobs: { 'training.scheduler': 'exponential' } }),
    small({ preset: 'before', seed: 0, knobs: { 'training.learning_rate': 30 } }),
  ],
  steps: 150,
});
