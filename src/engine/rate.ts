import type { KnobValues } from '../terms/knob.ts';
import type { Chunk } from './executor.ts';
import { biasCorrections } from './optimizers.ts';
import {
  createSchedule,
  SCHEDULE_DEFAULTS,
  type Schedule,
  type ScheduleHyper,
  type ScheduleKind,
  type ScheduleState,
} from './schedules.ts';

/** A knob's number by its key. */
type Numbers = (key: string) => number;

/** Whether the rate changes at the ends of epochs. */
export const changesByEpoch = (knobs: KnobValues): boolean =>
  ['reduce_on_plateau', 'cosine_warm_restarts'].includes(scheduleKind(knobs));

export const scheduleKind = (knobs: KnobValues): ScheduleKind => knobs['training.scheduler'] as ScheduleKind;

/** The schedule that the knobs ask for, at its beginning or in a state that it was in. */
export function scheduleOf(kind: ScheduleKind, number: Numbers, state?: ScheduleState): Schedule {
  const schedule = createSchedule(kind, hyper(number), state?.base ?? number('training.learning_rate'));
  if (state) schedule.restore(state);
  return schedule;
}

/** Gives a running schedule the knobs as they are now. */
export function moveSchedule(schedule: Schedule, number: Numbers): void {
  schedule.setHyper(hyper(number));
  schedule.setBase(number('training.learning_rate'));
}

/**
 * Writes what a member's updates need into a chunk, and takes the schedule on by its steps.
 *
 * @param done optimizer steps before it
 */
export function writeRates(
  chunk: Chunk,
  { members, member }: { members: number; member: number },
  schedule: Schedule,
  number: Numbers,
  done: number,
): void {
  const [beta1, beta2] = [number('training.beta1'), number('training.beta2')];
  for (let i = 0; i < chunk.steps; i++) {
    const at = i * members + member;
    const { correction1, correction2 } = biasCorrections(beta1, beta2, done + i + 1);
    chunk.learningRate[at] = schedule.learningRate;
    chunk.correction1[at] = correction1;
    chunk.correction2[at] = correction2;
    schedule.afterStep();
  }
}

function hyper(number: Numbers): ScheduleHyper {
  return {
    ...SCHEDULE_DEFAULTS,
    decay: number('training.lr_decay'),
    patience: number('training.patience'),
    factor: number('training.factor'),
    threshold: number('training.threshold'),
    cooldown: number('training.cooldown'),
    minLearningRate: number('training.min_lr'),
    t0: number('training.t_0'),
    tMult: number('training.t_mult'),
    etaMin: number('training.eta_min'),
  };
}
