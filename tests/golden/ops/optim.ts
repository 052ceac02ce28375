import { biasCorrections, optimizerStep, type OptimizerKind } from '../../../src/engine/optimizers.ts';
import {
  cosineWarmRestarts,
  createSchedule,
  SCHEDULE_DEFAULTS,
  type Schedule,
} from '../../../src/engine/schedules.ts';
import type { Fields } from '../fields.ts';
import type { Ops } from '../types.ts';

export const optimOps: Ops = {
  optimizer_trajectory: {
    oracle: (inputs, hyper, lengthOf) => {
      const { data: a, rows: n } = inputs.matrix('A');
      const b = inputs.vector('b');
      const x = inputs.vector('x0');
      const scale = hyper.number('grad_scale', 1);
      const [beta1, beta2] = hyper.has('betas') ? hyper.vector('betas') : [0, 0];
      const kind = optimizerKind(hyper);
      const moments = new Float64Array(2 * n);
      const gradient = new Float64Array(n);
      const path: number[][] = [];
      const gradients: number[][] = [];
      for (let t = 1; t <= lengthOf('x'); t++) {
        for (let i = 0; i < n; i++) {
          let sum = -(b[i] as number);
          for (let j = 0; j < n; j++) sum += (a[i * n + j] as number) * (x[j] as number);
          gradient[i] = scale * sum;
        }
        gradients.push([...gradient]);
        optimizerStep(kind, x, gradient, moments, {
          learningRate: hyper.number('lr'),
          beta1: beta1 ?? 0,
          beta2: beta2 ?? 0,
          eps: hyper.number('eps', 0),
          momentum: hyper.number('momentum', 0),
          weightDecay: hyper.number('weight_decay', 0),
          ...biasCorrections(beta1 ?? 0, beta2 ?? 0, t),
        });
        path.push([...x]);
      }
      return { terms: { x: path, grads_first3: gradients.slice(0, 3) } };
    },
  },
  cosine_warm_restarts: {
    oracle: (_, hyper, lengthOf) => {
      const schedule = createSchedule(
        'cosine_warm_restarts',
        { ...SCHEDULE_DEFAULTS, ...cycles(hyper) },
        hyper.number('lr'),
      );
      const rates = record(schedule, lengthOf('lr'), () => {
        schedule.afterEpoch(0);
      });
      return { terms: { lr: rates } };
    },
  },
  cosine_warm_restarts_fractional: {
    oracle: (inputs, hyper) => {
      const lr = inputs
        .vector('epochs')
        .map((epoch) => cosineWarmRestarts(epoch, hyper.number('lr'), cycles(hyper)));
      return { terms: { lr } };
    },
  },
  reduce_on_plateau: {
    oracle: (inputs, hyper) => {
      const metric = inputs.vector('metric');
      const schedule = createSchedule(
        'reduce_on_plateau',
        {
          ...SCHEDULE_DEFAULTS,
          mode: hyper.choice('mode', ['min', 'max'], 'min'),
          factor: hyper.number('factor', SCHEDULE_DEFAULTS.factor),
          patience: hyper.number('patience', SCHEDULE_DEFAULTS.patience),
          threshold: hyper.number('threshold', SCHEDULE_DEFAULTS.threshold),
          thresholdMode: hyper.choice('threshold_mode', ['rel', 'abs'], 'rel'),
          cooldown: hyper.number('cooldown', SCHEDULE_DEFAULTS.cooldown),
          minLearningRate: hyper.number('min_lr', SCHEDULE_DEFAULTS.minLearningRate),
          eps: hyper.number('eps', SCHEDULE_DEFAULTS.eps),
        },
        hyper.number('lr'),
      );
      const rates = record(schedule, metric.length + 1, (epoch) => {
        schedule.afterEpoch(metric[epoch] as number);
      });
      return { terms: { lr: rates } };
    },
  },
  lr_decay_per_step: {
    oracle: (_, hyper, lengthOf) => {
      const schedule = createSchedule(
        'exponential',
        { ...SCHEDULE_DEFAULTS, decay: hyper.number('lr_decay') },
        hyper.number('lr'),
      );
      const rates = record(schedule, lengthOf('lr'), () => {
        schedule.afterStep();
      });
      return { terms: { lr: rates } };
    },
  },
};

export function optimizerKind(hyper: Fields): OptimizerKind {
  if (!hyper.has('betas')) return 'sgd';
  return hyper.boolean('decoupled', false) ? 'adamw' : 'adam';
}

function cycles(hyper: Fields): { t0: number; tMult: number; etaMin: number } {
  return {
    t0: hyper.number('T_0'),
    tMult: hyper.number('T_mult', 1),
    etaMin: hyper.number('eta_min', 0),
  };
}

/** The rates in force before each call of `advance`. */
function record(schedule: Schedule, count: number, advance: (i: number) => void): number[] {
  return Array.from({ length: count }, (_, i) => {
    const rate = schedule.learningRate;
    advance(i);
    return rate;
  });
}
