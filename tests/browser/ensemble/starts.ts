import type { RunLog } from '../../../src/engine/protocol.ts';
import { serviceMix } from '../../../src/labs/service-mix/index.ts';
import { presetKnobs } from '../../../src/labs/lab.ts';
import type { KnobValues } from '../../../src/terms/knob.ts';
import type { Starting } from '../../support/members.ts';

/** A small run, which reads no file. */
export const smallLog = (seed = 0, knobs: KnobValues = {}): RunLog => ({
  lab: 'service-mix',
  preset: 'sufficient',
  seed,
  knobs: {
    ...presetKnobs(serviceMix, 'sufficient'),
    'data.points': 64,
    'data.validation': 16,
    'data.categories': 4,
    'model.hidden': '6',
    'training.batch_size': 16,
    ...knobs,
  },
  events: [],
});

/** Five members that have little in common. */
export const STARTS: readonly Starting[] = [
  { seed: 0, knobs: {} },
  { seed: 3, knobs: { 'training.learning_rate': 0.05 } },
  { seed: 3, knobs: { 'training.optimizer': 'sgd', 'training.momentum': 0.9 } },
  { seed: 8, knobs: { 'loss.entropy_weight': 2, 'training.grad_clip': 0.1 } },
  { seed: 9, knobs: { 'training.optimizer': 'adamw', 'training.weight_decay': 0.1 } },
];
export const SEEDS = STARTS.map(({ seed }) => seed);
