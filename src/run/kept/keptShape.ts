/** The parts of a whole run as they are stored and exported: the one place that says what each field may be. */
import * as v from 'valibot';
import type { ExecutorId, RunEvent } from '../../engine/protocol.ts';
import { seedSchema } from '../documents/config.ts';
import { isExecutor } from '../documents/executors.ts';
import { count, finite, isNumber, orNull, text, value, values } from '../documents/shapes.ts';

/** Training itself may go to any step that is counted exactly. */
export const step = count();
export const executor = v.custom<ExecutorId>(isExecutor);
const kind = v.picklist(['constant', 'exponential', 'reduce_on_plateau', 'cosine_warm_restarts']);
// Loose: what a newer page wrote beside all this stays, where it is no reason for another version.
const schedule = v.looseObject({
  kind,
  base: finite,
  scale: finite,
  epoch: count(),
  /** Of a loss that falls without end it is −∞. */
  best: orNull(v.custom<number>(isNumber)),
  badEpochs: count(),
  cooldownLeft: count(),
});

export const progress = v.looseObject({
  status: v.picklist(['ok', 'diverged']),
  gradientNorm: orNull(finite),
  optimizerSteps: count(),
  momentsOf: orNull(value),
  schedule,
  origin: orNull(v.looseObject({ step, scheduler: kind, schedule })),
  lastEvent: step,
  recorded: count(undefined, -1),
  rows: count(),
});

export const log = v.looseObject({
  lab: text(80, 1),
  preset: text(80),
  seed: seedSchema,
  knobs: values,
  executor: v.optional(executor),
  free: v.optional(v.boolean()),
  /** Their own check says what is wrong with each of them. */
  events: v.custom<readonly RunEvent[]>(Array.isArray),
});
