/** The parts of a whole run as they are stored and exported: the one place that says what each field may be. */
import * as v from 'valibot';
import type { ExecutorId, RunEvent } from '../engine/protocol.ts';
import { seedSchema } from './config.ts';
import { isExecutor } from './executors.ts';
import { count, finite, orNull, text, value, values } from './shapes.ts';

export const MAX_STEP = 10_000_000;

export const step = count(MAX_STEP);
export const executor = v.custom<ExecutorId>(isExecutor);
const kind = v.picklist(['constant', 'exponential', 'reduce_on_plateau', 'cosine_warm_restarts']);
const schedule = v.strictObject({
  kind,
  base: finite,
  scale: finite,
  epoch: count(),
  best: orNull(finite),
  badEpochs: count(),
  cooldownLeft: count(),
});

export const progress = v.strictObject({
  status: v.picklist(['ok', 'diverged']),
  gradientNorm: orNull(finite),
  optimizerSteps: count(),
  momentsOf: orNull(value),
  schedule,
  origin: orNull(v.strictObject({ step, scheduler: kind, schedule })),
  lastEvent: step,
  recorded: count(MAX_STEP, -1),
  rows: count(),
});

export const log = v.strictObject({
  lab: text(80, 1),
  preset: text(80),
  seed: seedSchema,
  knobs: values,
  executor: v.optional(executor),
  free: v.optional(v.boolean()),
  /** Their own check says what is wrong with each of them. */
  events: v.custom<readonly RunEvent[]>(Array.isArray),
});
